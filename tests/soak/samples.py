"""What a service takes at a moment: memory, descriptors, threads, processes, connections, files."""

import os
import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, LiteralString

import psycopg

from tests.processes import family
from tests.server import Server

MB = 1_000_000
_CONNECTIONS: LiteralString = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'music-app'"
_LOG_FOLDER = "pg_wal"
"""PostgreSQL bounds its log by itself, at 1 GB; it is left out, as it goes up and down by hundreds of MB."""


def sample(server: Server, connection: psycopg.Connection[Any]) -> dict[str, float]:
    """By the names of `tests.soak.report.BOUNDS`; memory and sizes in MB."""
    process = Path(f"/proc/{server.process.pid}")
    [(connections,)] = connection.execute(_CONNECTIONS).fetchall()
    programs = family(server.process.pid)
    spooled = list(in_spool(server))
    kept = list(_sizes(server.data_dir))
    memory = _words(process / "smaps_rollup")
    return {
        "memory, resident": memory["Rss"] / MB,
        "memory, private": (memory["Private_Clean"] + memory["Private_Dirty"]) / MB,
        "memory, with PostgreSQL": sum(_words(Path(f"/proc/{one}/smaps_rollup"))["Pss"] for one in programs) / MB,
        "descriptors": len(list((process / "fd").iterdir())),
        "threads": _words(process / "status")["Threads"],
        "processes": len(programs),
        "connections": connections,
        "spool, files": len(spooled),
        "spool, bytes": sum(spooled) / MB,
        "DATA_DIR, files": len(kept),
        "DATA_DIR, bytes": sum(kept) / MB,
    }


def in_spool(server: Server) -> Iterator[int]:
    """The size of each file in the spool, and of each nameless one that the service has open there, in bytes."""
    spool = server.data_dir / "spool"
    for descriptor in Path(f"/proc/{server.process.pid}/fd").iterdir():
        with suppress(FileNotFoundError):  # closed meanwhile
            if str(descriptor.readlink()).startswith(str(spool)):
                yield descriptor.stat().st_size
    yield from _sizes(spool)


def _sizes(folder: Path) -> Iterator[int]:
    """Of every file below the folder, on disk, in bytes."""
    for parent, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if name != _LOG_FOLDER]
        for name in names:
            with suppress(FileNotFoundError):  # removed meanwhile
                yield Path(parent, name).lstat().st_blocks * 512


def _words(file: Path) -> dict[str, int]:
    """The numbers of a file of proc(5) by name, those in kB as bytes; zeros where the process is gone."""
    try:
        text = file.read_text("utf-8", "replace")
    except (FileNotFoundError, ProcessLookupError):
        text = ""
    found = re.findall(r"^(\w+):\s+(\d+)( kB)?$", text, re.MULTILINE)
    named = dict.fromkeys(("Rss", "Pss", "Private_Clean", "Private_Dirty", "Threads"), 0)
    return named | {name: int(number) * (1024 if unit else 1) for name, number, unit in found}

"""The processes of a service: to kill one of them, and to tell that none outlives it."""

import os
import random
import signal
from contextlib import suppress
from pathlib import Path

from tests.processes import family, living, named, wait_until
from tests.server import Server

KINDS = ("service", "ffmpeg", "postmaster")


def kill(kind: str, server: Server, dice: random.Random) -> None:
    """End one process of this kind by SIGKILL, as soon as there is one."""
    found: list[int] = []

    def is_found() -> bool:
        found[:] = _victims(kind, server)
        return bool(found)

    wait_until(is_found)
    victim = dice.choice(sorted(found))
    with suppress(ProcessLookupError):
        os.kill(victim, signal.SIGKILL)
    if kind == "service":
        server.process.wait()
    else:
        wait_until(lambda: not living({victim}))


def started_by(server: Server) -> set[int]:
    """Every living process that works in the service's folder: the service, its PostgreSQL and its ffmpeg."""
    folder = str(server.data_dir)
    return living({int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit() and _in(entry, folder)})


def open_in_spool(server: Server) -> list[str]:
    """Files in the spool, and nameless ones that the service has open there."""
    spool = server.data_dir / "spool"
    opened = []
    for link in Path(f"/proc/{server.process.pid}/fd").iterdir():
        with suppress(FileNotFoundError):  # closed meanwhile
            opened.append(str(link.readlink()))
    return [str(path) for path in spool.iterdir()] + [path for path in opened if path.startswith(str(spool))]


def _victims(kind: str, server: Server) -> set[int]:
    if kind == "service":
        return {server.process.pid}
    if kind == "ffmpeg":
        return named(family(server.process.pid), "ffmpeg")
    with suppress(FileNotFoundError, ValueError):
        postmaster = int((server.data_dir / "postgres" / "data" / "postmaster.pid").read_text().split("\n")[0])
        return named(family(server.process.pid) & {postmaster}, "postgres")
    return set()


def _in(process: Path, folder: str) -> bool:
    """Whether a process has its working directory, an argument, a variable or an open file in the folder."""
    with suppress(OSError):
        if str((process / "cwd").readlink()).startswith(folder):
            return True
        if any(folder.encode() in (process / name).read_bytes() for name in ("cmdline", "environ")):
            return True
        for link in (process / "fd").iterdir():
            with suppress(OSError):
                if str(link.readlink()).startswith(folder):
                    return True
    return False

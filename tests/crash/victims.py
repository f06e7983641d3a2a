"""The processes of a service: to kill one of them, and to tell that none outlives it."""

import os
import random
import signal
import time
from contextlib import suppress
from pathlib import Path

from tests.processes import living, named
from tests.server import Server
from tests.waiting import SECONDS, wait_until


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


def left_behind(data_dir: Path, seconds: float = SECONDS) -> set[int]:
    """The processes that still work in the folder after so many seconds; returns as soon as there is none.

    Looking through all processes takes a while, and what was started meanwhile counts, too: those that were found are
    waited for, then all are looked through again.
    """
    end = time.monotonic() + seconds
    while found := working_in(data_dir):
        while left := living(found):
            if time.monotonic() > end:
                return left
            time.sleep(0.02)
    return set()


def working_in(data_dir: Path) -> set[int]:
    """Every living process that works in the folder: a service, its PostgreSQL and its ffmpeg, a command."""
    others = (entry for entry in Path("/proc").iterdir() if entry.name.isdigit() and int(entry.name) != os.getpid())
    return living({int(entry.name) for entry in others if _in(entry, str(data_dir))})


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
        return named(_children(server.process.pid), "ffmpeg")
    with suppress(FileNotFoundError, ValueError):
        postmaster = int((server.data_dir / "postgres" / "data" / "postmaster.pid").read_text().split("\n")[0])
        return named(_children(server.process.pid) & {postmaster}, "postgres")
    return set()


def _children(process: int) -> set[int]:
    """What the threads of a process have started, without looking through all processes."""
    found: set[int] = set()
    with suppress(FileNotFoundError, ProcessLookupError):
        for thread in Path(f"/proc/{process}/task").iterdir():
            with suppress(FileNotFoundError, ProcessLookupError):
                found |= set(map(int, (thread / "children").read_text().split()))
    return found


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

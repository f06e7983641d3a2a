"""What the service takes of the machine, by /proc (proc(5))."""

import os
import re
import time
from collections.abc import Iterable
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.processes import cpu_seconds, family, named

_BETWEEN_SECONDS = 0.1
_PROGRAMS_EVERY = 10
"""Looking for programs takes longer, so it is done once a second."""


@dataclass
class Usage:
    """Bytes of memory: the service's own, its programs' and what the system's sockets took more; CPU in seconds."""

    before: int
    most: int
    after: int
    programs: int
    sockets: int
    cpu: float


def watch(process: int, tasks: Iterable[Future[Any]], settling: float) -> Usage:
    """Look on until the tasks are done, and once more so many seconds later."""
    pending = list(tasks)
    before, began, sockets_before = memory(process), cpu_seconds(process), sockets_memory()
    most, programs, sockets, looks = before, 0, 0, 0
    while not all(task.done() for task in pending):
        most = max(most, memory(process))
        sockets = max(sockets, sockets_memory() - sockets_before)
        if looks % _PROGRAMS_EVERY == 0:
            programs = max(programs, sum(map(memory, named(family(process), "ffmpeg"))))
        looks += 1
        time.sleep(_BETWEEN_SECONDS)
    used = cpu_seconds(process) - began
    time.sleep(settling)
    return Usage(before, most, memory(process), programs, sockets, used)


def memory(process: int) -> int:
    """Bytes of private memory, 0 where the process has ended."""
    found = re.search(r"RssAnon:\s+([0-9]+) kB", _read(process, "status"))
    return int(found[1]) * 1024 if found else 0


def sockets_memory() -> int:
    """Bytes of the buffers of all TCP connections of this machine."""
    found = re.search(r"TCP: .* mem ([0-9]+)", Path("/proc/net/sockstat").read_text())
    return int(found[1]) * os.sysconf("SC_PAGE_SIZE") if found else 0


def _read(process: int, name: str) -> str:
    """Empty where the process is gone."""
    try:
        return Path(f"/proc/{process}/{name}").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return ""

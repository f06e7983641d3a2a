"""What runs on this machine, by /proc: to tell that a process took all it started along."""

import os
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")
_CPU = slice(11, 15)
"""utime, stime, cutime and cstime, behind the name in `stat` (proc(5))."""


def family(process: int) -> set[int]:
    """The process and all that it has started, and those that they have started, as far as they live."""
    known = parents()
    found = {process} & known.keys()
    while more := {child for child, parent in known.items() if parent in found} - found:
        found |= more
    return found


def living(processes: set[int]) -> set[int]:
    """Those of the processes that have not ended."""
    return {process for process in processes if _state(Path(f"/proc/{process}")) not in ("", "Z")}


def named(processes: set[int], name: str) -> set[int]:
    """Those of the processes whose program has a name that begins so: the package calls its own `ffmpeg-linux-…`."""
    return {process for process in processes if _read(Path(f"/proc/{process}/comm")).startswith(name)}


def cpu_seconds(process: int) -> float:
    """Of the process, and of its programs that have ended; 0 where it has ended itself."""
    return sum(map(int, _read(Path(f"/proc/{process}/stat")).rpartition(")")[2].split()[_CPU])) / _TICKS


def parents() -> dict[int, int]:
    """Every process but zombies, and its parent."""
    found = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and (words := _read(entry / "stat").rpartition(")")[2].split()) and words[0] != "Z":
            found[int(entry.name)] = int(words[1])
    return found


def _state(process: Path) -> str:
    """The letter of proc(5); empty where the process is gone."""
    return _read(process / "stat").rpartition(")")[2].strip()[:1]


def _read(file: Path) -> str:
    """Empty where the process is gone."""
    try:
        return file.read_text()
    except (FileNotFoundError, ProcessLookupError):
        return ""

"""What a process has open and running, by /proc: to tell that nothing was left behind."""

import os
from pathlib import Path


def open_files(folder: Path) -> set[str]:
    """Files that this process has open in the folder, named or not."""
    found = set()
    for entry in Path("/proc/self/fd").iterdir():
        try:
            target = str(entry.readlink())
        except FileNotFoundError:
            continue
        if target.startswith(str(folder)):
            found.add(target)
    return found


def open_descriptors() -> int:
    """How many files and sockets this process has open."""
    return len(list(Path("/proc/self/fd").iterdir()))


def descendants(of: int | None = None) -> set[int]:
    """Processes that this one (or `of`) has started, and those that they have started, as far as they live."""
    parents = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                state, parent = (entry / "stat").read_text().rpartition(")")[2].split()[:2]
            except (FileNotFoundError, ProcessLookupError):
                continue
            if state != "Z":
                parents[int(entry.name)] = int(parent)
    return {process for process in parents if (of or os.getpid()) in _ancestors(process, parents)}


def _ancestors(process: int, parents: dict[int, int]) -> set[int]:
    found: set[int] = set()
    while (process := parents.get(process, 0)) and process not in found:
        found.add(process)
    return found

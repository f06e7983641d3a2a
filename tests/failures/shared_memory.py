"""Shared memory that programs of PostgreSQL leave where they are killed in a folder in which none starts again."""

import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

_FOLDER = Path("/dev/shm")  # noqa: S108 - where shm_open(3) keeps it on Linux
_PATTERN = "PostgreSQL.*"
_AGE_SECONDS = 5
"""What is still not mapped after so long is not about to be."""


@contextmanager
def none_left() -> Iterator[None]:
    """In the end remove what came meanwhile and no process has mapped."""
    before = set(_FOLDER.glob(_PATTERN))
    try:
        yield
    finally:
        if left := _unmapped() - before:
            time.sleep(_AGE_SECONDS)
            for segment in left & _unmapped():
                with suppress(OSError):  # it is another user's, or gone meanwhile
                    segment.unlink()


def _unmapped() -> set[Path]:
    mapped = set()
    for maps in Path("/proc").glob("[0-9]*/maps"):
        with suppress(OSError):  # the process has ended, or is another user's
            mapped |= {Path(line.split()[-1]) for line in maps.read_text().splitlines() if f"{_FOLDER}/" in line}
    return set(_FOLDER.glob(_PATTERN)) - mapped

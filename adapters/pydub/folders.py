"""Folders for pydub's temporary files, which have names: removed after use, swept after a crash."""

import os
import shutil
import tempfile
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

from adapters.shared.cancellation import finish, in_thread
from adapters.shared.files import disk_errors
from adapters.shared.locks import try_lock

_PREFIX = "pydub-"


@asynccontextmanager
async def temporary_folder(parent: Path) -> AsyncGenerator[Path, None]:
    """An empty folder in `parent`, removed with all it holds when the context ends. Raises `DiskFull`."""
    with disk_errors():
        folder, lock = _make(parent)
    try:
        yield folder
    finally:
        await finish(in_thread(_remove, folder, lock))


def sweep(parent: Path) -> None:
    """Remove the folders that a crash has left; those in use, also by other processes, stay."""
    for folder in parent.glob(f"{_PREFIX}*"):
        lock = _try_lock(folder)
        if lock is not None:
            _remove(folder, lock)


def _make(parent: Path) -> tuple[Path, int]:
    parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    while True:
        folder = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=parent))
        lock = _try_lock(folder)
        if lock is not None:
            return folder, lock
        # Another process swept it away between the two steps.


def _try_lock(folder: Path) -> int | None:
    """The descriptor that holds the folder's lock, or None if the folder is in use or gone."""
    try:
        descriptor = try_lock(folder, os.O_RDONLY | os.O_DIRECTORY)
    except FileNotFoundError:
        return None
    if descriptor is None or folder.exists():
        return descriptor
    os.close(descriptor)
    return None


def _remove(folder: Path, lock: int) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    os.close(lock)

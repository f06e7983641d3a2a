"""`music-app backup`, `restore` and `check`."""

import os
from collections.abc import Iterator, Mapping
from contextlib import aclosing, contextmanager
from pathlib import Path
from typing import IO

import uvloop

from domain.errors import BackupRefused
from entrypoints.cli.files import whole_file
from entrypoints.wiring.container import Container

_FIRST = ("users", "tracks")


def back_up_to(container: Container, path: Path) -> str:
    """Write a backup to `path`, which must not exist: whole or not at all; a line on what it holds.

    Raises `MusicAppError`, OSError.
    """
    backup = container.backup()
    with _new(path) as file:
        rows = backup.back_up(file)
        size = file.tell()
    return f"{path}: {_counts(rows)}, {size} bytes"


def restore_from(container: Container, path: Path, *, replace: bool) -> str:
    """Restore the store from `path`; a line on what it holds now. Raises `MusicAppError`, OSError."""
    backup = container.backup()
    with path.open("rb") as file:
        return f"restored {_counts(backup.restore(file, replace=replace))}"


def check_all(container: Container) -> bool:
    """Check every track, print a line for each that is damaged and one on all; whether all are well."""
    return uvloop.run(_check_all(container))


async def _check_all(container: Container) -> bool:
    checked = damaged = size = 0
    check = container.check_tracks()
    async with container.open_store(), aclosing(check()) as tracks:
        async for found in tracks:
            checked, size = checked + 1, size + found.track.conversion.mp3_size
            if found.problem:
                damaged += 1
                print(f"{found.track.track_uuid} of user {found.track.user_id}: {found.problem}", flush=True)
    print(f"{checked} tracks of {size} bytes checked, {damaged} damaged")
    return damaged == 0


@contextmanager
def _new(path: Path) -> Iterator[IO[bytes]]:
    """A file, readable by its owner alone, that appears at `path` when it is whole. Raises `BackupRefused`, OSError."""
    _refuse_existing(path)
    with whole_file(path) as file:
        yield file
        _refuse_existing(path)


def _refuse_existing(path: Path) -> None:
    if os.path.lexists(path):
        raise BackupRefused(f"{path} exists, and a backup is never overwritten; give another name")


def _counts(rows: Mapping[str, int]) -> str:
    """Users and tracks, and of what else there is."""
    named = [table for table in _FIRST if table in rows]
    named += [table for table, count in rows.items() if count and table not in _FIRST]
    return ", ".join(f"{rows[table]} {table.replace('_', ' ')}" for table in named)

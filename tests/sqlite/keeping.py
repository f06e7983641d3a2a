"""Backup and restore.

A backup is a SQLite database with the SHA-256 of all its bytes at the end: `head --bytes=-32` gives the database.
"""

import hashlib
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO

from adapters.shared.files import disk_errors
from domain.errors import BackupRefused, StoreAway, WorkspaceAway
from tests.sqlite.connection import connected, transaction
from tests.sqlite.schema import TABLES, is_empty, migrate, rows

_BLOCK_BYTES = 1 << 20
_DIGEST_BYTES = 32
# Where the file or the backup was further; each numbered table has one row there once it gave out a number.
_GO_ON = (
    """INSERT INTO sqlite_sequence SELECT name, seq FROM backup.sqlite_sequence
        WHERE name NOT IN (SELECT name FROM main.sqlite_sequence)""",
    """UPDATE main.sqlite_sequence SET seq = max(seq, coalesce(
        (SELECT other.seq FROM backup.sqlite_sequence AS other WHERE other.name = main.sqlite_sequence.name), 0))""",
)


def back_up(path: Path, file: IO[bytes]) -> dict[str, int]:
    """As `StoreBackup` has it; a copy of the database is made beside it on the way."""
    if not path.exists():
        raise BackupRefused(f"there is no database {path}")
    with _copy_beside(path) as copy:
        with connected(path) as connection:
            if is_empty(connection):
                raise BackupRefused("the database has no tables of music-app yet; run `music-app migrate` first")
            connection.execute("VACUUM INTO ?", [str(copy)])  # of one moment, while others read and write
        with connected(copy) as connection:
            counted = rows(connection)
        with copy.open("rb") as source:
            digest = hashlib.file_digest(source, "sha256").digest()
            source.seek(0)
            shutil.copyfileobj(source, file, _BLOCK_BYTES)
        file.write(digest)
    return counted


def restore(path: Path, file: IO[bytes], *, replace: bool) -> dict[str, int]:
    """As `StoreBackup` has it; a copy of the backup is made beside the database on the way."""
    with _copy_beside(path) as copy:
        _fetch(file, copy)
        with connected(copy) as connection:
            migrate(connection)
        with connected(path) as connection:
            connection.execute("ATTACH ? AS backup", [str(copy)])
            with transaction(connection):
                _replace(connection, replace)
            return rows(connection)


def _replace(connection: sqlite3.Connection, replace: bool) -> None:
    if not replace and any(rows(connection).values()):
        raise BackupRefused("the database is not empty; --replace removes all that is in it")
    for table in reversed(TABLES):
        connection.execute(f"DELETE FROM main.{table}")  # noqa: S608 - a name of ours
    for table in TABLES:
        connection.execute(f"INSERT INTO main.{table} SELECT * FROM backup.{table}")  # noqa: S608 - as above
    for statement in _GO_ON:
        connection.execute(statement)


def _fetch(file: IO[bytes], copy: Path) -> None:
    """Copy a backup to the disk. Raises `BackupRefused` where it is damaged or none."""
    with copy.open("w+b") as target:
        while block := file.read(_BLOCK_BYTES):
            with _disk():
                target.write(block)
        size = max(0, target.tell() - _DIGEST_BYTES)
        target.seek(size)
        expected = target.read()
        with _disk():
            target.truncate(size)
        target.seek(0)
        if hashlib.file_digest(target, "sha256").digest() != expected or size == 0:
            raise BackupRefused("the file is no backup of music-app, or damaged")


@contextmanager
def _copy_beside(path: Path) -> Iterator[Path]:
    """Where a copy may be for a while; gone when the context ends."""
    with TemporaryDirectory(prefix=".copy-", dir=path.parent) as folder:
        yield Path(folder) / "copy"


@contextmanager
def _disk() -> Iterator[None]:
    try:
        with disk_errors():
            yield
    except WorkspaceAway as error:
        raise StoreAway from error

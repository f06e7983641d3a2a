"""Connections to the file, and what the driver's errors mean."""

import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractContextManager, ExitStack, asynccontextmanager, closing, contextmanager
from pathlib import Path
from typing import TypeVar

from adapters.shared.cancellation import in_thread
from domain.errors import DiskFull, StoreAway

BUSY_SECONDS = 5.0
"""How long one waits for others to finish writing."""
PAGE_BYTES = 4096
T = TypeVar("T")


@contextmanager
def connected(path: Path, *, make: bool = False, max_bytes: int | None = None) -> Iterator[sqlite3.Connection]:
    """A connection in autocommit mode; unless `make`, to a file that is there.

    It may be used by one thread after the other. Blocks. Raises `StoreAway`, `DiskFull`; errors of a constraint come
    out unchanged.
    """
    with _translated(), closing(_connect(path, make)) as connection:
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA synchronous = FULL")  # a commit is on the disk when it returns
        if max_bytes is not None:
            connection.execute(f"PRAGMA max_page_count = {max(1, max_bytes // PAGE_BYTES)}")
        yield connection


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """The body is kept whole, and not at all after an error; nobody else writes meanwhile. Blocks."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:  # some errors, such as a full disk, have ended it
            connection.execute("ROLLBACK")
        raise


@asynccontextmanager
async def in_threads(manager: AbstractContextManager[T]) -> AsyncIterator[T]:
    """A context that blocks where it begins and where it ends, both done in threads."""
    entered = ExitStack()  # knows, also after a cancellation, whether there is something to leave
    try:
        yield await in_thread(entered.enter_context, manager)
    except BaseException as error:
        await in_thread(entered.__exit__, type(error), error, error.__traceback__)
        raise
    await in_thread(entered.close)


def _connect(path: Path, make: bool) -> sqlite3.Connection:
    address = f"{path.absolute().as_uri()}?mode={'rwc' if make else 'rw'}"
    return sqlite3.connect(address, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False, uri=True)


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except sqlite3.IntegrityError:
        raise
    except sqlite3.Error as error:
        if getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_FULL:
            raise DiskFull from error
        raise StoreAway from error

"""Connections to the file, and what the driver's errors mean."""

import sqlite3
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, asynccontextmanager, closing, contextmanager
from pathlib import Path
from threading import Lock
from typing import Any, TypeVar

from adapters.shared.cancellation import in_thread
from domain.errors import DiskFull, StoreAway

BUSY_SECONDS = 5.0
"""How long one waits for others to finish writing."""
PAGE_BYTES = 4096
T = TypeVar("T")


class _Connection(sqlite3.Connection):
    """Ends only when the thread that works with it has let go.

    `asyncio.run` cancels at its end what waits for a thread, not the thread; SQLite must not be closed under it.
    """

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._in_use = Lock()

    def execute(self, *arguments: Any) -> sqlite3.Cursor:
        with self._in_use:
            return super().execute(*arguments)

    def close(self) -> None:
        with self._in_use:
            super().close()


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


def inserted(connection: sqlite3.Connection, statement: str, values: Sequence[Any]) -> int:
    """The number of the row that it inserts. Blocks. Raises the driver's errors."""
    number = connection.execute(statement, values).lastrowid
    assert number is not None
    return number


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
    return sqlite3.connect(
        address, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False, uri=True, factory=_Connection
    )


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

"""One SQLite file as the store of a service."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import ExitStack, asynccontextmanager, contextmanager
from pathlib import Path
from typing import IO, TypeVar

from adapters.shared.cancellation import in_thread
from domain.errors import StoreAway, WrongSetting
from domain.store import Store, StoreBackup
from tests.sqlite.connection import BUSY_SECONDS, connected, in_threads, transaction
from tests.sqlite.keeping import back_up, restore
from tests.sqlite.schema import check_migrated, migrate

T = TypeVar("T")


class SqliteStore(Store, StoreBackup):
    """Every operation has a connection of its own, in a thread; those that write take turns.

    `max_bytes` bounds the file: what does not fit is `DiskFull`.
    """

    def __init__(self, path: Path, max_bytes: int | None = None) -> None:
        self.path = path
        self.max_bytes = max_bytes
        self._is_open = False
        self._held = ExitStack()
        self._turn = asyncio.Lock()

    @contextmanager
    def running(self, *, make: bool = True) -> Iterator[None]:
        if not make and not self.path.exists():
            raise WrongSetting("DATA_DIR", f"there is no database {self.path}; name the folder that the service has")
        yield

    def migrate(self) -> list[str]:
        try:
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise WrongSetting("DATA_DIR", f"{self.path.parent} cannot be made: {error}") from error
        with connected(self.path, make=True) as connection:
            connection.execute("PRAGMA journal_mode = WAL")  # readers do not wait for the one that writes
            return migrate(connection)

    async def open(self) -> None:
        if not self.path.exists():
            raise WrongSetting("DATA_DIR", f"there is no database {self.path}; run `music-app migrate` first")
        await in_thread(self._hold_open)
        self._is_open = True

    async def close(self) -> None:
        self._is_open = False
        await in_thread(self._held.close)

    async def check(self) -> None:
        await self.read(lambda connection: connection.execute("SELECT 1 FROM users LIMIT 1").fetchone())

    def covers(self, part: object) -> bool:
        return getattr(part, "store", None) is self

    def back_up(self, file: IO[bytes]) -> dict[str, int]:
        return back_up(self.path, file)

    def restore(self, file: IO[bytes], *, replace: bool) -> dict[str, int]:
        self.migrate()
        return restore(self.path, file, replace=replace)

    async def read(self, query: Callable[[sqlite3.Connection], T]) -> T:
        """What a query finds, run in a thread. Raises `StoreAway`."""
        return await in_thread(self._read, query)

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[sqlite3.Connection]:
        """A transaction: kept when the context ends, unless it ends by an error. What is done with the connection
        blocks. Raises `StoreAway`, `DiskFull`; errors of a constraint come out unchanged."""
        async with self._my_turn(), in_threads(self._transaction()) as connection:
            yield connection

    def _read(self, query: Callable[[sqlite3.Connection], T]) -> T:
        self._check_open()
        with connected(self.path) as connection:
            return query(connection)

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        self._check_open()
        with connected(self.path, max_bytes=self.max_bytes) as connection, transaction(connection):
            yield connection

    @asynccontextmanager
    async def _my_turn(self) -> AsyncIterator[None]:
        """Wait here rather than in a thread, of which there are few."""
        try:
            async with asyncio.timeout(BUSY_SECONDS):
                await self._turn.acquire()
        except TimeoutError as error:
            raise StoreAway from error
        try:
            yield
        finally:
            self._turn.release()

    def _hold_open(self) -> None:
        """Keep one connection: whenever the last one is closed, SQLite writes its log back."""
        connection = self._held.enter_context(connected(self.path))
        try:
            check_migrated(connection)
        except WrongSetting:
            self._held.close()
            raise

    def _check_open(self) -> None:
        if not self._is_open:
            raise StoreAway

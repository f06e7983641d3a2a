"""PostgreSQL as the one store of a service: users, and tracks with their MP3s."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import IO

from adapters.postgres.address import PostgresAddress
from adapters.postgres.database import Database
from adapters.postgres.keeping.backup import back_up
from adapters.postgres.keeping.restore import restore
from adapters.postgres.library import PsycopgTrackLibrary
from adapters.postgres.schema.migrate import check_migrated, migrate
from adapters.postgres.track_keeper import PsycopgTrackKeeper
from adapters.postgres.tracks import PsycopgTrackRepository
from adapters.postgres.users import PsycopgUserRepository
from domain.store import Store, StoreBackup

_PARTS = (PsycopgUserRepository, PsycopgTrackRepository, PsycopgTrackKeeper, PsycopgTrackLibrary)
"""What keeps everything in the tables of a backup; who inherits them may keep more elsewhere."""


class PostgresStore(Store, StoreBackup):
    """What is done with the whole database; its repositories work with the same `Database`."""

    def __init__(self, address: PostgresAddress, make_database: Callable[[], Database]) -> None:
        """`make_database` gives the one `Database`, which needs the address and so is not made before it is known."""
        self._address = address
        self._make_database = make_database
        self._database: Database | None = None

    @contextmanager
    def running(self, *, make: bool = True) -> Iterator[None]:
        with self._address.running(make=make):
            yield

    def migrate(self) -> list[str]:
        return migrate(self._address.conninfo)

    async def open(self) -> None:
        await asyncio.to_thread(check_migrated, self._address.conninfo)
        database = self._make_database()
        await database.open()
        try:
            await database.check_durability()
        except BaseException:
            await database.close()
            raise
        self._database = database

    async def close(self) -> None:
        if self._database is not None:
            await self._database.close()
            self._database = None

    async def check(self) -> None:
        await self._make_database().check()

    def covers(self, part: object) -> bool:
        return type(part) in _PARTS and getattr(part, "database", None) is self._make_database()

    def back_up(self, file: IO[bytes]) -> dict[str, int]:
        return back_up(self._address.conninfo, file)

    def restore(self, file: IO[bytes], *, replace: bool) -> dict[str, int]:
        return restore(self._address.conninfo, file, replace=replace)

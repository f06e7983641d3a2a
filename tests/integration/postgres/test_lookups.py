"""However many look something up, the pool turns nobody away, and a frozen server holds nobody up."""

import asyncio
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest

from adapters.embedded_postgres.embedded import EmbeddedPostgres
from adapters.postgres.database import Database
from adapters.postgres.schema.migrate import migrate
from adapters.postgres.track_keeper import PsycopgTrackKeeper
from adapters.postgres.tracks import PsycopgTrackRepository
from adapters.postgres.users import PsycopgUserRepository
from application.admission.fair_queue import FairQueue
from application.open_record import OpenRecord
from domain.errors import StoreAway
from domain.tracks import StoredMp3
from domain.users import token_digest
from entrypoints.settings.settings import Settings
from tests.contract.tracks import NOW
from tests.integration.postgres.test_database import frozen, opened

POOL = 5
AT_ONCE = 2
CALLERS = 300  # more than the pool lets wait


@pytest.mark.parametrize("table", ["tracks", "users"])
async def test_h38_lookups_that_take_long_leave_connections_to_others(database_url: str, table: str) -> None:
    async with opened(database_url, POOL) as database:
        tracks, users = PsycopgTrackRepository(database), PsycopgUserRepository(database)
        with psycopg.connect(database_url) as other:
            other.execute(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE".encode())
            looking: list[asyncio.Task[Any]]
            if table == "tracks":
                looking = [asyncio.create_task(tracks.find(uuid4(), 1)) for _ in range(CALLERS)]
            else:
                looking = [asyncio.create_task(users.find_by_token(bytes(32))) for _ in range(CALLERS)]
            adding = [
                asyncio.create_task(users.add("Ann", token_digest(f"{number}"), NOW)) for number in range(CALLERS)
            ]
            await asyncio.sleep(0)
            for _ in range(POOL):
                await database.check()
            for task in [*looking, *adding]:
                task.cancel()
            found = await asyncio.gather(*looking, *adding, return_exceptions=True)
        assert not any(isinstance(one, psycopg.Error) for one in found)
        await database.check()


class CountedTracks(PsycopgTrackRepository):
    """Counts what it is asked."""

    asked = 0

    async def find(self, track_uuid: UUID, user_id: int) -> StoredMp3 | None:
        self.asked += 1
        return await super().find(track_uuid, user_id)


async def test_h38_a_frozen_database_is_told_in_time_to_all_who_wait(tmp_path: Path) -> None:
    """In the time of one lookup: who waited meanwhile is told without a lookup of its own."""
    with EmbeddedPostgres(tmp_path) as conninfo:
        migrate(conninfo)
        async with opened(conninfo, POOL) as database:
            tracks, lookups = CountedTracks(database), FairQueue(AT_ONCE)
            open_record = OpenRecord(tracks, PsycopgTrackKeeper(database), lookups, FairQueue(AT_ONCE))
            await database.check()
            with frozen(conninfo):
                asking = [open_record(uuid4(), 1, f"address 192.0.2.{number % 50}") for number in range(CALLERS)]
                found = await asyncio.gather(*asking, return_exceptions=True)
            assert {type(one) for one in found} == {StoreAway}
            assert tracks.asked == AT_ONCE
            assert (lookups.free, lookups.waiting()) == (AT_ONCE, {})


def test_the_pool_has_a_connection_for_each_query_under_way() -> None:
    for size in (1, 4, 10, 50):
        settings = Settings().but(database_pool_size=size).storage
        assert Database("host=/nowhere", size)._queries._free._value == settings.at_once

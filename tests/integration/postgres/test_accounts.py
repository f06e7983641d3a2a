"""Accounts while others add and remove tracks: nothing is counted twice, or left, and nobody else waits."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import psycopg
import pytest
from psycopg.sql import SQL, Identifier

from adapters.memory.mp3 import InMemoryMp3
from adapters.postgres.accounts import PsycopgAccountRepository
from adapters.postgres.database import Database
from adapters.postgres.deleted_users import PsycopgDeletedUsers
from adapters.postgres.schema.migrate import migrate, packaged_migrations
from adapters.postgres.track_keeper import PsycopgTrackKeeper
from adapters.postgres.tracks import PsycopgTrackRepository
from adapters.postgres.users import PsycopgUserRepository
from domain.accounts import Removed, Totals
from domain.errors import UnknownUser
from domain.users import User, token_digest
from tests.contract.calls import errors
from tests.contract.tracks import MP3, NOW, a_track
from tests.integration.postgres.test_older_service import COLUMNS, USER, VALUES

OLD, NOBODYS = token_digest("secret"), token_digest("nobody's")
SECOND = timedelta(seconds=1)
PATIENCE_SECONDS = 30


class Parts:
    def __init__(self, database: Database) -> None:
        self.users = PsycopgUserRepository(database)
        self.tracks = PsycopgTrackRepository(database)
        self.keeper = PsycopgTrackKeeper(database)
        self.accounts = PsycopgAccountRepository(database)
        self.deleted = PsycopgDeletedUsers(database)

    async def ada(self) -> User:
        return await self.users.add("Ada", OLD, NOW)

    async def add(self, user: User, count: int) -> None:
        for _ in range(count):
            track = a_track(user.user_id, MP3, duration=SECOND)
            await self.tracks.add(track, str(track.track_uuid))


@asynccontextmanager
async def opened(url: str) -> AsyncIterator[Parts]:
    database = Database(url, pool_size=20)
    await database.open()
    yield Parts(database)
    await database.close()


@pytest.fixture
async def parts(database_url: str) -> AsyncIterator[Parts]:
    async with opened(database_url) as parts:
        yield parts


async def test_totals_are_right_whoever_adds_and_removes_at_once(parts: Parts, database_url: str) -> None:
    ada = await parts.ada()

    async def add_and_remove() -> None:
        await parts.add(ada, 5)
        async with await psycopg.AsyncConnection.connect(database_url) as other:
            await other.execute(
                "DELETE FROM tracks WHERE track_id IN (SELECT track_id FROM tracks LIMIT 3 FOR UPDATE SKIP LOCKED)"
            )

    await asyncio.gather(*(add_and_remove() for _ in range(8)))

    count = len([pair async for pair in parts.tracks.all()])
    assert await parts.accounts.totals(ada.user_id) == Totals(count, 5 * count, count * SECOND)


async def test_a_track_that_an_older_service_adds_meanwhile_is_counted(bare_database_url: str) -> None:
    migrate(bare_database_url, packaged_migrations()[:4])
    async with await psycopg.AsyncConnection.connect(bare_database_url) as older:
        await older.execute(USER)
        await older.commit()
        await older.execute(SQL("INSERT INTO tracks ({}) VALUES ({})").format(COLUMNS, VALUES))
        migrating = asyncio.create_task(asyncio.to_thread(migrate, bare_database_url))
        await waiting_for_a_lock(bare_database_url)
        await older.commit()
        async with asyncio.timeout(PATIENCE_SECONDS):
            await migrating

    async with opened(bare_database_url) as parts:
        assert await parts.accounts.totals(1) == Totals(1, 5, SECOND)


async def waiting_for_a_lock(url: str) -> None:
    """Return once somebody waits for one."""
    async with await psycopg.AsyncConnection.connect(url, autocommit=True) as watching:
        async with asyncio.timeout(PATIENCE_SECONDS):
            while True:
                cursor = await watching.execute(
                    "SELECT count(*) FROM pg_stat_activity"
                    " WHERE datname = current_database() AND wait_event_type = 'Lock'"
                )
                if await cursor.fetchone() != (0,):
                    return
                await asyncio.sleep(0.01)


async def test_users_from_before_there_were_totals_have_theirs(bare_database_url: str) -> None:
    migrate(bare_database_url, packaged_migrations()[:4])
    with psycopg.connect(bare_database_url) as connection:
        connection.execute(USER)
        connection.execute("INSERT INTO users (user_name, token_sha256, created_at) VALUES ('B', sha256('b'), now())")
        connection.execute(SQL("INSERT INTO tracks ({}) VALUES ({})").format(COLUMNS, VALUES))
    migrate(bare_database_url)

    async with opened(bare_database_url) as parts:
        assert await parts.accounts.totals(1) == Totals(1, 5, SECOND)
        assert await parts.accounts.totals(2) == Totals(0, 0, 0 * SECOND)
        await parts.add((await parts.users.find(1)) or await parts.ada(), 1)
        assert await parts.accounts.totals(1) == Totals(2, 10, 2 * SECOND)


async def test_a_track_on_its_way_is_either_removed_or_refused(parts: Parts) -> None:
    """However the moments of storing it and of deleting its user fall."""
    for number in range(10):
        old, nobodys = token_digest(f"old {number}"), token_digest(f"nobody's {number}")
        user = await parts.users.add("Ada", old, NOW)
        mp3 = InMemoryMp3(bytes(100_000))
        tracks = [a_track(user.user_id, mp3) for _ in range(6)]

        [deleted, *kept] = await asyncio.gather(
            parts.accounts.delete(user.user_id, old, nobodys, NOW),
            *(parts.keeper.keep(track, mp3) for track in tracks),
            return_exceptions=True,
        )
        assert deleted is True
        assert {type(answer) for answer in kept} <= {type(None), UnknownUser}
        while not (step := await parts.deleted.remove_some(user.user_id)).is_all:
            assert step.tracks

        assert await errors(*(parts.keeper.keep(track, mp3) for track in tracks)) == [UnknownUser] * 6
    assert [pair async for pair in parts.tracks.all()] == []


async def test_who_removes_waits_for_nobody_and_nobody_for_them(parts: Parts, database_url: str) -> None:
    """Tracks that somebody else removes now are passed over, and the user stays until they are gone."""
    ada, grace = await parts.ada(), await parts.users.add("Grace", token_digest("another's"), NOW)
    await parts.add(ada, 3)
    await parts.accounts.delete(ada.user_id, OLD, NOBODYS, NOW)
    async with await psycopg.AsyncConnection.connect(database_url) as other:
        await other.execute("DELETE FROM tracks WHERE track_id = (SELECT min(track_id) FROM tracks)")
        async with asyncio.timeout(PATIENCE_SECONDS):
            first = await parts.deleted.remove_some(ada.user_id)
            await parts.add(grace, 1)
        await other.commit()

    assert first.tracks == 2
    assert await parts.deleted.remove_some(ada.user_id) == Removed(0, is_all=True)
    assert await parts.accounts.totals(grace.user_id) == Totals(1, 5, SECOND)


async def test_no_row_of_any_table_is_left(parts: Parts, database_url: str) -> None:
    ada = await parts.ada()
    await parts.add(ada, 2)
    await parts.accounts.totals(ada.user_id)
    await parts.accounts.delete(ada.user_id, OLD, NOBODYS, NOW)
    while not (await parts.deleted.remove_some(ada.user_id)).is_all:
        pass

    async with await psycopg.AsyncConnection.connect(database_url, autocommit=True) as connection:
        cursor = await connection.execute(
            "SELECT table_name FROM information_schema.columns"
            " WHERE table_schema = 'public' AND column_name = 'user_id' ORDER BY table_name"
        )
        tables = [name for (name,) in await cursor.fetchall()]
        assert {"users", "tracks", "user_totals"} <= set(tables)
        for table in tables:
            counted = await connection.execute(SQL("SELECT count(*) FROM {}").format(Identifier(table)))
            assert await counted.fetchone() == (0,), table

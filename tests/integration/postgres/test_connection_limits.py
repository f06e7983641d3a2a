"""Storing and reading MP3s leaves connections to short queries."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest

from adapters.memory.mp3 import InMemoryMp3
from adapters.postgres.connection_limits import ConnectionLimit
from adapters.postgres.database import Database
from adapters.postgres.track_keeper import LARGE_BYTES, PsycopgTrackKeeper
from adapters.postgres.users import PsycopgUserRepository
from domain.errors import StoreAway
from domain.output.converter import Mp3
from domain.users import User, token_digest
from tests.contract.tracks import NOW, a_track, stored

POOL = 5
SMALL = bytes(1000)


class HeldMp3(Mp3):
    """Gives its bytes only when it is let go; `begun` tells that somebody wants them."""

    def __init__(self, size: int) -> None:
        self.size = size
        self.begun = asyncio.Event()
        self.let_go = asyncio.Event()

    async def read(self, start: int, count: int) -> AsyncIterator[bytes]:
        self.begun.set()
        await self.let_go.wait()
        yield bytes(count)


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    database = Database(database_url, POOL)
    await database.open()
    yield database
    await database.close()


@pytest.fixture
def keeper(database: Database) -> PsycopgTrackKeeper:
    return PsycopgTrackKeeper(database)


@pytest.fixture
async def user(database: Database) -> User:
    return await PsycopgUserRepository(database).add("Ada", token_digest("secret"), NOW)


async def test_stores_that_take_long_leave_connections_to_others(
    database: Database, keeper: PsycopgTrackKeeper, user: User
) -> None:
    held = [HeldMp3(1000) for _ in range(3 * POOL)]
    storing = [asyncio.create_task(keeper.keep(a_track(user.user_id, mp3), mp3)) for mp3 in held]
    await held[0].begun.wait()
    for _ in range(POOL):
        await asyncio.gather(*(database.check() for _ in range(POOL)))
    assert sum(mp3.begun.is_set() for mp3 in held) <= 2 * POOL // 5
    for mp3 in held:
        mp3.let_go.set()
    assert await asyncio.gather(*storing) == [None] * len(held)


async def test_a_large_store_does_not_keep_small_ones_waiting(keeper: PsycopgTrackKeeper, user: User) -> None:
    held = [HeldMp3(LARGE_BYTES + 1) for _ in range(POOL)]
    storing = [asyncio.create_task(keeper.keep(a_track(user.user_id, mp3), mp3)) for mp3 in held]
    await held[0].begun.wait()
    for _ in range(3):
        mp3 = InMemoryMp3(SMALL)
        await keeper.keep(a_track(user.user_id, mp3), mp3)
    assert sum(mp3.begun.is_set() for mp3 in held) == 1
    for task in storing:
        task.cancel()
    await asyncio.gather(*storing, return_exceptions=True)


async def test_many_readers_leave_connections_to_others(
    database: Database, keeper: PsycopgTrackKeeper, user: User
) -> None:
    mp3 = InMemoryMp3(bytes(1 << 20))
    track = a_track(user.user_id, mp3)
    await keeper.keep(track, mp3)

    async def read() -> int:
        return sum([len(block) async for block in keeper.read(stored(track), 0, mp3.size)])

    reading = [asyncio.create_task(read()) for _ in range(10 * POOL)]
    for _ in range(5):
        await database.check()
    assert await asyncio.gather(*reading) == [mp3.size] * len(reading)


async def test_who_waits_too_long_for_a_connection_is_told() -> None:
    limit = ConnectionLimit(0)
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(limit.take(1))
        with pytest.raises(StoreAway):
            await stack.enter_async_context(limit.take(0.01))
    async with limit.take(0.01) as waited:
        assert waited < 1

"""The PostgreSQL adapters against the contracts."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest

from adapters.memory.mp3 import InMemoryMp3
from adapters.postgres.connection import Connection
from adapters.postgres.database import Database
from adapters.postgres.library import PsycopgTrackLibrary
from adapters.postgres.quotas import PsycopgQuotaRepository, settings_of
from adapters.postgres.receipts import PsycopgTrackReceipts
from adapters.postgres.repeats import PsycopgRepeatableRequests
from adapters.postgres.track_keeper import MAX_VALUE_BYTES, PsycopgTrackKeeper
from adapters.postgres.tracks import PsycopgTrackRepository
from adapters.postgres.users import PsycopgUserRepository
from domain.errors import Mp3TooLarge, QuotaReached
from domain.quotas import OwnQuota, Quota
from domain.repeats import RepeatKey
from domain.tracks import TrackKeeper
from domain.users import token_digest
from tests.contract.accounts import AccountRepositoryContract, DeletedUsersContract
from tests.contract.audit_trails import AuditTrailContract
from tests.contract.calls import errors
from tests.contract.clients import Client
from tests.contract.directories import UserDirectoryContract
from tests.contract.keepers import TrackKeeperContract, assert_not_kept
from tests.contract.libraries import TrackLibraryContract
from tests.contract.links import LinkRepositoryContract
from tests.contract.postgres_parts import PostgresParts
from tests.contract.quotas import QuotaRepositoryContract
from tests.contract.repeats import RepeatableRequestsContract, TrackReceiptsContract, claimed
from tests.contract.stores import StoreBackupContract, StoreContract
from tests.contract.tracks import (
    MIB,
    NOW,
    TrackCatalogueContract,
    TrackRepositoryContract,
    Unread,
    a_track,
    stored,
)
from tests.contract.users import UserRepositoryContract


class TestPsycopgUserRepository(PostgresParts, UserRepositoryContract):
    pass


class TestPsycopgAccounts(PostgresParts, AccountRepositoryContract, DeletedUsersContract):
    pass


class TestPsycopgTrackRepository(PostgresParts, TrackRepositoryContract, TrackCatalogueContract):
    pass


class TestPsycopgTrackLibrary(PostgresParts, TrackLibraryContract):
    @pytest.fixture
    def library(self, tracks: PsycopgTrackRepository) -> PsycopgTrackLibrary:
        return PsycopgTrackLibrary(tracks.database, walked=3, most_found=9, walk_seconds=0)


class TestPsycopgLinkRepository(PostgresParts, LinkRepositoryContract):
    pass


class TestPsycopgTrackKeeper(PostgresParts, TrackKeeperContract):
    async def test_a_paused_reader_holds_not_even_the_only_connection(self, database_url: str) -> None:
        database = Database(database_url, pool_size=1)
        await database.open()
        users, tracks = PsycopgUserRepository(database), PsycopgTrackRepository(database)
        keeper = PsycopgTrackKeeper(database)
        mp3 = InMemoryMp3(bytes(3 * MIB))
        track = a_track((await users.add("Ada", token_digest("secret"), NOW)).user_id, mp3)
        await keeper.keep(track, mp3)

        async for block in keeper.read(stored(track), 0, mp3.size):
            assert block
            assert await tracks.find(track.track_uuid, track.user_id) == stored(track)
        await database.close()

    async def test_what_no_value_holds_is_refused_unread(
        self, tracks: PsycopgTrackRepository, keeper: TrackKeeper, user_id: int
    ) -> None:
        assert keeper.max_mp3_bytes == MAX_VALUE_BYTES
        mp3 = Unread()
        mp3.size = MAX_VALUE_BYTES + 1
        track = a_track(user_id, mp3)

        with pytest.raises(Mp3TooLarge):
            await keeper.keep(track, mp3)

        await assert_not_kept(tracks, track)


class TestPsycopgRepeatableRequests(PostgresParts, RepeatableRequestsContract):
    @pytest.fixture
    def repeats(self, client: Client) -> PsycopgRepeatableRequests:
        return PsycopgRepeatableRequests(database_of(client))

    @pytest.fixture
    def other_repeats(self, other_client: Client) -> PsycopgRepeatableRequests:
        return PsycopgRepeatableRequests(database_of(other_client))

    async def test_a_user_who_is_gone_leaves_no_key(
        self, repeats: PsycopgRepeatableRequests, key: RepeatKey, delete_user: Callable[[int], Awaitable[None]]
    ) -> None:
        await claimed(repeats, key)

        await delete_user(key.user_id)

        async with repeats.database.connection() as connection:
            cursor = await connection.execute("SELECT count(*) FROM repeatable_requests")
            assert await cursor.fetchone() == (0,)


class TestPsycopgTrackReceipts(PostgresParts, TrackReceiptsContract):
    @pytest.fixture
    def receipts(self, client: Client) -> PsycopgTrackReceipts:
        return PsycopgTrackReceipts(database_of(client))


def database_of(client: Client) -> Database:
    """The one with which all of a client's adapters work."""
    assert isinstance(client.users, PsycopgUserRepository)
    return client.users.database


class CountingConnection(Connection):
    """Counts what is asked of the server."""

    asked = 0

    async def execute(self, *values: Any, **more: Any) -> Any:
        CountingConnection.asked += 1
        return await super().execute(*values, **more)

    def cursor(self, *values: Any, **more: Any) -> Any:
        CountingConnection.asked += 1
        return super().cursor(*values, **more)


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Callable[[], int]:
    """How many statements there were since it was asked last."""
    monkeypatch.setattr("adapters.postgres.database.Connection", CountingConnection)

    def asked() -> int:
        count, CountingConnection.asked = CountingConnection.asked, 0
        return count

    return asked


@asynccontextmanager
async def bound_by(url: str, general: Quota) -> AsyncIterator[Database]:
    """A database of a service in which this holds for all."""
    database = Database(url, pool_size=5, settings=settings_of(general))
    await database.open()
    yield database
    await database.close()


class TestPsycopgQuotaRepository(PostgresParts, QuotaRepositoryContract):
    @pytest.mark.parametrize(
        ("general", "own", "count"),
        [
            (Quota(tracks=2), OwnQuota(), 2),
            (Quota(bytes=2999), OwnQuota(), 2),
            (Quota(seconds=25), OwnQuota(), 2),
            (Quota(tracks=2), OwnQuota(tracks=3), 3),
            (Quota(tracks=2), OwnQuota(tracks=0), 4),
            (Quota(tracks=3), OwnQuota(bytes=2000), 2),
        ],
    )
    async def test_what_holds_for_all_binds_unless_something_else_is_set(
        self, user_id: int, url: str, general: Quota, own: OwnQuota, count: int
    ) -> None:
        async with bound_by(url, general) as database:
            await PsycopgQuotaRepository(database).put(user_id, own)
            keeper = PsycopgTrackKeeper(database)

            raised = [(await errors(self.keep(keeper, user_id)))[0] for _ in range(4)]

        assert [issubclass(kind, QuotaReached) for kind in raised] == [False] * count + [True] * (4 - count)

    @pytest.mark.parametrize("general", [Quota(), Quota(tracks=9, bytes=9999, seconds=999)])
    async def test_keeping_a_track_and_finding_its_user_ask_no_more_than_one_thing(
        self, user_id: int, url: str, asked: Callable[[], int], general: Quota
    ) -> None:
        async with bound_by(url, general) as database:
            keeper, users = PsycopgTrackKeeper(database), PsycopgUserRepository(database)
            await database.check()
            asked()

            await self.keep(keeper, user_id)
            assert asked() == 1

            await users.find(user_id)
            assert asked() == 1


class TestPsycopgAuditTrail(PostgresParts, AuditTrailContract):
    pass


class TestPsycopgUserDirectory(PostgresParts, UserDirectoryContract):
    pass


class TestPostgresStore(PostgresParts, StoreContract, StoreBackupContract):
    pass

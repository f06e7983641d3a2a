"""The PostgreSQL adapters against the contracts."""

import pytest

from adapters.memory.mp3 import InMemoryMp3
from adapters.postgres.database import Database
from adapters.postgres.library import PsycopgTrackLibrary
from adapters.postgres.track_keeper import MAX_VALUE_BYTES, PsycopgTrackKeeper
from adapters.postgres.tracks import PsycopgTrackRepository
from adapters.postgres.users import PsycopgUserRepository
from domain.errors import Mp3TooLarge
from domain.tracks import TrackKeeper
from domain.users import token_digest
from tests.contract.keepers import TrackKeeperContract, assert_not_kept
from tests.contract.libraries import TrackLibraryContract
from tests.contract.postgres_parts import PostgresParts
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


class TestPsycopgTrackRepository(PostgresParts, TrackRepositoryContract, TrackCatalogueContract):
    pass


class TestPsycopgTrackLibrary(PostgresParts, TrackLibraryContract):
    @pytest.fixture
    def library(self, tracks: PsycopgTrackRepository) -> PsycopgTrackLibrary:
        return PsycopgTrackLibrary(tracks.database, walked=3, most_found=9, walk_seconds=0)


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


class TestPostgresStore(PostgresParts, StoreContract, StoreBackupContract):
    pass

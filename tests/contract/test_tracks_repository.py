from collections.abc import AsyncIterator

import psycopg
import pytest

from adapters.memory.mp3 import InMemoryMp3
from adapters.memory.tracks import InMemoryTrackKeeper, InMemoryTrackRepository
from adapters.memory.users import InMemoryUserRepository
from adapters.postgres.database import Database
from adapters.postgres.track_keeper import PsycopgTrackKeeper
from adapters.postgres.tracks import PsycopgTrackRepository
from adapters.postgres.users import PsycopgUserRepository
from domain.errors import TrackDamaged
from domain.tracks import TrackKeeper, TrackRepository
from domain.users import UserRepository, token_digest
from tests.contract.tracks import MIB, NOW, TrackCatalogueContract, TrackKeeperContract, a_track, stored


class TestInMemoryTrackRepository(TrackKeeperContract, TrackCatalogueContract):
    @pytest.fixture
    def users(self) -> UserRepository:
        return InMemoryUserRepository()

    @pytest.fixture
    def tracks(self, users: UserRepository) -> InMemoryTrackRepository:
        return InMemoryTrackRepository(users)

    @pytest.fixture
    def keeper(self, tracks: InMemoryTrackRepository) -> TrackKeeper:
        return InMemoryTrackKeeper(tracks)


class TestPsycopgTrackRepository(TrackKeeperContract, TrackCatalogueContract):
    @pytest.fixture
    async def database(self, database_url: str) -> AsyncIterator[Database]:
        database = Database(database_url, pool_size=5)
        await database.open()
        yield database
        await database.close()

    @pytest.fixture
    def users(self, database: Database) -> UserRepository:
        return PsycopgUserRepository(database)

    @pytest.fixture
    def tracks(self, database: Database) -> TrackRepository:
        return PsycopgTrackRepository(database)

    @pytest.fixture
    def keeper(self, database: Database) -> TrackKeeper:
        return PsycopgTrackKeeper(database)

    async def test_a_paused_reader_holds_no_connection(self, database_url: str) -> None:
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

    async def test_lost_bytes_are_told(self, database_url: str, keeper: TrackKeeper, users: UserRepository) -> None:
        mp3 = InMemoryMp3(bytes(MIB))
        track = a_track((await users.add("Ada", token_digest("secret"), NOW)).user_id, mp3)
        await keeper.keep(track, mp3)
        with psycopg.connect(database_url) as connection:
            connection.execute(_LOSE)

        with pytest.raises(TrackDamaged) as told:
            await anext(aiter(keeper.read(stored(track), 0, mp3.size)))
        assert "missing chunk number 0" in told.value.reason


# In place of a disk that lost some blocks: the error that PostgreSQL then has.
_LOSE = """
    ALTER TABLE tracks RENAME TO kept;
    CREATE FUNCTION lost() RETURNS bytea LANGUAGE plpgsql AS $$
        BEGIN RAISE EXCEPTION 'missing chunk number 0 for toast value 1' USING ERRCODE = 'data_corrupted'; END $$;
    CREATE VIEW tracks AS SELECT track_uuid, lost() AS track_file_bin FROM kept"""

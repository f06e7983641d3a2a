"""The twins in memory against the contracts, and `AudioFirst` over them."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from datetime import datetime

import pytest
from psycopg.sql import SQL

from adapters.memory.audio_store import InMemoryAudioStore
from adapters.memory.clock import FixedClock
from adapters.memory.identifiers import SeededIdentifiers
from adapters.memory.store import InMemoryStore
from adapters.memory.tracks import InMemoryTrackKeeper, InMemoryTrackRepository
from adapters.memory.users import InMemoryUserRepository
from application.audio_first import AudioFirst
from domain.audio_store import AudioStore
from domain.errors import StoreAway
from domain.tracks import StoredMp3, Track, TrackKeeper, TrackRepository
from domain.users import UserRepository
from tests.contract.audio import AudioCatalogueContract, AudioStoreContract
from tests.contract.calls import Act, errors
from tests.contract.clients import Client, MakeClient
from tests.contract.keepers import TrackKeeperContract
from tests.contract.postgres_parts import PostgresParts, change, opened
from tests.contract.stores import StoreContract
from tests.contract.tracks import TrackCatalogueContract, TrackRepositoryContract
from tests.contract.users import UserRepositoryContract


class InMemoryParts:
    durable = False

    @pytest.fixture
    def users(self) -> InMemoryUserRepository:
        return InMemoryUserRepository()

    @pytest.fixture
    def tracks(self, users: UserRepository) -> InMemoryTrackRepository:
        return InMemoryTrackRepository(users)

    @pytest.fixture
    def keeper(self, tracks: InMemoryTrackRepository) -> InMemoryTrackKeeper:
        return InMemoryTrackKeeper(tracks)

    @pytest.fixture
    def audio(self) -> InMemoryAudioStore:
        return InMemoryAudioStore(FixedClock())

    @pytest.fixture
    def make_client(self, users: UserRepository, tracks: TrackRepository, keeper: TrackKeeper) -> MakeClient:
        client = Client(InMemoryStore(), users, tracks, keeper)
        return lambda: client

    @pytest.fixture
    def delete_user(self, users: InMemoryUserRepository) -> Callable[[int], Awaitable[None]]:
        async def delete_user(user_id: int) -> None:
            del users.kept[user_id]

        return delete_user

    @pytest.fixture
    def delete_track(
        self, tracks: InMemoryTrackRepository, keeper: InMemoryTrackKeeper
    ) -> Callable[[Track], Awaitable[None]]:
        async def delete_track(track: Track) -> None:
            tracks.kept.pop(track.track_uuid, None)
            tracks.audio_keys.pop(track.track_uuid, None)
            keeper.mp3s.pop(track.track_uuid, None)

        return delete_track


class TestInMemoryUserRepository(InMemoryParts, UserRepositoryContract):
    pass


class TestInMemoryTrackRepository(InMemoryParts, TrackRepositoryContract, TrackCatalogueContract):
    pass


class TestInMemoryTrackKeeper(InMemoryParts, TrackKeeperContract):
    @pytest.fixture
    def lose_bytes(self, keeper: InMemoryTrackKeeper) -> Callable[[StoredMp3], Awaitable[None]]:
        async def lose_bytes(mp3: StoredMp3) -> None:
            keeper.mp3s[mp3.track_uuid] = keeper.mp3s[mp3.track_uuid][:1_000_000]

        return lose_bytes


class TestInMemoryStore(InMemoryParts, StoreContract):
    async def test_it_can_be_made_to_be_away(self) -> None:
        store = InMemoryStore()
        await store.open()
        store.is_away = True

        assert await errors(store.check()) == [StoreAway]


class TestInMemoryAudioStore(InMemoryParts, AudioStoreContract, AudioCatalogueContract):
    @pytest.fixture
    def now(self) -> datetime:
        return FixedClock().now()

    @pytest.fixture
    def lose_bytes(self, audio: InMemoryAudioStore) -> Callable[[str], Awaitable[None]]:
        async def lose_bytes(key: str) -> None:
            audio.kept[key] = audio.kept[key][:1_000_000]

        return lose_bytes

    @pytest.fixture
    def break_store(self, audio: InMemoryAudioStore) -> Act:
        async def break_store() -> None:
            audio.is_away = True

        return break_store

    @pytest.fixture
    def fill_disk(self, audio: InMemoryAudioStore) -> Act:
        async def fill_disk() -> None:
            audio.disk_is_full = True

        return fill_disk


class AudioFirstContract(TrackKeeperContract):
    """Of `AudioFirst` over bytes in memory, which nothing outlives."""

    durable = False
    key_of_missing = "never-put"

    @pytest.fixture
    def audio(self) -> InMemoryAudioStore:
        return InMemoryAudioStore(FixedClock())

    @pytest.fixture
    def keeper(self, tracks: TrackRepository, audio: AudioStore) -> AudioFirst:
        return AudioFirst(tracks, audio, SeededIdentifiers())

    @pytest.fixture
    def lose_bytes(self, audio: InMemoryAudioStore) -> Callable[[StoredMp3], Awaitable[None]]:
        async def lose_bytes(mp3: StoredMp3) -> None:
            assert mp3.audio_key
            audio.kept[mp3.audio_key] = audio.kept[mp3.audio_key][:1_000_000]

        return lose_bytes


class TestAudioFirstInMemory(AudioFirstContract, InMemoryParts):
    @pytest.fixture
    def delete_track(self, tracks: InMemoryTrackRepository, audio: AudioStore) -> Callable[[Track], Awaitable[None]]:
        async def delete_track(track: Track) -> None:
            if track.track_uuid in tracks.kept:
                del tracks.kept[track.track_uuid]
                await audio.delete(tracks.audio_keys.pop(track.track_uuid))

        return delete_track


class TestAudioFirstOverPostgres(AudioFirstContract, PostgresParts):
    @pytest.fixture
    async def other_client(self, client: Client, audio: AudioStore, url: str) -> AsyncIterator[Client]:
        async with opened(url, *self.types.names()) as other:
            yield replace(other, keeper=AudioFirst(other.tracks, audio, SeededIdentifiers(1)))

    @pytest.fixture
    def break_store(self, audio: InMemoryAudioStore, break_database: Act) -> Act:
        async def break_store() -> None:
            audio.is_away = True
            await break_database()

        return break_store

    @pytest.fixture
    def delete_track(self, tracks: TrackRepository, audio: AudioStore, url: str) -> Callable[[Track], Awaitable[None]]:
        async def delete_track(track: Track) -> None:
            if found := await tracks.find(track.track_uuid, track.user_id):
                await change(url, SQL("DELETE FROM tracks WHERE track_uuid = %s"), track.track_uuid)
                await audio.delete(str(found.audio_key))

        return delete_track

    crash = None  # type: ignore[assignment] # bytes in memory outlive no process

"""The twins in memory against the contracts, and `AudioFirst` over them."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace

import pytest
from psycopg.sql import SQL

from adapters.memory.audio_store import InMemoryAudioStore
from adapters.memory.audit import InMemoryAuditTrail
from adapters.memory.identifiers import SeededIdentifiers
from adapters.memory.library import InMemoryTrackLibrary
from adapters.memory.receipts import InMemoryTrackReceipts
from adapters.memory.repeats import InMemoryRepeatableRequests
from adapters.memory.store import InMemoryStore
from adapters.memory.tracks import InMemoryTrackKeeper, InMemoryTrackRepository
from application.audio_first import AudioFirst
from domain.audio_store import AudioStore
from domain.errors import StoreAway
from domain.tracks import StoredMp3, Track, TrackRepository
from domain.users import UserRepository
from tests.contract.accounts import AccountRepositoryContract, DeletedUsersContract
from tests.contract.audio import AudioCatalogueContract, AudioStoreContract
from tests.contract.audit_trails import AuditTrailContract
from tests.contract.calls import Act, errors
from tests.contract.clients import Client
from tests.contract.directories import UserDirectoryContract
from tests.contract.keepers import TrackKeeperContract
from tests.contract.libraries import TrackLibraryContract
from tests.contract.links import LinkRepositoryContract
from tests.contract.memory_parts import AudioFirstInMemoryParts, AudioFirstParts, InMemoryAudioParts, InMemoryParts
from tests.contract.postgres_parts import PostgresParts, change, opened
from tests.contract.quotas import QuotaRepositoryContract
from tests.contract.repeats import RepeatableRequestsContract, TrackReceiptsContract
from tests.contract.stores import StoreContract
from tests.contract.tracks import TrackCatalogueContract, TrackRepositoryContract
from tests.contract.users import UserRepositoryContract


class TestInMemoryUserRepository(InMemoryParts, UserRepositoryContract):
    pass


class TestInMemoryAccounts(InMemoryParts, AccountRepositoryContract, DeletedUsersContract):
    pass


class TestInMemoryTrackRepository(InMemoryParts, TrackRepositoryContract, TrackCatalogueContract):
    pass


class TestInMemoryTrackLibrary(InMemoryParts, TrackLibraryContract):
    @pytest.fixture
    def library(self, tracks: InMemoryTrackRepository) -> InMemoryTrackLibrary:
        return InMemoryTrackLibrary(tracks)


class TestInMemoryLinkRepository(InMemoryParts, LinkRepositoryContract):
    pass


class TestInMemoryTrackKeeper(InMemoryParts, TrackKeeperContract):
    @pytest.fixture
    def lose_bytes(self, keeper: InMemoryTrackKeeper) -> Callable[[StoredMp3], Awaitable[None]]:
        async def lose_bytes(mp3: StoredMp3) -> None:
            keeper.mp3s[mp3.track_uuid] = keeper.mp3s[mp3.track_uuid][:1_000_000]

        return lose_bytes


class TestInMemoryQuotaRepository(InMemoryParts, QuotaRepositoryContract):
    pass


class TestInMemoryUserDirectory(InMemoryParts, UserDirectoryContract):
    pass


class TestInMemoryAuditTrail(InMemoryParts, AuditTrailContract):
    @pytest.fixture
    def break_store(self, audit_trail: InMemoryAuditTrail) -> Act:
        async def break_store() -> None:
            audit_trail.is_away = True

        return break_store


class TestInMemoryStore(InMemoryParts, StoreContract):
    async def test_it_can_be_made_to_be_away(self) -> None:
        store = InMemoryStore()
        await store.open()
        store.is_away = True

        assert await errors(store.check()) == [StoreAway]


class TestInMemoryRepeatableRequests(InMemoryParts, RepeatableRequestsContract):
    @pytest.fixture
    def repeats(self, users: UserRepository) -> InMemoryRepeatableRequests:
        return InMemoryRepeatableRequests(users)


class TestInMemoryTrackReceipts(InMemoryParts, TrackReceiptsContract):
    @pytest.fixture
    def receipts(self, tracks: InMemoryTrackRepository) -> InMemoryTrackReceipts:
        return InMemoryTrackReceipts(tracks)


class TestInMemoryAudioStore(InMemoryAudioParts, AudioStoreContract, AudioCatalogueContract):
    pass


class TestAudioFirstInMemory(AudioFirstInMemoryParts, TrackKeeperContract):
    pass


class TestAudioFirstOverPostgres(AudioFirstParts, PostgresParts, TrackKeeperContract):
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
            found = await tracks.find(track.track_uuid, track.user_id)
            assert found
            await change(url, SQL("DELETE FROM tracks WHERE track_uuid = %s"), track.track_uuid)
            await audio.delete(str(found.audio_key))

        return delete_track

    crash = None  # type: ignore[assignment] # bytes in memory outlive no process

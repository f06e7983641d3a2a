"""What the contracts want of the twins in memory, and of `AudioFirst` over them."""

from collections.abc import Awaitable, Callable
from datetime import datetime

import pytest

from adapters.memory.accounts import InMemoryAccountRepository, InMemoryDeletedUsers
from adapters.memory.audio_store import InMemoryAudioStore
from adapters.memory.audit import InMemoryAuditTrail
from adapters.memory.clock import FixedClock
from adapters.memory.directory import InMemoryUserDirectory
from adapters.memory.identifiers import SeededIdentifiers
from adapters.memory.links import InMemoryLinkRepository
from adapters.memory.quotas import InMemoryQuotaRepository
from adapters.memory.store import InMemoryStore
from adapters.memory.tracks import InMemoryTrackKeeper, InMemoryTrackRepository
from adapters.memory.users import InMemoryUserRepository
from application.audio_first import AudioFirst
from domain.audio_store import AudioStore
from domain.tracks import StoredMp3, Track, TrackKeeper, TrackRepository
from domain.users import UserRepository
from tests.contract.calls import Act
from tests.contract.clients import Client, MakeClient
from tests.contract.links import BOUNDS


class InMemoryParts:
    durable = False
    accounts_type = InMemoryAccountRepository
    deleted_users_type = InMemoryDeletedUsers
    tracks_type = InMemoryTrackRepository
    quotas_type = InMemoryQuotaRepository
    directory_type = InMemoryUserDirectory
    audit_trail_type = InMemoryAuditTrail

    @pytest.fixture
    def users(self) -> InMemoryUserRepository:
        return InMemoryUserRepository()

    @pytest.fixture
    def tracks(self, users: UserRepository) -> InMemoryTrackRepository:
        return self.tracks_type(users)

    @pytest.fixture
    def keeper(self, tracks: InMemoryTrackRepository) -> InMemoryTrackKeeper:
        return InMemoryTrackKeeper(tracks)

    @pytest.fixture
    def links(self, tracks: InMemoryTrackRepository) -> InMemoryLinkRepository:
        return InMemoryLinkRepository(tracks, BOUNDS)

    @pytest.fixture
    def held_clients(self, links: InMemoryLinkRepository) -> Callable[[], Awaitable[set[bytes]]]:
        async def held_clients() -> set[bytes]:
            return {client for _, client in links.clients}

        return held_clients

    @pytest.fixture
    def accounts(self, users: InMemoryUserRepository, tracks: InMemoryTrackRepository) -> InMemoryAccountRepository:
        return self.accounts_type(users, tracks)

    @pytest.fixture
    def deleted_users(
        self, users: InMemoryUserRepository, tracks: InMemoryTrackRepository, keeper: InMemoryTrackKeeper
    ) -> InMemoryDeletedUsers:
        return self.deleted_users_type(users, tracks, keeper)

    @pytest.fixture
    def quotas(
        self, users: InMemoryUserRepository, tracks: InMemoryTrackRepository, keeper: InMemoryTrackKeeper
    ) -> InMemoryQuotaRepository:
        return self.quotas_type(users, tracks, keeper)

    @pytest.fixture
    def directory(self, users: InMemoryUserRepository, accounts: InMemoryAccountRepository) -> InMemoryUserDirectory:
        return self.directory_type(users, accounts)

    @pytest.fixture
    def audit_trail(self) -> InMemoryAuditTrail:
        return self.audit_trail_type()

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


class InMemoryAudioParts:
    durable = False
    audio_type = InMemoryAudioStore

    @pytest.fixture
    def now(self) -> datetime:
        return FixedClock().now()

    @pytest.fixture
    def audio(self) -> InMemoryAudioStore:
        return self.audio_type(FixedClock())

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


class AudioFirstParts:
    """Of `AudioFirst` over bytes in memory, which nothing outlives, and rows that are wherever `tracks` has them."""

    durable = False
    key_of_missing: str | None = "never-put"
    audio_first_type = AudioFirst

    @pytest.fixture
    def audio(self) -> InMemoryAudioStore:
        return InMemoryAudioStore(FixedClock())

    @pytest.fixture
    def keeper(self, tracks: TrackRepository, audio: AudioStore) -> AudioFirst:
        return self.audio_first_type(tracks, audio, SeededIdentifiers())

    @pytest.fixture
    def lose_bytes(self, audio: InMemoryAudioStore) -> Callable[[StoredMp3], Awaitable[None]]:
        async def lose_bytes(mp3: StoredMp3) -> None:
            assert mp3.audio_key
            audio.kept[mp3.audio_key] = audio.kept[mp3.audio_key][:1_000_000]

        return lose_bytes


class AudioFirstInMemoryParts(AudioFirstParts, InMemoryParts):
    @pytest.fixture
    def delete_track(
        self, tracks: InMemoryTrackRepository, audio: InMemoryAudioStore
    ) -> Callable[[Track], Awaitable[None]]:
        async def delete_track(track: Track) -> None:
            del tracks.kept[track.track_uuid]
            await audio.delete(tracks.audio_keys.pop(track.track_uuid))

        return delete_track

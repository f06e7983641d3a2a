"""Tracks in dictionaries."""

from collections.abc import AsyncIterator, Collection
from uuid import UUID

from adapters.memory.mp3 import whole
from adapters.memory.within_quota import refuse_beyond
from domain.errors import DuplicateTrack, TrackDamaged, TrackNotFound, UnknownUser
from domain.output.converter import Mp3
from domain.quotas import NO_BOUND, Quota
from domain.tracks import NewTag, StoredMp3, Track, TrackCatalogue, TrackKeeper, TrackRepository
from domain.users import UserRepository

BLOCK_BYTES = 512 * 1024


class InMemoryTrackRepository(TrackRepository, TrackCatalogue):
    """Keeps tracks until the process ends. `kept`, `audio_keys`, `tags` and `mp3s` are there to be looked at."""

    def __init__(self, users: UserRepository, quota: Quota = NO_BOUND) -> None:
        """`quota` holds for users for whom nothing else is set."""
        self._users = users
        self._quota = quota
        self.kept: dict[UUID, Track] = {}
        self.numbers: dict[UUID, int] = {}
        """In the order in which they were added; none is given twice."""
        self.audio_keys: dict[UUID, str] = {}
        self.tags: dict[UUID, NewTag] = {}
        self.mp3s: dict[UUID, bytes] = {}
        """Of those tracks that are kept with them."""
        self._last_number = 0

    async def add(self, track: Track, audio_key: str) -> None:
        await self.hold(track)
        self.audio_keys[track.track_uuid] = audio_key

    async def hold(self, track: Track) -> None:
        """Keep what is known of a track, wherever its MP3 is.

        Raises `UnknownUser`, `DuplicateTrack`, and `QuotaReached`.
        """
        if (user := await self._users.find(track.user_id)) is None:
            raise UnknownUser(track.user_id)
        if track.track_uuid in self.kept:
            raise DuplicateTrack
        refuse_beyond(user.quota.over(self._quota), track, self.kept.values())
        self._last_number += 1
        self.numbers[track.track_uuid] = self._last_number
        self.kept[track.track_uuid] = track

    def forget(self, track_uuid: UUID) -> str | None:
        """Keep nothing of a track, which may be gone already; the key under which an audio store has its MP3."""
        for kept in (self.kept, self.numbers, self.tags, self.mp3s):
            kept.pop(track_uuid, None)
        return self.audio_keys.pop(track_uuid, None)

    async def find(self, track_uuid: UUID, user_id: int) -> StoredMp3 | None:
        track = self.kept.get(track_uuid)
        if track is None or track.user_id != user_id or await self._users.find(user_id) is None:
            return None
        return self.stored_mp3(track)

    async def audio_keys_in_use(self, keys: Collection[str]) -> set[str]:
        return set(keys) & set(self.audio_keys.values())

    async def all(self) -> AsyncIterator[tuple[Track, StoredMp3]]:
        for track in list(self.kept.values()):
            yield track, self.stored_mp3(track)

    def stored_mp3(self, track: Track) -> StoredMp3:
        """What a download needs of a track that is kept."""
        made = track.conversion
        key, tag = self.audio_keys.get(track.track_uuid), self.tags.get(track.track_uuid)
        revoked = track.link_revoked_at
        return StoredMp3(track.track_uuid, track.file_name, made.mp3_size, made.mp3_sha256, key, tag, revoked)


class InMemoryTrackKeeper(TrackKeeper):
    """Keeps whole MP3s beside the tracks of a repository in memory. `mp3s` is there to be looked at."""

    max_mp3_bytes: int | None = None

    def __init__(self, tracks: InMemoryTrackRepository) -> None:
        self._tracks = tracks
        self.mp3s = tracks.mp3s

    async def keep(self, track: Track, mp3: Mp3) -> None:
        if mp3.size != track.conversion.mp3_size:
            raise ValueError(f"the MP3 has {mp3.size} bytes, not {track.conversion.mp3_size}")
        data = await whole(mp3, mp3.size)
        await self._tracks.hold(track)
        self.mp3s[track.track_uuid] = data

    async def read(self, mp3: StoredMp3, start: int, count: int) -> AsyncIterator[bytes]:
        end = start + count
        for offset in range(start, end, BLOCK_BYTES):
            if (data := self.mp3s.get(mp3.track_uuid)) is None:
                raise TrackNotFound
            if len(data) < end:
                raise TrackDamaged(f"there are no {end} bytes of it")
            yield data[offset : min(offset + BLOCK_BYTES, end)]

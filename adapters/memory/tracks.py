"""Tracks in dictionaries."""

from collections.abc import AsyncIterator
from uuid import UUID

from domain.errors import DuplicateTrack, TrackNotFound, UnknownUser
from domain.output.converter import Mp3
from domain.tracks import Track, TrackCatalogue, TrackRepository
from domain.users import UserRepository

BLOCK_BYTES = 512 * 1024


class InMemoryTrackRepository(TrackRepository, TrackCatalogue):
    """Keeps tracks and whole MP3s until the process ends. `kept` and `mp3s` are there to be looked at."""

    def __init__(self, users: UserRepository) -> None:
        self._users = users
        self.kept: dict[UUID, Track] = {}
        self.mp3s: dict[UUID, bytes] = {}

    async def add(self, track: Track, mp3: Mp3) -> None:
        data = b"".join([block async for block in mp3.read(0, track.mp3_size)])
        if len(data) != track.mp3_size:
            raise ValueError(f"the blocks have {len(data)} bytes, not {track.mp3_size}")
        if await self._users.find(track.user_id) is None:
            raise UnknownUser(track.user_id)
        if track.track_uuid in self.kept:
            raise DuplicateTrack
        self.kept[track.track_uuid], self.mp3s[track.track_uuid] = track, data

    async def find(self, track_uuid: UUID, user_id: int) -> Track | None:
        track = self.kept.get(track_uuid)
        return track if track and track.user_id == user_id else None

    async def read(self, track_uuid: UUID, start: int, count: int) -> AsyncIterator[bytes]:
        end = start + count
        for offset in range(start, end, BLOCK_BYTES):
            if track_uuid not in self.mp3s:
                raise TrackNotFound
            yield self.mp3s[track_uuid][offset : min(offset + BLOCK_BYTES, end)]

    async def all(self) -> AsyncIterator[Track]:
        for track in list(self.kept.values()):
            yield track

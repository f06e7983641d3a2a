"""Opening a record: the download of a track by its link."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from uuid import UUID

from domain.errors import TrackNotFound
from domain.tracks import Track, TrackRepository


@dataclass(frozen=True, slots=True)
class Record:
    """A track that is being downloaded."""

    track: Track
    tracks: TrackRepository

    def read(self, start: int, count: int) -> AsyncIterator[bytes]:
        """`count` bytes of the MP3 from byte `start`, in blocks of at most 1 MiB."""
        return self.tracks.read(self.track.track_uuid, start, count)


class OpenRecord:
    """Finds a track for whoever holds its link."""

    def __init__(self, tracks: TrackRepository) -> None:
        self._tracks = tracks

    async def __call__(self, track_uuid: UUID, user_id: int) -> Record:
        """The record. Raises `TrackNotFound`, also where the track is another user's, or `StoreAway`."""
        track = await self._tracks.find(track_uuid, user_id)
        if track is None:
            raise TrackNotFound
        return Record(track, self._tracks)

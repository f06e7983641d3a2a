"""Opening a record: the download of a track by its link."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from uuid import UUID

from application.admission.fair_queue import FairQueue
from domain.errors import TrackNotFound
from domain.tracks import StoredMp3, TrackKeeper, TrackRepository


@dataclass(frozen=True, slots=True)
class Record:
    """A track that is being downloaded."""

    mp3: StoredMp3
    keeper: TrackKeeper

    def read(self, start: int, count: int) -> AsyncIterator[bytes]:
        """`count` bytes of the MP3 from byte `start`, in blocks of at most 1 MiB."""
        return self.keeper.read(self.mp3, start, count)


class OpenRecord:
    """Finds a track for whoever holds its link."""

    def __init__(self, tracks: TrackRepository, keeper: TrackKeeper, lookups: FairQueue) -> None:
        self._tracks = tracks
        self._keeper = keeper
        self._lookups = lookups

    async def __call__(self, track_uuid: UUID, user_id: int, *holders: str) -> Record:
        """The record. `holders` are those of `FairQueue.turn`, in whose turn it is looked up.

        Raises `TrackNotFound`, also where the track is another user's, `StoreAway` and what `FairQueue.turn` does.
        """
        async with self._lookups.turn(*holders):
            mp3 = await self._tracks.find(track_uuid, user_id)
        if mp3 is None:
            raise TrackNotFound
        return Record(mp3, self._keeper)

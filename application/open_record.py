"""Opening a record: the download of a track by its link."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from uuid import UUID

from application.admission.fair_queue import FairQueue
from application.delivered import delivered
from domain.errors import LinkRevoked, TrackNotFound
from domain.tracks import StoredMp3, TrackKeeper, TrackRepository

BLOCK_SECONDS = 30.0
"""How long a download waits for the turn of its next block, in which it holds nothing: rather late than broken off."""


@dataclass(frozen=True, slots=True)
class Record:
    """A track that is being downloaded."""

    mp3: StoredMp3
    keeper: TrackKeeper
    reads: FairQueue
    holders: tuple[str, ...]

    async def read(self, start: int, count: int) -> AsyncGenerator[bytes, None]:
        """`count` bytes of the MP3 from byte `start`, in blocks of at most 1 MiB, each in the holders' turn."""
        blocks = delivered(self.keeper, self.mp3, start, count)
        while count > 0:  # who has got all of them waits for no further turn
            async with self.reads.turn(*self.holders, seconds=BLOCK_SECONDS):
                block = await anext(blocks)
            count -= len(block)
            yield block
            del block  # the next one may have to wait for its turn


class OpenRecord:
    """Finds a track by what its permanent link says."""

    def __init__(self, tracks: TrackRepository, keeper: TrackKeeper, queries: FairQueue, reads: FairQueue) -> None:
        self._tracks = tracks
        self._keeper = keeper
        self._queries = queries
        self._reads = reads

    async def __call__(self, track_uuid: UUID, user_id: int, *holders: str) -> Record:
        """The record. `holders` are those of `FairQueue.turn`, in whose turn it is looked up and read.

        Raises `TrackNotFound`, also where the track is another user's, `StoreAway` and what `FairQueue.turn` does.
        """
        async with self._queries.turn(*holders):
            mp3 = await self._tracks.find(track_uuid, user_id)
        if mp3 is None:
            raise TrackNotFound
        return Record(mp3, self._keeper, self._reads, holders)

    async def by_link(self, track_uuid: UUID, user_id: int, *holders: str) -> Record:
        """The same for whoever has the permanent link and is nobody known. Raises `LinkRevoked`, too."""
        record = await self(track_uuid, user_id, *holders)
        if record.mp3.link_revoked_at is not None:
            raise LinkRevoked
        return record

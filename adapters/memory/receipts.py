"""Receipts of the tracks that are kept in memory."""

from uuid import UUID

from adapters.memory.tracks import InMemoryTrackRepository
from domain.receipts import TrackReceipt, TrackReceipts


class InMemoryTrackReceipts(TrackReceipts):
    def __init__(self, tracks: InMemoryTrackRepository) -> None:
        self._tracks = tracks

    async def find(self, track_uuid: UUID, user_id: int) -> TrackReceipt | None:
        track = self._tracks.kept.get(track_uuid)
        return TrackReceipt.of(track) if track and track.user_id == user_id else None

"""Checking that every stored MP3 is what it was when it was stored."""

import hashlib
from collections.abc import AsyncIterator
from dataclasses import dataclass

from domain.errors import TrackDamaged, TrackNotFound
from domain.tracks import Track, TrackCatalogue, TrackRepository


@dataclass(frozen=True, slots=True)
class CheckedTrack:
    """A track and what is wrong with its MP3, or None."""

    track: Track
    problem: str | None


class CheckTracks:
    """Reads every MP3 and compares it with its size and SHA-256."""

    def __init__(self, catalogue: TrackCatalogue, tracks: TrackRepository) -> None:
        self._catalogue = catalogue
        self._tracks = tracks

    async def __call__(self) -> AsyncIterator[CheckedTrack]:
        """Each track as soon as it is checked, but those that are removed meanwhile. Raises `StoreAway`."""
        async for track in self._catalogue.all():
            try:
                yield CheckedTrack(track, await self._problem(track))
            except TrackNotFound:
                continue

    async def _problem(self, track: Track) -> str | None:
        size, digest = 0, hashlib.sha256()
        try:
            async for block in self._tracks.read(track.track_uuid, 0, track.mp3_size):
                size += len(block)
                digest.update(block)
        except TrackDamaged as error:
            return f"cannot be read after byte {size}: {error.reason}"
        if size != track.mp3_size:
            return f"has {size} bytes instead of {track.mp3_size}"
        if digest.digest() != track.mp3_sha256:
            return f"has SHA-256 {digest.hexdigest()} instead of {track.mp3_sha256.hex()}"
        return None

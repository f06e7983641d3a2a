"""Checking that every stored MP3 is what it was when it was stored."""

import hashlib
from collections.abc import AsyncGenerator
from dataclasses import dataclass

from application.delivered import delivered
from domain.errors import TrackDamaged, TrackNotFound
from domain.tracks import StoredMp3, Track, TrackCatalogue, TrackKeeper


@dataclass(frozen=True, slots=True)
class CheckedTrack:
    """A track and what is wrong with its MP3, or None."""

    track: Track
    problem: str | None


class CheckTracks:
    """Reads every MP3 and compares it with its size and SHA-256."""

    def __init__(self, catalogue: TrackCatalogue, keeper: TrackKeeper) -> None:
        self._catalogue = catalogue
        self._keeper = keeper

    async def __call__(self) -> AsyncGenerator[CheckedTrack, None]:
        """Each track as soon as it is checked, but those that are removed meanwhile. Raises `StoreAway`."""
        async for track, mp3 in self._catalogue.all():
            try:
                yield CheckedTrack(track, await self._problem(mp3))
            except TrackNotFound:
                continue

    async def _problem(self, mp3: StoredMp3) -> str | None:
        size, digest = 0, hashlib.sha256()
        try:
            async for block in delivered(self._keeper, mp3, 0, mp3.size):
                size += len(block)
                digest.update(block)
        except TrackDamaged as error:
            return f"cannot be read after byte {size}: {error.reason}"
        if size != mp3.size:
            return f"has {size} bytes instead of {mp3.size}"
        if digest.digest() != mp3.sha256:
            return f"has SHA-256 {digest.hexdigest()} instead of {mp3.sha256.hex()}"
        return None

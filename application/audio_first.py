"""Keeping tracks where facts and bytes have no commit in common: the bytes first, the row second."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import timedelta

from domain.audio_store import AudioCatalogue, AudioStore
from domain.errors import DiskFull, DuplicateTrack, MusicAppError, TrackDamaged, TrackNotFound, UnknownUser
from domain.output.converter import Mp3
from domain.system import Clock, IdentifierSource
from domain.tracks import StoredMp3, Track, TrackKeeper, TrackRepository

logger = logging.getLogger(__name__)

ORPHAN_AGE = timedelta(days=1)
"""Bytes without a row may be those of an upload that is about to commit; none takes as long as this."""
EVERY = timedelta(days=1)
_BATCH = 1000
"""Keys that are looked for at a time."""


class AudioFirst(TrackKeeper):
    """Puts the bytes under a key that was never used before, then adds the row that names it.

    So a row never names bytes that are not durable. Where the row is refused the bytes are deleted; what is left by a
    crash, or where it is not known whether the row was added, are bytes that no row names: `SweepAudio` deletes them.
    """

    max_mp3_bytes: int | None = None

    def __init__(
        self,
        tracks: TrackRepository,
        audio: AudioStore,
        identifiers: IdentifierSource,
        with_rows: TrackKeeper | None = None,
    ) -> None:
        """`with_rows` reads the tracks from before there was an audio store, whose bytes are kept with their rows."""
        self._tracks = tracks
        self._audio = audio
        self._identifiers = identifiers
        self._with_rows = with_rows

    @property
    def audio_store(self) -> AudioStore:
        return self._audio

    async def keep(self, track: Track, mp3: Mp3) -> None:
        if mp3.size != track.conversion.mp3_size:
            raise ValueError(f"the MP3 has {mp3.size} bytes, not {track.conversion.mp3_size}")
        key = str(self._identifiers.new_uuid())
        await self._audio.put(key, mp3)
        try:
            await self._tracks.add(track, key)
        except (UnknownUser, DuplicateTrack, DiskFull):  # after anything else the row may be there
            with suppress(MusicAppError):  # the sweep will do it, and what went wrong first is told
                await self._audio.delete(key)
            raise

    def read(self, mp3: StoredMp3, start: int, count: int) -> AsyncIterator[bytes]:
        if mp3.audio_key is not None:
            return self._read(mp3.audio_key, start, count)
        if self._with_rows is None:
            raise TrackDamaged("its bytes are kept with its row, where this wiring does not look")
        return self._with_rows.read(mp3, start, count)

    async def _read(self, key: str, start: int, count: int) -> AsyncIterator[bytes]:
        try:
            async for block in self._audio.read(key, start, count):
                yield block
        except TrackDamaged as error:
            if key not in await self._tracks.audio_keys_in_use([key]):
                raise TrackNotFound from error
            raise


class SweepAudio:
    """Deletes the bytes of an audio store that no track names."""

    def __init__(self, audio: AudioStore, catalogue: AudioCatalogue, tracks: TrackRepository, clock: Clock) -> None:
        self._audio = audio
        self._catalogue = catalogue
        self._tracks = tracks
        self._clock = clock

    async def __call__(self) -> int:
        """How many keys were deleted: those older than `ORPHAN_AGE`. Safe to repeat and to run by several at once.

        At most 1,000 keys are held. Raises `StoreAway`.
        """
        deleted, batch = 0, set[str]()
        async for key in self._catalogue.keys(before=self._clock.now() - ORPHAN_AGE):
            batch.add(key)
            if len(batch) == _BATCH:
                deleted += await self._sweep(batch)
                batch = set()
        return deleted + await self._sweep(batch)

    async def daily(self) -> None:
        """Once a day without end, whatever goes wrong, which is logged."""
        while True:
            try:
                if deleted := await self():
                    logger.info("audio swept: %d without a track", deleted)
            except MusicAppError as error:
                logger.warning("audio not swept: %s", error)
            except Exception:
                logger.exception("audio not swept")
            await asyncio.sleep(EVERY.total_seconds())

    async def _sweep(self, keys: set[str]) -> int:
        orphans = keys - await self._tracks.audio_keys_in_use(keys)
        for key in orphans:
            await self._audio.delete(key)
        return len(orphans)

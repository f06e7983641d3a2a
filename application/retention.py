"""Removing tracks that are kept for no longer."""

import asyncio
import logging
from contextlib import suppress
from datetime import timedelta
from time import monotonic

from domain.audio_store import AudioStore
from domain.errors import MusicAppError
from domain.quotas import Quota, QuotaRepository
from domain.system import Clock

logger = logging.getLogger(__name__)

EVERY = timedelta(hours=1)
FIRST_AFTER = timedelta(minutes=1)
"""A start has enough to do."""


class RemoveOutlived:
    """Removes the tracks that are older than their user's, or the general, `retention_days`."""

    def __init__(self, quotas: QuotaRepository, audio: AudioStore | None, general: Quota, clock: Clock) -> None:
        """`audio` is where MP3s are kept apart from what is known of them."""
        self._quotas = quotas
        self._audio = audio
        self._general = general
        self._clock = clock

    async def __call__(self) -> int:
        """How many were removed. Safe to repeat, and to run by several at once. Raises `StoreAway`.

        The bytes of an audio store go after the row that names them, so that no row is ever without; what a crash in
        between leaves is deleted by `SweepAudio`.
        """
        now, after, count = self._clock.now(), 0, 0
        while True:
            begun = monotonic()
            removed = await self._quotas.remove_outlived(self._general, now, after)
            count += removed.tracks
            for key in removed.audio_keys:
                await self._delete(key)
            if removed.after is None:
                return count
            after = removed.after
            await asyncio.sleep(monotonic() - begun)  # so that others have half of the store at least

    async def hourly(self) -> None:
        """Once an hour without end, whatever goes wrong, which is logged."""
        await asyncio.sleep(FIRST_AFTER.total_seconds())
        while True:
            try:
                if count := await self():
                    logger.info("retention: %d tracks removed", count)
            except MusicAppError as error:
                logger.warning("retention: tracks not removed: %s", error)
            except Exception:
                logger.exception("retention: tracks not removed")
            await asyncio.sleep(EVERY.total_seconds())

    async def _delete(self, key: str) -> None:
        if self._audio is not None:
            with suppress(MusicAppError):  # the sweep will do it
                await self._audio.delete(key)

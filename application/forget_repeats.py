"""Forgetting requests that are too old to be repeated."""

import asyncio
import logging
from datetime import timedelta

from application.repeatable import moments_at
from domain.errors import MusicAppError
from domain.repeats import RepeatableRequests
from domain.system import Clock

logger = logging.getLogger(__name__)

EVERY = timedelta(hours=1)
BATCH = 1000
"""Keys that are removed at a time."""
_PAUSE_SECONDS = 0.1
"""Between two batches, so that others get to the store."""


class ForgetRepeats:
    """Removes what is forgotten."""

    def __init__(self, requests: RepeatableRequests, clock: Clock) -> None:
        self._requests = requests
        self._clock = clock

    async def __call__(self) -> int:
        """How many were removed. Safe to repeat and to run by several at once. Raises `StoreAway`."""
        removed = 0
        while (count := await self._requests.forget(moments_at(self._clock.now()), BATCH)) == BATCH:
            removed += count
            await asyncio.sleep(_PAUSE_SECONDS)
        return removed + count

    async def hourly(self) -> None:
        """Once an hour without end, whatever goes wrong, which is logged."""
        while True:
            await asyncio.sleep(EVERY.total_seconds())
            try:
                await self()
            except MusicAppError as error:
                logger.warning("old keys not forgotten: %s", error)
            except Exception:
                logger.exception("old keys not forgotten")

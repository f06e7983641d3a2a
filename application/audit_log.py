"""Keeping the audit trail without holding up what it tells of."""

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable
from contextlib import suppress
from datetime import timedelta

from domain.audit import MAX_EVENTS_AT_ONCE, AuditEvent, AuditTrail
from domain.errors import MusicAppError
from domain.system import Clock

logger = logging.getLogger(__name__)

MAX_UNWRITTEN = 10_000
"""Events, of some 300 bytes each: what comes in a minute or two without a store."""
WRITE_SECONDS = 1.0
FLUSH_SECONDS = 5.0
"""What the end of the service may take for them."""
ENDING_SECONDS = 2.0
"""What a batch may still take when the service ends."""
FORGET_EVERY = timedelta(days=1)
FIRST_AFTER = timedelta(minutes=1)
"""A start has enough to do."""


class AuditLog:
    """Takes events at once, and has them written in batches."""

    def __init__(self, trail: AuditTrail, clock: Clock, days: int) -> None:
        """Events are kept for so many `days`."""
        self._trail = trail
        self._clock = clock
        self._days = timedelta(days=days)
        self._unwritten: deque[AuditEvent] = deque()
        self.lost = 0
        """Events for which there was no room, as the store was away for too long."""

    def tell(self, event: AuditEvent) -> None:
        """Have it written within a second or so. Never waits, and never fails."""
        if len(self._unwritten) >= MAX_UNWRITTEN:
            self.lost += 1
            return
        self._unwritten.append(event)

    async def write(self) -> None:
        """Write what there is. What could not be written is kept, and comes first the next time. Raises `StoreAway`.

        Where it is not known whether a batch was kept, it is written again: told twice rather than not at all.
        """
        while self._unwritten:
            batch = [self._unwritten.popleft() for _ in range(min(len(self._unwritten), MAX_EVENTS_AT_ONCE))]
            writing = asyncio.create_task(self._trail.record(batch))
            try:
                await asyncio.shield(writing)
            except BaseException:  # cancelled, too
                if not await _is_done(writing):
                    self._unwritten.extendleft(reversed(batch))
                raise

    async def forget(self) -> int:
        """Remove what is older than it is to be kept; how many events. Raises `StoreAway`."""
        count = 0
        while removed := await self._trail.forget(self._clock.now() - self._days):
            count += removed
        return count

    async def flush(self) -> None:
        """At the end: write what is left, in bounded time, and tell of what could not be."""
        with suppress(MusicAppError, TimeoutError):
            async with asyncio.timeout(FLUSH_SECONDS):
                await self.write()
        if left := len(self._unwritten):
            logger.error("audit trail: %d events lost", left)

    async def writing(self) -> None:
        """Every second without end, whatever goes wrong, which is logged."""
        told = 0
        while True:
            await asyncio.sleep(WRITE_SECONDS)
            await self._try("audit trail not written", self.write())
            if self.lost > told:
                logger.error("audit trail: %d events lost", self.lost - told)
                told = self.lost

    async def forgetting(self) -> None:
        """Once a day without end, whatever goes wrong, which is logged."""
        await asyncio.sleep(FIRST_AFTER.total_seconds())
        while True:
            await self._try("audit trail not shortened", self.forget())
            await asyncio.sleep(FORGET_EVERY.total_seconds())

    @staticmethod
    async def _try(failure: str, work: Awaitable[object]) -> None:
        try:
            await work
        except MusicAppError as error:
            logger.warning("%s: %s", failure, error)
        except Exception:
            logger.exception("%s", failure)


async def _is_done(task: asyncio.Task[None]) -> bool:
    """Whether it ends well, of which it is not cancelled at once: else nobody would know."""
    await asyncio.wait([task], timeout=ENDING_SECONDS)
    task.cancel()
    await asyncio.wait([task], timeout=ENDING_SECONDS)
    return task.done() and not task.cancelled() and task.exception() is None

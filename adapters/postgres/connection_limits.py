"""Parts of the pool, so that one kind of work leaves connections to the others."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from domain.errors import StoreAway


class ConnectionLimit:
    """At most `count` connections for one kind of work, at least one; who comes first is served first."""

    def __init__(self, count: int) -> None:
        self._free = asyncio.Semaphore(max(1, count))

    @asynccontextmanager
    async def take(self, seconds: float) -> AsyncIterator[float]:
        """Hold one while the context lasts, after waiting for so many seconds.

        Raises `StoreAway` if none is free within `seconds`.
        """
        begun = time.monotonic()
        try:
            async with asyncio.timeout(seconds):
                await self._free.acquire()
        except TimeoutError as error:
            raise StoreAway from error
        try:
            yield time.monotonic() - begun
        finally:
            self._free.release()

"""Calls of an adapter, and what comes of them."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import TypeVar

PATIENCE_SECONDS = 15.0
"""No adapter lets its caller wait longer than this, whatever its store does."""

T = TypeVar("T")
Act = Callable[[], Awaitable[None]]
"""Does something to a store behind its adapters' back."""


async def errors(*calls: Awaitable[object], seconds: float = PATIENCE_SECONDS) -> list[type[object]]:
    """What each call raises, all made at once; `NoneType` and the like for those that raise nothing."""
    async with asyncio.timeout(seconds):
        return [type(result) for result in await asyncio.gather(*calls, return_exceptions=True)]


async def collect(items: AsyncIterator[bytes], read: bytearray) -> None:
    """Put all that comes into `read`, so that it is known what came before an error."""
    async for item in items:
        read += item


async def listed(items: AsyncIterator[T]) -> list[T]:
    """All that comes."""
    return [item async for item in items]

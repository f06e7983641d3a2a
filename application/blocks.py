"""Blocks of bytes that are looked at before they are handed on."""

from collections.abc import AsyncGenerator, AsyncIterator


async def read_ahead(blocks: AsyncIterator[bytes], count: int) -> bytes:
    """The first `count` bytes or a little more, or everything if there is less."""
    first = bytearray()
    while len(first) < count and (block := await anext(blocks, b"")):
        first += block
    return bytes(first)


async def rejoined(first: bytes, rest: AsyncIterator[bytes]) -> AsyncGenerator[bytes, None]:
    """What was read ahead, then the rest. Keeps nothing of what it has handed on: a slow reader may take hours."""
    if first:
        yield first
    del first
    async for block in rest:
        yield block
        del block

"""An MP3 that is held in memory."""

from collections.abc import AsyncIterator

from domain.output.converter import Mp3

BLOCK_BYTES = 64 * 1024


class InMemoryMp3(Mp3):
    """For small MP3s, and for tests; any bytes will do."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.size = len(data)

    async def read(self, start: int, count: int) -> AsyncIterator[bytes]:
        end = start + count
        for offset in range(start, end, BLOCK_BYTES):
            yield self.data[offset : min(offset + BLOCK_BYTES, end)]


async def whole(mp3: Mp3, size: int) -> bytes:
    """All bytes of an MP3. Raises ValueError where they are more or fewer than `size`."""
    data = b"".join([block async for block in mp3.read(0, size)])
    if len(data) != size:
        raise ValueError(f"the blocks have {len(data)} bytes, not {size}")
    return data

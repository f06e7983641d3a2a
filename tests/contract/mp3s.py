"""MP3s as a converter hands them over, well and badly behaved."""

import asyncio
from collections.abc import AsyncIterator

from adapters.memory.mp3 import InMemoryMp3
from domain.output.converter import Mp3

BLOCK_BYTES = 64 * 1024


class BrokenMp3(InMemoryMp3):
    """Says that it has `size` bytes, gives `given` of `data`, and then something goes wrong."""

    def __init__(self, data: bytes, given: int, error: BaseException | None = None, size: int | None = None) -> None:
        super().__init__(data)
        self.size = len(data) if size is None else size
        self.given, self.error = given, error

    async def read(self, start: int, count: int) -> AsyncIterator[bytes]:
        end = self.given if start + count >= self.size else min(start + count, self.given)
        for offset in range(start, end, BLOCK_BYTES):
            yield self.data[offset : min(offset + BLOCK_BYTES, end)]
        if self.error and end == self.given:
            raise self.error


class StalledMp3(InMemoryMp3):
    """Gives half of its bytes and then nothing, until `go_on` is set. `half_given` says when."""

    def __init__(self, data: bytes) -> None:
        super().__init__(data)
        self.half_given = asyncio.Event()
        self.go_on = asyncio.Event()

    async def read(self, start: int, count: int) -> AsyncIterator[bytes]:
        end, half = start + count, self.size // 2
        if start < half:
            yield self.data[start : min(half, end)]
        if end > half:
            self.half_given.set()
            await self.go_on.wait()
            yield self.data[max(start, half) : end]


class LargeMp3(Mp3):
    """Many bytes that are made as they are read. `asked` are the slices that were asked for."""

    def __init__(self, size: int) -> None:
        self.size = size
        self.asked: list[tuple[int, int]] = []

    async def read(self, start: int, count: int) -> AsyncIterator[bytes]:
        self.asked.append((start, count))
        end = start + count
        for offset in range(start, end, BLOCK_BYTES):
            yield self.data(offset, min(BLOCK_BYTES, end - offset))

    def data(self, start: int, count: int) -> bytes:
        """Its bytes from byte `start` on."""
        first = start // BLOCK_BYTES
        blocks = (_block(number) for number in range(first, (start + count) // BLOCK_BYTES + 1))
        return b"".join(blocks)[start - first * BLOCK_BYTES :][:count]

    @property
    def was_read_once(self) -> bool:
        """Whether it was read from front to end, in one or more slices, and no more than once."""
        positions = [0, *(start + count for start, count in self.asked)]
        return [start for start, _ in self.asked] == positions[:-1] and positions[-1] == self.size


def _block(number: int) -> bytes:
    return number.to_bytes(4, "big") * (BLOCK_BYTES // 4)

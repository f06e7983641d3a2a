"""A spool in memory."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from domain.errors import DiskFull, Overloaded
from domain.system import Spool, SpooledFile

_READ_BYTES = 256 * 1024


class InMemorySpool(Spool):
    """Keeps what is spooled in memory, at most `max_total_bytes` at once. `open_files` are those open now.

    While `disk_is_full` is set it behaves as a full disk does.
    """

    def __init__(self, max_total_bytes: int = 1 << 30) -> None:
        self._max_total_bytes = max_total_bytes
        self.open_files: list[SpooledFile] = []
        self.disk_is_full = False

    @asynccontextmanager
    async def open(self) -> AsyncGenerator[SpooledFile, None]:
        await self.check()
        file = _MemoryFile(self)
        self.open_files.append(file)
        try:
            yield file
        finally:
            self.open_files.remove(file)

    async def check(self) -> None:
        if self.disk_is_full:
            raise DiskFull

    async def refuse(self, count: int) -> None:
        """Raise `DiskFull` or `Overloaded` if `count` more bytes do not fit."""
        await self.check()
        if count + sum(file.size for file in self.open_files) > self._max_total_bytes:
            raise Overloaded("the spool for uploads is full")


class _MemoryFile(SpooledFile):
    def __init__(self, spool: InMemorySpool) -> None:
        self._spool = spool
        self._content = bytearray()
        self.size = 0

    async def write(self, data: bytes) -> None:
        await self._spool.refuse(len(data))
        self._content += data
        self.size += len(data)

    async def read(self) -> AsyncGenerator[bytes, None]:
        for start in range(0, self.size, _READ_BYTES):
            yield bytes(self._content[start : start + _READ_BYTES])

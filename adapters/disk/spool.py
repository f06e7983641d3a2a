"""The spool on disk."""

import os
from collections.abc import AsyncGenerator
from contextlib import aclosing, asynccontextmanager
from pathlib import Path
from time import monotonic

from adapters.shared.cancellation import in_thread
from adapters.shared.files import AnonymousFile, anonymous_file, named_nowhere
from domain.errors import DiskFull, Overloaded
from domain.system import Spool, SpooledFile

WRITE_BYTES = 1024 * 1024
"""Small writes are gathered up to this before a thread writes them."""
_CHECK_SECONDS = 0.02
"""A disk that was usable so short a time ago is not asked again: hundreds of uploads ask 50 times a second."""


class DiskSpool(Spool):
    """Anonymous files in a folder.

    All files that are open together hold at most `max_total_bytes`, and at least `min_free_bytes` of the file system
    stay free.
    """

    def __init__(self, folder: Path, max_total_bytes: int, min_free_bytes: int) -> None:
        self._folder = folder
        self._free_bytes = max_total_bytes
        self._min_free_bytes = min_free_bytes
        self._checked = -_CHECK_SECONDS

    @asynccontextmanager
    async def open(self) -> AsyncGenerator[SpooledFile, None]:
        async with anonymous_file(self._folder) as file:
            spooled = _DiskFile(self, file)
            try:
                yield spooled
            finally:
                self._free_bytes += spooled.size

    async def check(self) -> None:
        if monotonic() - self._checked > _CHECK_SECONDS:
            await in_thread(self._check)
            self._checked = monotonic()

    def _check(self) -> None:
        with named_nowhere(self._folder):
            self.refuse_full_disk()

    def reserve(self, count: int) -> None:
        """Take `count` bytes of the bound. Raises `Overloaded` and takes nothing if they are not there."""
        if count > self._free_bytes:
            raise Overloaded("the spool for uploads is full")
        self._free_bytes -= count

    def refuse_full_disk(self) -> None:
        """Raise `DiskFull` if less than `min_free_bytes` are free."""
        state = os.statvfs(self._folder)
        if state.f_bavail * state.f_frsize < self._min_free_bytes:
            raise DiskFull


class _DiskFile(SpooledFile):
    def __init__(self, spool: DiskSpool, file: AnonymousFile) -> None:
        self._spool = spool
        self._file = file
        self._waiting = bytearray()
        self.size = 0

    async def write(self, data: bytes) -> None:
        self._spool.reserve(len(data))
        self.size += len(data)
        self._waiting += data
        if len(self._waiting) >= WRITE_BYTES:
            await self._flush()

    async def read(self) -> AsyncGenerator[bytes, None]:
        if self._waiting:
            await self._flush()
        async with aclosing(self._file.read(0, self.size)) as blocks:
            async for block in blocks:
                yield block

    async def _flush(self) -> None:
        waiting, self._waiting = self._waiting, bytearray()
        await in_thread(self._write_out, waiting)

    def _write_out(self, data: bytearray) -> None:
        self._spool.refuse_full_disk()
        self._file.append(data)

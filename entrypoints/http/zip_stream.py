"""A ZIP that is made while it is sent.

It is Python's `zipfile`, which writes to what cannot seek: sizes and CRC come behind each file (APPNOTE.TXT 4.3.9), and
numbers above 4 GiB or 65,535 files in the fields of ZIP64 (4.5.3). Its caller hands the bytes over, rather than being
asked for them in a thread, as libraries that stream ZIPs do; so no thread is held while a file's next block is waited
for. In memory are the block and, until the end, the archive's directory: half a KB for each file.
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from datetime import UTC, datetime
from zipfile import ZIP_STORED, ZipFile, ZipInfo

_FIRST_YEAR, _LAST_YEAR = 1980, 2107
"""What the format can tell."""
_READABLE_FILE = 0o100644 << 16


class _Written:
    """What was written and not yet taken. It cannot seek, which tells `zipfile` that nothing can be filled in later."""

    def __init__(self) -> None:
        self._data = bytearray()

    def write(self, data: bytes) -> int:
        self._data += data
        return len(data)

    def flush(self) -> None:
        """`zipfile` asks for it."""

    def take(self) -> bytes:
        """What was written since the last time."""
        taken, self._data = bytes(self._data), bytearray()
        return taken


class ZipStream:
    """Its bytes are those that `add` and `end` give, one after the other.

    Where an error ends it, what was given is no ZIP, and no program takes it for one.
    """

    def __init__(self) -> None:
        self._written = _Written()
        self._zip = ZipFile(self._written, "w")  # type: ignore[call-overload] # all that it needs of a file is there

    async def add(
        self, name: str, size: int, moment: datetime, blocks: AsyncIterator[bytes]
    ) -> AsyncGenerator[bytes, None]:
        """A file of `size` bytes, last changed at that moment, which is told in UTC. It is not compressed.

        Which bytes it has is known to the caller, who lets `blocks` raise where they are others; that comes out
        unchanged.
        """
        info = ZipInfo(name, _dos_time(moment))
        info.compress_type = ZIP_STORED  # an MP3 becomes no smaller, and deflating would take the event loop's time
        info.external_attr = _READABLE_FILE
        info.file_size = size  # whether the fields of ZIP64 are needed
        with self._zip.open(info, "w") as file:
            async for block in blocks:
                file.write(block)
                del block  # a slow reader may take hours
                yield self._written.take()
        yield self._written.take()

    async def end(self) -> bytes:
        """The archive's directory, made in a thread: of a hundred thousand files it takes a second."""
        await asyncio.to_thread(self._zip.close)
        return self._written.take()

    def give_up(self) -> None:
        """Let go of what is not ended, once no file is being added: else `zipfile` writes the directory for nobody."""
        self._zip.fp = None


def _dos_time(moment: datetime) -> tuple[int, int, int, int, int, int]:
    utc = moment.astimezone(UTC)
    if utc.year < _FIRST_YEAR:
        return (_FIRST_YEAR, 1, 1, 0, 0, 0)
    if utc.year > _LAST_YEAR:
        return (_LAST_YEAR, 12, 31, 23, 59, 58)
    return (utc.year, utc.month, utc.day, utc.hour, utc.minute, utc.second)

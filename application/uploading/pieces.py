"""Taking one piece of an upload: its bytes become durable, and are told to the conversion that follows them."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass

from application.uploading.bounds import UploadBounds
from application.uploading.runs import Run
from domain.errors import MusicAppError, PastTheEnd
from domain.uploads import UploadCatalogue, UploadWriter

WRITE_BYTES = 1 << 20
"""What comes is gathered up to this, before it is written to the disk."""
WRITE_SECONDS = 0.5
"""From a slow sender what has come in this time is written, so that it is not lost with the connection."""


@dataclass(frozen=True, slots=True)
class UploadPiece:
    """What one request brings of an upload."""

    offset: int
    """Where in the upload it begins, by its sender."""
    size: int | None
    """In bytes, where the sender says it."""
    blocks: AsyncGenerator[bytes, None]
    """Its bytes; what they raise comes out unchanged, after those that came before are durable."""
    length: int | None = None
    """Of the whole upload, where the sender says it only now."""

    @property
    def end(self) -> int | None:
        """Where in the upload it ends."""
        return None if self.size is None else self.offset + self.size


class PieceTaker:
    """Writes a piece, but for the last byte of the whole upload, which waits for the outcome."""

    def __init__(self, writer: UploadWriter, bounds: UploadBounds, catalogue: UploadCatalogue, run: Run | None) -> None:
        self._writer, self._bounds, self._catalogue, self._run = writer, bounds, catalogue, run
        self._pending = bytearray()
        self._time = asyncio.get_running_loop().time
        self._written_at = self._time()
        self.last: bytes | None = None
        """Once the upload is whole, what comes behind its durable bytes: one byte, or none if all are durable."""

    async def take(self, piece: UploadPiece) -> None:
        """Take its bytes up to its end, or the outcome of the conversion. Raises what the blocks do, `PastTheEnd`,
        `TooManyUploads`, `DiskFull` and what appending does.
        """
        known = self._writer.upload.offset - piece.offset
        async with aclosing(piece.blocks) as blocks:
            try:
                async for block in blocks:
                    self._hold(block[known:])
                    known -= min(known, len(block))
                    if self._run is not None and self._run.outcome is not None:
                        return
                    if self._is_time():
                        await self._write()
            except MusicAppError:
                await self._write()
                raise
        await self._write()

    def _hold(self, block: bytes) -> None:
        length = self._writer.upload.length
        if length is not None and self._writer.upload.offset + len(self._pending) + len(block) > length:
            raise PastTheEnd(length)
        self._pending += block

    def _is_time(self) -> bool:
        return len(self._pending) >= WRITE_BYTES or self._time() - self._written_at >= WRITE_SECONDS

    async def _write(self) -> None:
        """Make what has come durable, but for the upload's last byte."""
        upload = self._writer.upload
        is_whole = upload.length == upload.offset + len(self._pending)
        last = bytes(self._pending[-1:]) if is_whole else b""
        rest = self._pending[: len(self._pending) - len(last)]
        if rest:
            self._bounds.refuse_bytes(await self._catalogue.usage(upload.user_id), len(rest))
            await self._writer.append(rest)
            if self._run is not None:
                self._run.followed.more(self._writer.upload.offset)
        self._pending[:] = last
        self._written_at = self._time()
        if is_whole:
            self.last = last

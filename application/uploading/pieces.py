"""Taking one piece of an upload: its bytes become durable, and are told to the conversion that follows them."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing, suppress
from dataclasses import dataclass

from application.uploading.bounds import UploadBounds
from application.uploading.runs import Run
from domain.errors import MusicAppError, PastTheEnd
from domain.uploads import UploadCatalogue, UploadWriter

WRITE_BYTES = 256 * 1024
"""What comes is gathered up to this, before it is written; while that lasts, up to `MAX_HELD_BYTES`."""
MAX_HELD_BYTES = 1 << 20
"""Of one piece in memory."""
MAX_ALL_HELD_BYTES = 64 << 20
"""Of all pieces together; beyond it each takes no more before what it holds is written."""
WRITE_SECONDS = 0.1
"""What has come in this time is written, however little it is: a slow sender's connection may break any moment."""


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
    with_creation: bool = False
    """Whether the sender is told of the upload only after this: its last byte is left for another piece, since the
    answer may be lost, and the sender would send all of it again as another upload.
    """

    @property
    def end(self) -> int | None:
        """Where in the upload it ends."""
        return None if self.size is None else self.offset + self.size


class HeldBytes:
    """How many bytes of all pieces together are in memory."""

    def __init__(self) -> None:
        self.count = 0


class PieceTaker:
    """Writes a piece while it comes, but for the last byte of the whole upload, which waits for the outcome."""

    def __init__(
        self,
        writer: UploadWriter,
        bounds: UploadBounds,
        catalogue: UploadCatalogue,
        run: Run | None,
        held: HeldBytes,
    ) -> None:
        self._writer, self._bounds, self._catalogue, self._run, self._held = writer, bounds, catalogue, run, held
        self._pending = bytearray()
        self._some, self._much, self._room = asyncio.Event(), asyncio.Event(), asyncio.Event()
        self._room.set()
        self._no_more = False
        self._end = writer.upload.offset

    @property
    def last(self) -> bytes | None:
        """Once the upload is whole, what comes behind its durable bytes: one byte, or none if all are durable."""
        return bytes(self._pending) if self._is_whole and not self._unwritten else None

    @property
    def _is_whole(self) -> bool:
        return self._writer.upload.length == self._end

    @property
    def _unwritten(self) -> int:
        """How many bytes are to be written: the last one of all is not."""
        return len(self._pending) - (1 if self._is_whole and self._pending else 0)

    async def take(self, piece: UploadPiece) -> None:
        """Take its bytes up to its end, or to the outcome of the conversion.

        Raises what the blocks do, `PastTheEnd`, `TooManyUploads`, `DiskFull` and what appending does.
        """
        try:
            await self._take(piece)
        finally:
            self._held.count -= len(self._pending)

    async def _take(self, piece: UploadPiece) -> None:
        writing = asyncio.create_task(self._write_on())
        try:
            await self._gather(piece, writing)
        except MusicAppError:
            await self._finish(writing)
            raise
        except BaseException:  # cancelled: what is not durable is not waited for
            writing.cancel()
            await _ended(writing)
            raise
        await self._finish(writing)

    async def _gather(self, piece: UploadPiece, writing: asyncio.Task[None]) -> None:
        known = self._writer.upload.offset - piece.offset
        async with aclosing(piece.blocks) as blocks:
            async for block in blocks:
                self._hold(block[known:])
                known -= min(known, len(block))
                if writing.done() or self._has_outcome():
                    return
                await self._room.wait()

    async def _finish(self, writing: asyncio.Task[None]) -> None:
        self._no_more = True
        self._some.set()
        self._much.set()
        await writing

    def _has_outcome(self) -> bool:
        return self._run is not None and self._run.outcome is not None

    def _hold(self, block: bytes) -> None:
        length = self._writer.upload.length
        most = self._bounds.max_size if length is None else length
        if self._end + len(block) > most:
            raise PastTheEnd(most)
        self._end += len(block)
        self._held.count += len(block)
        self._pending += block
        self._some.set()
        if len(self._pending) >= WRITE_BYTES:
            self._much.set()
        if len(self._pending) >= MAX_HELD_BYTES or self._held.count > MAX_ALL_HELD_BYTES:
            self._room.clear()

    async def _write_on(self) -> None:
        try:
            while self._unwritten or not self._no_more:
                await self._some.wait()
                with suppress(TimeoutError):
                    async with asyncio.timeout(WRITE_SECONDS):
                        await self._much.wait()
                self._some.clear()
                self._much.clear()
                await self._write()
                self._room.set()
        finally:
            self._room.set()  # whoever waits for it finds that this has ended

    async def _write(self) -> None:
        """Make what has come durable, but for the upload's last byte."""
        if rest := bytes(self._pending[: self._unwritten]):
            self._bounds.refuse_bytes(await self._catalogue.usage(self._writer.upload.user_id), len(rest))
            await self._writer.append(rest)
            del self._pending[: len(rest)]
            self._held.count -= len(rest)
            if self._run is not None:
                self._run.followed.more(self._writer.upload.offset)


async def _ended(writing: asyncio.Task[None]) -> None:
    """Wait until it has ended, however often this is cancelled meanwhile: the writer is let go of after it."""
    while not writing.done():
        with suppress(asyncio.CancelledError):  # whoever waits for this raises already what it was cancelled by
            await asyncio.wait([writing])

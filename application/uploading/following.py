"""An upload as a recording that is received while it is written."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing

from application.receive_recording import READ_AHEAD_BYTES, IncomingRecording
from domain.uploads import PartialUploads, Upload
from domain.users import User

PAUSE_SECONDS = 10.0
"""A sender who pauses for longer gives the place and the encoder back; the conversion begins anew later."""


class UploadPaused(Exception):
    """Nothing came for so long that the conversion does not wait any more; it is told to nobody."""


class FollowedUpload(IncomingRecording):
    """Gives the bytes of an upload as they become durable, and the last one, which is not, when it has come."""

    def __init__(self, uploads: PartialUploads, upload: Upload, user: User, holders: tuple[str, ...]) -> None:
        self._uploads, self._upload, self._user, self._holders = uploads, upload, user, holders
        self._durable = upload.offset
        self._given = 0
        self._length = upload.length
        self._last: bytes | None = None
        self._news = asyncio.Event()
        self.is_paused = False
        """Whether it has ended for want of bytes."""

    def more(self, durable: int) -> None:
        """So many bytes are durable now."""
        self._durable = durable
        self._news.set()

    def end(self, last: bytes) -> None:
        """This comes after the durable bytes, and nothing after it. Said again, it changes nothing."""
        if self._last is None:
            self._last = last
            self._length = self._durable + len(last)
            self._news.set()

    def holders(self) -> tuple[str, ...]:
        return self._holders

    def sender(self) -> User:
        return self._user

    async def open(self, user: User | None) -> str:
        return self._upload.file_name

    async def blocks(self) -> AsyncGenerator[bytes, None]:
        """Raises `UploadPaused`, and what `PartialUploads.read` does. May be read again once it is whole."""
        self._given = 0
        while self._last is None or self._given < self._durable:
            if self._given == self._durable:
                await self._wait()
                continue
            if self._given < READ_AHEAD_BYTES:
                yield await self._first_bytes()
                continue
            count = self._durable - self._given
            async with aclosing(self._uploads.read(self._upload.upload_id, self._given, count)) as blocks:
                async for block in blocks:
                    self._given += len(block)
                    yield block
        if self._last:
            self._given += len(self._last)
            yield self._last

    async def _first_bytes(self) -> bytes:
        """What of them is looked at before there is a place: whoever waits for one has no file open meanwhile."""
        count = min(self._durable, READ_AHEAD_BYTES) - self._given
        async with aclosing(self._uploads.read(self._upload.upload_id, self._given, count)) as blocks:
            first = b"".join([block async for block in blocks])
        self._given += len(first)
        return first

    def bytes_to_come(self) -> int:
        """All of them: it raises where they do not come."""
        return max(0, (self._length or 0) - self._given)

    def is_kept(self) -> bool:
        return True

    async def _wait(self) -> None:
        self._news.clear()
        try:
            async with asyncio.timeout(PAUSE_SECONDS):
                await self._news.wait()
        except TimeoutError as error:
            if not self._news.is_set():
                self.is_paused = True
                raise UploadPaused from error

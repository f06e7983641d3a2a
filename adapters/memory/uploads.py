"""Resumable uploads in dictionaries."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from uuid import UUID

from domain.errors import DiskFull, UploadLocked, UploadNotFound
from domain.uploads import Upload, UploadStore, UploadUsage, UploadWriter

_BLOCK_BYTES = 256 * 1024


class InMemoryUploads(UploadStore):
    """Keeps uploads until the process ends. `kept` and `contents` are there to be looked at.

    While `disk_is_full` is set it behaves as a full disk does, and each write takes `seconds`. `appended` counts how
    often bytes were added.
    """

    def __init__(self) -> None:
        self.kept: dict[UUID, Upload] = {}
        self.contents: dict[UUID, bytearray] = {}
        self.written: set[UUID] = set()
        self.disk_is_full = False
        self.seconds = 0.0
        self.appended = 0

    def refuse_full_disk(self) -> None:
        """Raise `DiskFull` while there is no room."""
        if self.disk_is_full:
            raise DiskFull

    async def add(self, upload: Upload) -> None:
        self.refuse_full_disk()
        self.kept[upload.upload_id] = upload
        self.contents[upload.upload_id] = bytearray()

    async def find(self, upload_id: UUID) -> Upload | None:
        return self.kept.get(upload_id)

    @asynccontextmanager
    async def write(self, upload_id: UUID) -> AsyncGenerator[UploadWriter, None]:
        if upload_id in self.written:
            raise UploadLocked
        if upload_id not in self.kept:
            raise UploadNotFound
        self.written.add(upload_id)
        try:
            yield _Writer(self, self.kept[upload_id])
        finally:
            self.written.discard(upload_id)

    async def read(self, upload_id: UUID, start: int, count: int) -> AsyncGenerator[bytes, None]:
        for begin in range(start, start + count, _BLOCK_BYTES):
            if upload_id not in self.contents:
                raise UploadNotFound
            yield bytes(self.contents[upload_id][begin : min(begin + _BLOCK_BYTES, start + count)])

    async def remove(self, upload_id: UUID) -> None:
        self.kept.pop(upload_id, None)
        self.contents.pop(upload_id, None)

    async def usage(self, user_id: int) -> UploadUsage:
        return usage_of(user_id, [*self.kept.values()])

    async def limit_ended(self, user_id: int, user_count: int, count: int) -> None:
        ended = [upload async for upload in self.all() if upload.outcome is not None]
        own = [upload for upload in ended if upload.user_id == user_id]
        for upload in {*own[: max(0, len(own) - user_count)], *ended[: max(0, len(ended) - count)]}:
            await self.remove(upload.upload_id)

    async def all(self) -> AsyncIterator[Upload]:
        for upload in sorted(self.kept.values(), key=lambda upload: upload.created_at):
            yield upload


class _Writer(UploadWriter):
    def __init__(self, uploads: InMemoryUploads, upload: Upload) -> None:
        self._uploads = uploads
        self.upload = upload

    async def append(self, data: bytes | bytearray) -> None:
        self._uploads.refuse_full_disk()
        await asyncio.sleep(self._uploads.seconds)
        self._uploads.contents[self.upload.upload_id] += data
        self._uploads.appended += 1
        self._keep(replace(self.upload, offset=self.upload.offset + len(data)))

    async def change(self, upload: Upload) -> None:
        self._uploads.refuse_full_disk()
        if upload.outcome is not None:
            self._uploads.contents.pop(upload.upload_id, None)
        self._keep(upload if upload.outcome else replace(upload, offset=self.upload.offset))

    def _keep(self, upload: Upload) -> None:
        self.upload = self._uploads.kept[upload.upload_id] = upload


def usage_of(user_id: int, uploads: list[Upload]) -> UploadUsage:
    """What these come to."""
    unfinished = [upload for upload in uploads if upload.outcome is None]
    own = [upload for upload in unfinished if upload.user_id == user_id]
    sizes = [sum(upload.offset for upload in some) for some in (own, unfinished)]
    return UploadUsage(len(own), sizes[0], len(unfinished), sizes[1])

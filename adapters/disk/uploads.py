"""Resumable uploads on disk."""

import asyncio
import os
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import ExitStack, asynccontextmanager
from dataclasses import replace
from pathlib import Path
from uuid import UUID

from adapters.disk.upload_files import UploadFiles
from adapters.disk.upload_index import UploadIndex
from adapters.shared.cancellation import in_thread
from adapters.shared.files import disk_errors
from adapters.shared.locks import try_lock
from domain.errors import UploadLocked, UploadNotFound, WorkspaceAway
from domain.uploads import Upload, UploadStore, UploadUsage, UploadWriter

READ_BYTES = 1 << 20


class DiskUploads(UploadStore):
    """Two files each in a folder.

    One process works with a folder, by a lock on it: the next one takes over when the first has ended or died. What is
    known is also held in memory, up to a few KiB for each upload. At least `min_free_bytes` of the disk stay free.
    """

    def __init__(self, folder: Path, min_free_bytes: int) -> None:
        self._files = UploadFiles(folder, min_free_bytes)
        self._taking = asyncio.Lock()
        self._lock: int | None = None
        self._index = UploadIndex([])
        self._written: set[UUID] = set()

    @asynccontextmanager
    async def running(self) -> AsyncGenerator[None, None]:
        try:
            yield
        finally:
            lock, self._lock = self._lock, None
            if lock is not None:
                os.close(lock)

    async def add(self, upload: Upload) -> None:
        index = await self._ready()

        def add() -> None:  # known also where whoever waits for the thread was cancelled
            self._files.add(upload)
            index.put(upload)

        await in_thread(add)

    async def find(self, upload_id: UUID) -> Upload | None:
        return (await self._ready()).get(upload_id)

    @asynccontextmanager
    async def write(self, upload_id: UUID) -> AsyncGenerator[UploadWriter, None]:
        index = await self._ready()
        if upload_id in self._written:
            raise UploadLocked
        if (upload := index.get(upload_id)) is None:
            raise UploadNotFound
        self._written.add(upload_id)
        writer = _Writer(self._files, index, upload)
        try:
            yield writer
        finally:
            self._written.discard(upload_id)
            writer.close()

    async def read(self, upload_id: UUID, start: int, count: int) -> AsyncGenerator[bytes, None]:
        await self._ready()
        with ExitStack() as opened:
            descriptor = await in_thread(self._open, upload_id, opened)
            end = start + count
            while start < end:
                with disk_errors():
                    block = await in_thread(os.pread, descriptor, min(READ_BYTES, end - start), start)
                if not block:
                    raise WorkspaceAway  # somebody else has cut the file
                start += len(block)
                yield block

    async def remove(self, upload_id: UUID) -> None:
        index = await self._ready()

        def remove() -> None:
            self._files.remove(upload_id)
            index.drop(upload_id)

        await in_thread(remove)

    async def usage(self, user_id: int) -> UploadUsage:
        return (await self._ready()).usage(user_id)

    async def limit_ended(self, user_id: int, user_count: int, count: int) -> None:
        for upload_id in (await self._ready()).beyond(user_id, user_count, count):
            await self.remove(upload_id)

    async def all(self) -> AsyncIterator[Upload]:
        index = await self._ready()
        for upload_id in index.identifiers():
            if upload := index.get(upload_id):
                yield upload

    def _open(self, upload_id: UUID, opened: ExitStack) -> int:
        """A descriptor for reading, which `opened` closes, also where whoever waits for it was cancelled."""
        descriptor = self._files.open(upload_id, os.O_RDONLY)
        opened.callback(os.close, descriptor)
        return descriptor

    async def _ready(self) -> UploadIndex:
        """What is known, once the folder is this process's. Raises `UploadLocked` while it is another one's."""
        if self._lock is None:
            async with self._taking:  # to read thousands of files takes seconds, for which one thread is enough
                if self._lock is None:
                    await in_thread(self._take_folder)
        return self._index

    def _take_folder(self) -> None:
        with disk_errors():
            self._files.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            lock = try_lock(self._files.folder / "lock")
            if lock is None:
                raise UploadLocked
            try:
                self._index = UploadIndex(self._files.found())
            except BaseException:
                os.close(lock)  # or this process itself would be the other one the next time
                raise
            self._lock = lock


class _Writer(UploadWriter):
    def __init__(self, files: UploadFiles, index: UploadIndex, upload: Upload) -> None:
        self._files, self._index = files, index
        self._descriptor: int | None = None
        self.upload = upload

    async def append(self, data: bytes | bytearray) -> None:
        await in_thread(self._append, data)

    async def change(self, upload: Upload) -> None:
        await in_thread(self._change, upload if upload.outcome else replace(upload, offset=self.upload.offset))

    def close(self) -> None:
        """Close its file."""
        if self._descriptor is not None:
            os.close(self._descriptor)

    def _append(self, data: bytes | bytearray) -> None:
        """In the thread it is known at once, also where whoever waits for it was cancelled."""
        start = self.upload.offset
        if self._descriptor is None:
            self._descriptor = self._files.open(self.upload.upload_id, os.O_WRONLY)
        self._files.append(self._descriptor, data, start)
        self._know(replace(self.upload, offset=start + len(data)))

    def _change(self, upload: Upload) -> None:
        self._files.change(upload)
        self._know(upload)

    def _know(self, upload: Upload) -> None:
        self.upload = upload
        self._index.put(upload)

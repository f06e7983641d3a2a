"""The two files of each resumable upload. Everything here blocks, and raises `DiskFull` and `WorkspaceAway`."""

import contextlib
import logging
import os
from dataclasses import replace
from pathlib import Path
from uuid import UUID

from adapters.shared import upload_facts
from adapters.shared.durable import sync
from adapters.shared.files import disk_errors
from domain.errors import DiskFull, MusicAppError, UploadNotFound
from domain.uploads import Upload

logger = logging.getLogger(__name__)

_FACTS, _BYTES, _NEW = ".json", ".part", ".new"
_sync_data = getattr(os, "fdatasync", os.fsync)  # macOS has none


class UploadFiles:
    """Those in a folder: the bytes of an upload, and what is known of it, which is replaced as a whole."""

    def __init__(self, folder: Path, min_free_bytes: int) -> None:
        self.folder = folder
        self._min_free_bytes = min_free_bytes

    def found(self) -> list[Upload]:
        """What is there after the last process has ended, however it did. What was never acknowledged is deleted."""
        with disk_errors():
            read = {path: self._read(path) for path in self.folder.glob(f"*{_FACTS}")}
            for path in [*self.folder.glob(f"*{_BYTES}"), *self.folder.glob(f"*{_NEW}")]:
                facts = path.with_suffix(_FACTS)
                of = read.get(facts)
                if path.suffix == _NEW or facts not in read or (of and of.outcome):
                    path.unlink(missing_ok=True)
        return [upload for upload in read.values() if upload]

    def add(self, upload: Upload) -> None:
        """Make both, durably."""
        with disk_errors():
            self._refuse_full_disk()
            try:
                self._path(upload.upload_id).touch(mode=0o600)
                self.change(upload)
            except BaseException:
                with contextlib.suppress(MusicAppError):
                    self.remove(upload.upload_id)
                raise

    def change(self, upload: Upload) -> None:
        """Replace what is known, durably; with an outcome the bytes are deleted."""
        new = self._path(upload.upload_id, _NEW)
        with disk_errors():
            try:
                new.write_bytes(upload_facts.written(upload))
                sync(new)
                new.replace(self._path(upload.upload_id, _FACTS))
            except OSError:
                with contextlib.suppress(OSError):
                    new.unlink()
                raise
            if upload.outcome is not None:
                self._path(upload.upload_id).unlink(missing_ok=True)
            sync(self.folder)

    def open(self, upload_id: UUID, flags: int) -> int:
        """A descriptor of its bytes, which the caller closes. Raises `UploadNotFound`."""
        with disk_errors():
            try:
                return os.open(self._path(upload_id), flags | os.O_CLOEXEC)
            except FileNotFoundError as error:
                raise UploadNotFound from error

    def append(self, descriptor: int, data: bytes | bytearray, position: int) -> None:
        """Write all of it, durably, from byte `position`, or nothing."""
        with disk_errors():
            self._refuse_full_disk()
            try:
                _write(descriptor, data, position)
                _sync_data(descriptor)
            except OSError:
                with contextlib.suppress(OSError):
                    os.ftruncate(descriptor, position)
                raise

    def remove(self, upload_id: UUID) -> None:
        """Delete both. Safe to repeat."""
        with disk_errors():
            for ending in (_FACTS, _BYTES):
                self._path(upload_id, ending).unlink(missing_ok=True)

    def _path(self, upload_id: UUID, ending: str = _BYTES) -> Path:
        return self.folder / f"{upload_id}{ending}"

    def _refuse_full_disk(self) -> None:
        state = os.statvfs(self.folder)
        if state.f_bavail * state.f_frsize < self._min_free_bytes:
            raise DiskFull

    def _read(self, path: Path) -> Upload | None:
        try:
            upload = upload_facts.read(path.read_bytes())
            size = upload.offset if upload.outcome else self._path(upload.upload_id).stat().st_size
        except (ValueError, FileNotFoundError):
            logger.warning("no upload, and left alone: %s", path.name)
            return None
        return replace(upload, offset=size)


def _write(descriptor: int, data: bytes | bytearray, position: int) -> None:
    rest = memoryview(data)
    while rest:
        written = os.pwrite(descriptor, rest, position)
        position += written
        rest = rest[written:]

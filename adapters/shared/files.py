"""Files without a name: gone when closed, and after a crash."""

import contextlib
import errno
import os
import tempfile
from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

from adapters.shared.cancellation import finish, in_thread
from domain.errors import DiskFull, WorkspaceAway
from domain.output.converter import Mp3

READ_BYTES = 1 << 20
"""The slice in which files are read, each in a thread of its own."""
_SMALL_BYTES = 64 * 1024
"""To copy so many takes no longer than changing to a thread."""


@contextmanager
def disk_errors() -> Iterator[None]:
    """Raise `DiskFull` in place of the system's errors for a full disk or quota, `WorkspaceAway` for all others."""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise DiskFull from error
        raise WorkspaceAway from error


class AnonymousFile:
    """An open file without a name. One owner writes it from front to end; anybody may read what is there."""

    def __init__(self, descriptor: int) -> None:
        self.descriptor = descriptor

    @property
    def path(self) -> str:
        """A path by which a child that inherits the descriptor opens the file, seekable."""
        folder = "/proc/self/fd" if Path("/proc/self/fd").exists() else "/dev/fd"
        return f"{folder}/{self.descriptor}"

    def size(self) -> int:
        """In bytes."""
        return os.fstat(self.descriptor).st_size

    def append(self, data: bytes | bytearray) -> None:
        """Write at the end; it blocks. Raises `DiskFull`, `WorkspaceAway`."""
        self.write(data, self.size())

    def write(self, data: bytes | bytearray, position: int) -> None:
        """Write from byte `position` on; it blocks. Raises `DiskFull`, `WorkspaceAway`."""
        rest = memoryview(data)
        with disk_errors():
            while rest:
                written = os.pwrite(self.descriptor, rest, position)
                position += written
                rest = rest[written:]

    def part(self, start: int, count: int) -> bytes:
        """Up to `count` bytes from byte `start`; it blocks. Raises `WorkspaceAway`."""
        with disk_errors():
            return os.pread(self.descriptor, count, start)

    async def read(self, start: int, count: int) -> AsyncGenerator[bytes, None]:
        """`count` bytes from byte `start`, or as many as there are, in slices of at most `READ_BYTES`.

        Raises `WorkspaceAway`.
        """
        end = start + count
        while start < end:
            with disk_errors():
                block = await self._block(start, min(READ_BYTES, end - start))
            if not block:
                return
            start += len(block)
            yield block

    async def _block(self, start: int, count: int) -> bytes:
        """Read in a thread, but for what is small and in memory already, as what was just written is (preadv2(2))."""
        if count <= _SMALL_BYTES and hasattr(os, "RWF_NOWAIT"):
            block = bytearray(count)
            with contextlib.suppress(OSError):  # it would have to wait for the disk, or the file system does not tell
                return bytes(block[: os.preadv(self.descriptor, [block], start, os.RWF_NOWAIT)])
        return await in_thread(os.pread, self.descriptor, count, start)


class Mp3File(Mp3):
    """A finished MP3 in an anonymous file."""

    def __init__(self, file: AnonymousFile) -> None:
        self._file = file
        self.size = file.size()

    def read(self, start: int, count: int) -> AsyncIterator[bytes]:
        return self._file.read(start, count)


@contextmanager
def named_nowhere(folder: Path) -> Iterator[int]:
    """The descriptor of an empty file as `anonymous_file` makes it; it blocks. Raises what that does."""
    with disk_errors():
        descriptor = _open_anonymous(folder)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


@asynccontextmanager
async def anonymous_file(folder: Path) -> AsyncGenerator[AnonymousFile, None]:
    """An empty anonymous file on the folder's file system; the folder is made if it is missing.

    Raises `DiskFull`, `WorkspaceAway`.
    """
    with disk_errors():
        descriptor = _open_anonymous(folder)
    try:
        yield AnonymousFile(descriptor)
    finally:
        # Freeing the blocks of a large file takes long enough to be done in a thread.
        await finish(in_thread(os.close, descriptor))


def _open_anonymous(folder: Path) -> int:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with contextlib.suppress(AttributeError, IsADirectoryError, NotImplementedError):
        try:
            return os.open(folder, os.O_TMPFILE | os.O_RDWR | os.O_CLOEXEC, 0o600)
        except OSError as error:
            if error.errno not in (errno.EOPNOTSUPP, errno.EINVAL, errno.ENOENT):
                raise
    # No O_TMPFILE on this system or file system.
    descriptor, name = tempfile.mkstemp(dir=folder)
    Path(name).unlink()
    return descriptor

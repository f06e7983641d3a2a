"""Advisory locks between the programs that share one DATA_DIR."""

import fcntl
import os
from pathlib import Path


class FileLock:
    """An flock(2). It belongs to the open file: processes that inherit the descriptor hold it until the last ends.

    So it tells what lives, across containers too, where a process number in a file would lie.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._descriptor: int | None = None

    @property
    def held(self) -> bool:
        return self._descriptor is not None

    @property
    def descriptor(self) -> int:
        """To hand on to a child process. The lock must be held."""
        if self._descriptor is None:
            raise RuntimeError("the lock is not held")
        return self._descriptor

    def try_acquire(self) -> bool:
        """Whether this object holds the lock now. Never waits. Raises OSError."""
        if self._descriptor is not None:
            return True
        descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            return False
        except BaseException:
            os.close(descriptor)
            raise
        self._descriptor = descriptor
        return True

    def release(self) -> None:
        """Let go of it here; child processes that inherited it keep it. Safe to repeat."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

"""Advisory locks between the programs that share one DATA_DIR."""

import os
from pathlib import Path

from adapters.shared.locks import try_lock


class FileLock:
    """An flock(2), which child processes that inherit the descriptor hold until the last ends.

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
        self._descriptor = try_lock(self._path)
        return self.held

    def release(self) -> None:
        """Let go of it here; child processes that inherited it keep it. Safe to repeat."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

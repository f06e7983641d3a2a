"""Ports to the machine: the clock, identifiers, and the spool."""

from abc import ABC, abstractmethod
from collections.abc import AsyncGenerator
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from uuid import UUID


class Clock(ABC):
    """Tells the time."""

    @abstractmethod
    def now(self) -> datetime:
        """The present moment, aware, in UTC."""


class IdentifierSource(ABC):
    """Makes identifiers that nobody can guess and that never repeat."""

    @abstractmethod
    def new_uuid(self) -> UUID:
        """A version 4 UUID: 122 random bits."""


class SpooledFile(ABC):
    """Bytes on their way: written once from front to end, then read."""

    size: int
    """Bytes written so far."""

    @abstractmethod
    async def write(self, data: bytes) -> None:
        """Append. Raises `Overloaded` when the spool's total bound is reached, `DiskFull`, `WorkspaceAway`."""

    @abstractmethod
    def read(self) -> AsyncGenerator[bytes, None]:
        """Everything written, from the front, in blocks of at most 1 MiB. May be called again.

        Raises `DiskFull`, since what was written last may be written now, and `WorkspaceAway`.
        """


class Spool(ABC):
    """The temporary place of bytes on their way. Nothing in it outlives the `async with`, nor a crash."""

    @abstractmethod
    def open(self) -> AbstractAsyncContextManager[SpooledFile]:
        """An empty file, gone when the context ends. Raises `DiskFull`, `WorkspaceAway`."""

    @abstractmethod
    async def check(self) -> None:
        """Return if there is room to spool; else raise `DiskFull` or `WorkspaceAway`. Safe to repeat."""

"""Whose turn it is to write an upload."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from uuid import UUID

from domain.errors import UploadLocked

WAIT_SECONDS = 10.0
"""Who is asked to let go has to finish at most one write to the disk."""


@dataclass(slots=True)
class _Line:
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    asked: list[Callable[[], None]] = field(default_factory=list)
    """What has each of those who write or wait let go."""


class WriteTurns:
    """One writer of an upload at a time, and the last to come is the one: a client that comes again has given up the
    connection on which the service still waits for it.
    """

    def __init__(self) -> None:
        self._lines: dict[UUID, _Line] = {}

    @asynccontextmanager
    async def turn(self, upload_id: UUID, *, lets_go: bool = True) -> AsyncGenerator[None, None]:
        """Be the one while the context lasts. Whatever is awaited in it ends where another one comes, if it `lets_go`.

        Raises `UploadLocked` then, and where the one before does not let go.
        """
        line = self._lines.setdefault(upload_id, _Line())
        for ask in line.asked:
            ask()
        let_go = _LetGo(lets_go)
        line.asked.append(let_go.ask)
        try:
            async with asyncio.timeout(WAIT_SECONDS):
                await line.lock.acquire()
            try:
                async with let_go.scope():
                    yield
            finally:
                line.lock.release()
        except TimeoutError as error:
            raise UploadLocked from error
        finally:
            line.asked.remove(let_go.ask)
            if not line.asked:
                del self._lines[upload_id]


class _LetGo:
    """Has one writer let go, whether it writes already or does not yet."""

    def __init__(self, lets_go: bool) -> None:
        self._lets_go = lets_go
        self._scope: asyncio.Timeout | None = None
        self._is_asked = False

    def ask(self) -> None:
        """Let go now."""
        self._is_asked = self._lets_go
        if self._is_asked and self._scope is not None and not self._scope.expired():
            self._scope.reschedule(0)

    @asynccontextmanager
    async def scope(self) -> AsyncGenerator[None, None]:
        """What is awaited in this context is cancelled when it is asked, which raises TimeoutError."""
        async with asyncio.timeout(None) as self._scope:
            if self._is_asked:
                self._scope.reschedule(0)
            yield

"""A recording on its way in, whose sender is told when a test wants it."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence
from enum import IntEnum

from application.receive_recording import IncomingRecording, Sender
from domain.users import User


class Told(IntEnum):
    """When a way in names the sender."""

    AT_ONCE = 1
    WHEN_OPENED = 2
    AT_THE_END = 3


class InMemoryRecording(IncomingRecording):
    """These blocks, one after the other, and then the error, if there is one.

    `before_block` is called before each block. The other attributes are there to be looked at.
    """

    def __init__(
        self,
        blocks: Sequence[bytes],
        sender: Sender,
        told: Told = Told.AT_ONCE,
        error: Exception | None = None,
        bytes_to_come: int = 0,
        holders: tuple[str, ...] = (),
    ) -> None:
        self._blocks, self._sender, self._told, self._error = blocks, sender, told, error
        self._bytes_to_come, self._holders = bytes_to_come, holders
        self._stage = Told.AT_ONCE
        self.before_block: Callable[[], object] = lambda: None
        self.asked = 0
        self.opened_for: list[User | None] = []
        self.bytes_given = 0
        self.open_blocks = 0

    def holders(self) -> tuple[str, ...]:
        return self._holders

    def sender(self) -> Sender:
        self.asked += 1
        return self._sender if self._stage >= self._told else None

    async def open(self, user: User | None) -> str:
        self._stage = Told.WHEN_OPENED
        self.opened_for.append(user)
        return "talk.wav"

    async def blocks(self) -> AsyncGenerator[bytes, None]:
        self.open_blocks += 1
        try:
            for block in self._blocks:
                self.before_block()
                await asyncio.sleep(0)  # where a cancelled task finds out
                self.bytes_given += len(block)
                yield block
            if self._error:
                raise self._error
            self._stage = Told.AT_THE_END
        finally:
            self.open_blocks -= 1

    def bytes_to_come(self) -> int:
        return self._bytes_to_come

"""Whose turn it is at the store."""

import asyncio
from collections.abc import AsyncGenerator, Hashable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from time import monotonic

from application.admission.lines import Lines, holder_of
from application.admission.places import RETRY_SECONDS
from domain.errors import MusicAppError, Overloaded, StoreAway

WAIT_SECONDS = 2.25
"""Of waiting for a turn, usually: a little more than the 2 s of a query, so that a store that is away is told of."""
SILENT_SECONDS = 0.4
"""Who waited while nobody had an answer for longer asks no more: with 2 s of its own that would take too long."""


@dataclass(frozen=True, slots=True, eq=False)
class _Waiting:
    """Somebody who began to wait then; `turn` tells whether it makes sense to ask now."""

    turn: asyncio.Future[bool]
    begun: float


class FairQueue:
    """A line for each holder, which are served in turns: see `Lines`.

    Who waits has the place of a request, so that no more than MAX_REQUESTS wait.
    """

    def __init__(self, count: int) -> None:
        self.free = count
        """Turns that are to be had. While one is, nobody waits."""
        self._lines: Lines[_Waiting] = Lines()
        self._last_answer = monotonic()

    def waiting(self) -> dict[Hashable, int]:
        """As `Lines.lengths`."""
        return self._lines.lengths()

    @asynccontextmanager
    async def turn(self, *holders: str, seconds: float = WAIT_SECONDS) -> AsyncGenerator[None, None]:
        """Have a turn while the context lasts, which is one query. Who has several names waits under the first.

        After `seconds` raises `Overloaded`, but `StoreAway` where nobody had an answer of late.
        """
        if self.free:
            self.free -= 1
        else:
            await self._wait(holder_of(holders), seconds)
        try:
            yield
            self._last_answer = monotonic()
        except MusicAppError as error:
            if not isinstance(error, StoreAway):  # it answered, if not what was hoped for
                self._last_answer = monotonic()
            raise
        finally:
            self._pass_on()

    async def _wait(self, holder: Hashable, seconds: float) -> None:
        waiting = _Waiting(asyncio.get_running_loop().create_future(), monotonic())
        self._lines.join(holder, waiting)
        try:
            await asyncio.wait({waiting.turn}, timeout=seconds)
            self._refuse_late(waiting)
        except BaseException:  # cancelled, too
            self._leave(holder, waiting)
            raise

    def _refuse_late(self, waiting: _Waiting) -> None:
        turn = waiting.turn
        if not (turn.result() if turn.done() else self._is_answered_since(waiting.begun)):
            raise StoreAway
        if not turn.done():
            raise Overloaded("too many requests wait for the database", RETRY_SECONDS)

    def _is_answered_since(self, begun: float) -> bool:
        """Whether somebody had an answer of late, or it is too early to tell."""
        return monotonic() - max(begun, self._last_answer) <= SILENT_SECONDS

    def _leave(self, holder: Hashable, waiting: _Waiting) -> None:
        if waiting.turn.done():
            self._pass_on()
        else:
            self._lines.leave(holder, waiting)

    def _pass_on(self) -> None:
        """Give the turn to whoever is next."""
        if not self._lines:
            self.free += 1
            return
        waiting = self._lines.next()
        waiting.turn.set_result(self._is_answered_since(waiting.begun))

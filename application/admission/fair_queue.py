"""Whose turn it is at the store."""

import asyncio
from collections import OrderedDict
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from time import monotonic
from typing import TypeAlias

from application.admission.places import RETRY_SECONDS
from domain.errors import MusicAppError, Overloaded, StoreAway

WAIT_SECONDS = 2.25
"""Of waiting for a turn, usually: a little more than the 2 s of a query, so that a store that is away is told of."""
SILENT_SECONDS = 0.4
"""Who waited while nobody had an answer for longer asks no more: with 2 s of its own that would take too long."""

_Turn: TypeAlias = asyncio.Future[bool]
"""Whether it makes sense to ask now."""


class FairQueue:
    """A queue for each holder, which are served in turns (Nagle, "On packet switches with infinite storage", IEEE
    Transactions on Communications 35 (4), 1987): however many wait of one holder, the only one of another is next.

    Who waits has the place of a request, so that no more than MAX_REQUESTS wait. Coming, leaving and passing on take
    the same time however many wait. Only those are remembered who have somebody waiting.
    """

    def __init__(self, count: int) -> None:
        self.free = count
        """Turns that are to be had. While one is, nobody waits."""
        self._lines: OrderedDict[str, OrderedDict[_Turn, float]] = OrderedDict()
        self._last_answer = monotonic()

    def waiting(self) -> dict[str, int]:
        """How many wait, of each holder that has somebody waiting; whose turn it is next comes first."""
        return {holder: len(line) for holder, line in self._lines.items()}

    @asynccontextmanager
    async def turn(self, *holders: str, seconds: float = WAIT_SECONDS) -> AsyncGenerator[None, None]:
        """Have a turn while the context lasts, which is one query. Who has several names waits under the first.

        After `seconds` raises `Overloaded`, but `StoreAway` where nobody had an answer of late.
        """
        if self.free:
            self.free -= 1
        else:
            await self._wait(holders[0] if holders else "somebody unknown", seconds)
        try:
            yield
            self._last_answer = monotonic()
        except MusicAppError as error:
            if not isinstance(error, StoreAway):  # it answered, if not what was hoped for
                self._last_answer = monotonic()
            raise
        finally:
            self._pass_on()

    async def _wait(self, holder: str, seconds: float) -> None:
        turn: _Turn = asyncio.get_running_loop().create_future()
        begun = monotonic()
        self._lines.setdefault(holder, OrderedDict())[turn] = begun
        try:
            await asyncio.wait({turn}, timeout=seconds)
            self._refuse_late(turn, begun)
        except BaseException:  # cancelled, too
            self._leave(holder, turn)
            raise

    def _refuse_late(self, turn: _Turn, begun: float) -> None:
        if not (turn.result() if turn.done() else self._is_answered_since(begun)):
            raise StoreAway
        if not turn.done():
            raise Overloaded("too many requests wait for the database", RETRY_SECONDS)

    def _is_answered_since(self, begun: float) -> bool:
        """Whether somebody had an answer of late, or it is too early to tell."""
        return monotonic() - max(begun, self._last_answer) <= SILENT_SECONDS

    def _leave(self, holder: str, turn: _Turn) -> None:
        if turn.done():
            self._pass_on()
            return
        line = self._lines[holder]
        del line[turn]
        if not line:
            del self._lines[holder]

    def _pass_on(self) -> None:
        """Give the turn to who has waited longest of the holder who is next, and let that one be the last again."""
        if not self._lines:
            self.free += 1
            return
        holder, line = self._lines.popitem(last=False)
        turn, begun = line.popitem(last=False)
        if line:
            self._lines[holder] = line
        turn.set_result(self._is_answered_since(begun))

"""Whose turn it is on the event loop."""

import asyncio
from collections.abc import Hashable
from typing import TypeAlias

from application.admission.lines import Lines, holder_of

_Turn: TypeAlias = asyncio.Future[None]


class Pace:
    """Lets `at_once` of those who wait go on in so many `rounds` of the event loop, one of each holder.

    In a round the loop does everything that is ready. Where that is the first step of a hundred requests of one client,
    each further step of everybody's takes as long as the hundred. With one such step of it a round, a round takes
    little more than one. Rounds in which nothing is ready take no time, so that only who has something else to do gains
    by more of them. Nobody waits who comes alone. How many wait is bounded by whoever calls.
    """

    def __init__(self, at_once: int = 1, rounds: int = 1) -> None:
        self._at_once, self._rounds = at_once, rounds
        self._lines: Lines[_Turn] = Lines()
        self._gone: set[Hashable] = set()
        """Holders of whom somebody went on in these rounds."""
        self._left = 0
        """Rounds until others may go on."""

    def waiting(self) -> dict[Hashable, int]:
        """As `Lines.lengths`."""
        return self._lines.lengths()

    async def turn(self, *holders: Hashable) -> None:
        """Return where not too many went on of late. Who has several names waits under the first."""
        holder = holder_of(holders)
        if self._may_go_on(holder):
            self._let_go_on(holder)
        else:
            await self.rest(holder)

    async def rest(self, *holders: Hashable) -> None:
        """As `turn`, but in a later round than this one in any case, so that others have a turn between."""
        holder = holder_of(holders)
        if not self._left:
            self._begin()
        turn: _Turn = asyncio.get_running_loop().create_future()
        self._lines.join(holder, turn)
        try:
            await asyncio.wait({turn})  # which leaves the turn as it is when cancelled
        except asyncio.CancelledError:
            if not turn.done():
                self._lines.leave(holder, turn)
            raise

    def _may_go_on(self, holder: Hashable) -> bool:
        return len(self._gone) < self._at_once and holder not in self._gone

    def _let_go_on(self, holder: Hashable) -> None:
        self._gone.add(holder)
        if not self._left:
            self._begin()

    def _begin(self) -> None:
        self._left = self._rounds
        asyncio.get_running_loop().call_soon(self._next_round)

    def _next_round(self) -> None:
        self._left -= 1
        if self._left:
            asyncio.get_running_loop().call_soon(self._next_round)
            return
        self._gone.clear()
        while self._lines and self._may_go_on(holder := self._lines.next_holder()):
            self._lines.next().set_result(None)
            self._let_go_on(holder)

"""How many of one kind of request may be in flight, and how many of them may be one client's."""

import asyncio
from collections.abc import AsyncGenerator, Iterator
from contextlib import asynccontextmanager, contextmanager

from application.admission.shares import Shares
from domain.errors import Overloaded, ShareTaken

RETRY_SECONDS = 2
"""After which it is worth asking again: an ordinary upload or download takes about as long."""


class Places:
    """A bounded number of places. `taken_by` names who takes them, as in "uploads".

    Holders are names like `user 7` and `address 10.1.2.3`; a place that has several counts for each of them.
    """

    def __init__(self, count: int, taken_by: str) -> None:
        self.shares = Shares(count)
        """How many are free, and who holds how many."""
        self._taken_by = taken_by
        self._waiting: dict[asyncio.Future[None], tuple[str, ...]] = {}

    @property
    def waiting(self) -> int:
        """How many wait for a place."""
        return len(self._waiting)

    def refuse_if_full(self, *holders: str) -> None:
        """Raises `Overloaded` if no place is free now, `ShareTaken` if one of the holders has its share of them."""
        if self.shares.free == 0:
            raise Overloaded(f"all places for {self._taken_by} are taken", RETRY_SECONDS)
        if holder := self.shares.with_its_share(holders):
            raise ShareTaken(holder, self.shares.held(holder), f"places for {self._taken_by}", RETRY_SECONDS)

    @contextmanager
    def take(self, *holders: str) -> Iterator[None]:
        """Hold a place while the context lasts. Raises what `refuse_if_full` does."""
        self.refuse_if_full(*holders)
        self.shares.take(*holders)
        try:
            yield
        finally:
            self._leave(holders)

    @asynccontextmanager
    async def wait(self, *holders: str, seconds: float) -> AsyncGenerator[None, None]:
        """Hold a place while the context lasts, once there is one for these holders, in order of coming.

        After `seconds` raises what `refuse_if_full` does. How many may wait is bounded by whoever calls.
        """
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting[turn] = holders
        self._hand_out()
        try:
            await asyncio.wait({turn}, timeout=seconds)
            if not turn.done():
                self.refuse_if_full(*holders)  # it does: a place for these would have been handed out
            yield
        finally:
            if self._waiting.pop(turn, None) is None:
                self._leave(holders)

    def _leave(self, holders: tuple[str, ...]) -> None:
        self.shares.give_back(*holders)
        self._hand_out()

    def _hand_out(self) -> None:
        """Give each free place to who has waited longest of those who may have one.

        Once through is enough: a place that is handed out leaves less for those who were passed over.
        """
        for turn, holders in [*self._waiting.items()]:
            if self.shares.take_if_free(*holders):
                del self._waiting[turn]
                turn.set_result(None)

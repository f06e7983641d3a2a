"""In whose turn something is looked up before it is known who asks."""

import asyncio
from collections import OrderedDict
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import TypeAlias

from application.admission.places import RETRY_SECONDS
from domain.errors import Overloaded, ShareTaken, StoreAway

AT_ONCE = 4
"""Lookups under way: as many as have a connection in the default pool. More would wait there, in order of coming."""
WAIT_SECONDS = 2.25
"""Of waiting for a turn: a little longer than the 2 s of a lookup, so that it is told where the store is away."""
SILENT_SECONDS = 0.4
"""Who waited longer, while nobody found anything out, asks no more: with 2 s of its own that would take too long."""

_Line: TypeAlias = OrderedDict[asyncio.Future[None], None]


class FairQueue:
    """A queue for each holder, which are served in turns (Nagle, "On packet switches with infinite storage", IEEE
    Transactions on Communications 35 (4), 1987): however many wait of one holder, the only one of another is next.

    Who waits has the place of a request, so that no more than MAX_REQUESTS wait. Coming, leaving and passing on take
    the same time however many wait. Only those are remembered who have somebody waiting.
    """

    def __init__(self, count: int = AT_ONCE) -> None:
        self.free = count
        """Turns that are to be had. While one is, nobody waits."""
        self._lines: OrderedDict[str, _Line] = OrderedDict()
        self._succeeded = 0

    def waiting(self) -> dict[str, int]:
        """How many wait, of each holder that has somebody waiting; whose turn it is next comes first."""
        return {holder: len(line) for holder, line in self._lines.items()}

    @asynccontextmanager
    async def turn(self, *holders: str) -> AsyncGenerator[None, None]:
        """Have a turn while the context lasts, which is one lookup. Who has several names waits under the first.

        After `WAIT_SECONDS` raises `ShareTaken` where the holder has more waiting than are served at once, else
        `Overloaded`; but `StoreAway` where nothing was found out meanwhile by anybody.
        """
        if self.free:
            self.free -= 1
        else:
            await self._wait(holders[0] if holders else "somebody unknown")
        try:
            yield
            self._succeeded += 1
        finally:
            self._pass_on()

    async def _wait(self, holder: str) -> None:
        loop = asyncio.get_running_loop()
        turn: asyncio.Future[None] = loop.create_future()
        self._lines.setdefault(holder, OrderedDict())[turn] = None
        begun, succeeded = loop.time(), self._succeeded
        try:
            await asyncio.wait({turn}, timeout=WAIT_SECONDS)
            silent = self._succeeded == succeeded and loop.time() - begun > SILENT_SECONDS
            self._refuse_late(holder, turn, silent=silent)
        except BaseException:  # cancelled, too
            self._leave(holder, turn)
            raise

    def _refuse_late(self, holder: str, turn: asyncio.Future[None], *, silent: bool) -> None:
        if silent:
            raise StoreAway
        if turn.done():
            return
        if (waiting := len(self._lines[holder])) > AT_ONCE:
            raise ShareTaken(holder, waiting, "requests that wait for the database", RETRY_SECONDS)
        raise Overloaded("too many requests wait for the database", RETRY_SECONDS)

    def _leave(self, holder: str, turn: asyncio.Future[None]) -> None:
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
        turn, _ = line.popitem(last=False)
        if line:
            self._lines[holder] = line
        turn.set_result(None)

"""How soon one holder's requests follow each other where others are served as well."""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TypeAlias

_Turn: TypeAlias = asyncio.Future[bool]

LATELY_SECONDS = 1.0
"""Who was there so lately is likely to come again, and must not find what another has begun meanwhile."""
WAIT_SECONDS = 5.0
"""Longer than this nobody waits. So no more wait than come in this time."""
TICK_SECONDS = 0.002
"""Between two looks at those who wait; event loops count whole milliseconds."""
_BUSY_PART = 0.5
"""Of a core: where the event loop's thread takes no more of it, it has time for one more."""


@dataclass(slots=True, eq=False)
class _Holder:
    present: int = 0
    """How many of this holder are served now, or wait."""
    next_at: float = 0.0
    """When the next may begin, whoever else is there, by the loop's time."""
    line: OrderedDict[_Turn, float] = field(default_factory=OrderedDict)
    """Those that wait, with the time at which they came, which is their order."""
    timer: asyncio.TimerHandle | None = None
    begun_at: float = 0.0
    busy_before: float = 0.0
    """Seconds of the thread's CPU time until the last one began."""
    left_at: float = 0.0


class Spacing:
    """Lets one holder begin `per_second` a second, and `at_once` beyond that after a pause, while others are there.

    That is the virtual scheduling algorithm of ITU-T I.371, annex A, but that who comes too soon waits. Who waits may
    begin sooner than that while the event loop is idle for half of the time. Who alone is there, and was of late, waits
    for nothing. Of one holder's, the last to come is the first to begin: the client of an earlier one may have given up
    by now, and answering those first would end in answering nobody else in time. The earliest are told to give up after
    `WAIT_SECONDS`. Only those are remembered who were there within `LATELY_SECONDS`.
    """

    def __init__(self, per_second: float, at_once: int, busy_seconds: Callable[[], float] = time.thread_time) -> None:
        self._interval = 1 / per_second
        self._ahead = at_once * self._interval
        self._busy_seconds = busy_seconds
        self._present: dict[Hashable, _Holder] = {}
        self._lately: OrderedDict[Hashable, _Holder] = OrderedDict()

    def waiting(self) -> dict[Hashable, int]:
        """How many wait, of each holder of whom somebody waits."""
        return {name: len(holder.line) for name, holder in self._present.items() if holder.line}

    def holders(self) -> set[Hashable]:
        """Who is remembered."""
        return {*self._present, *self._lately}

    @contextmanager
    def presence(self, name: Hashable) -> Iterator[_Turn | None]:
        """Be there while the context lasts. Gives the turn to be waited for; None where one may begin at once.

        The turn tells whether it has come, or too many were before it. Who cancels it gives it up.
        """
        holder = self._enter(name)
        turn = None if self._begins_at_once(holder) else self._join(holder)
        try:
            yield turn
        finally:
            if turn is not None:
                holder.line.pop(turn, None)
            self._leave(name, holder)

    def _enter(self, name: Hashable) -> _Holder:
        self._forget(asyncio.get_running_loop().time() - LATELY_SECONDS)
        if (holder := self._present.get(name)) is None:
            holder = self._present[name] = self._lately.pop(name) if name in self._lately else _Holder()
        holder.present += 1
        return holder

    def _forget(self, left_before: float) -> None:
        while self._lately and next(iter(self._lately.values())).left_at <= left_before:
            self._lately.popitem(last=False)

    def _leave(self, name: Hashable, holder: _Holder) -> None:
        holder.present -= 1
        if holder.present:
            return
        if holder.timer is not None:  # of those who gave up
            holder.timer.cancel()
            holder.timer = None
        del self._present[name]
        holder.left_at = asyncio.get_running_loop().time()
        self._lately[name] = holder

    def _begins_at_once(self, holder: _Holder) -> bool:
        now = asyncio.get_running_loop().time()
        if holder.line or (holder.next_at > now and not self._is_alone(now)):
            return False
        self._begin(holder, now)
        return True

    def _is_alone(self, now: float) -> bool:
        """Whether one holder alone is there now, and was of late."""
        self._forget(now - LATELY_SECONDS)
        return len(self._present) + len(self._lately) <= 1

    def _begin(self, holder: _Holder, now: float) -> None:
        """One begins now. Who was alone has had what it may have at once, and owes no more."""
        holder.next_at = min(max(holder.next_at, now - self._ahead), now) + self._interval
        holder.begun_at, holder.busy_before = now, self._busy_seconds()

    def _join(self, holder: _Holder) -> _Turn:
        loop = asyncio.get_running_loop()
        turn: _Turn = loop.create_future()
        holder.line[turn] = loop.time()
        if holder.timer is None:
            self._look_again(holder)
        return turn

    def _look_again(self, holder: _Holder) -> None:
        loop = asyncio.get_running_loop()
        due = loop.time() + TICK_SECONDS
        holder.timer = loop.call_at(due, self._look, holder, due)

    def _look(self, holder: _Holder, due: float) -> None:
        """Let those begin who may, and tell those to give up who have waited for too long."""
        now, holder.timer = asyncio.get_running_loop().time(), None
        while holder.line and next(iter(holder.line.values())) <= now - WAIT_SECONDS:
            self._tell(holder.line.popitem(last=False)[0], has_come=False)
        while holder.line and self._may_begin(holder, now, late=now - due):
            if self._tell(holder.line.popitem()[0], has_come=True):
                self._begin(holder, now)
        if holder.line:
            self._look_again(holder)

    def _may_begin(self, holder: _Holder, now: float, late: float) -> bool:
        return holder.next_at <= now or self._is_alone(now) or (late < TICK_SECONDS and self._is_idle(holder, now))

    def _is_idle(self, holder: _Holder, now: float) -> bool:
        """Whether the loop had time left since the last one began."""
        busy = self._busy_seconds() - holder.busy_before
        return now > holder.begun_at and busy <= _BUSY_PART * (now - holder.begun_at)

    def _tell(self, turn: _Turn, *, has_come: bool) -> bool:
        """False where it was given up."""
        if turn.done():
            return False
        turn.set_result(has_come)
        return True

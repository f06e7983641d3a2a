"""How soon one holder's requests follow each other where others are served as well."""

import asyncio
from collections import OrderedDict
from collections.abc import Hashable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TypeAlias

_Turn: TypeAlias = asyncio.Future[None]

LATELY_SECONDS = 1.0
"""Who was served so lately is likely to come again, and must not find what another has begun meanwhile."""


@dataclass(slots=True, eq=False)
class _Holder:
    served: int = 0
    """How many of this holder are served now, or wait."""
    next_at: float = 0.0
    """When the next may begin, by the loop's time."""
    line: OrderedDict[_Turn, None] = field(default_factory=OrderedDict)
    timer: asyncio.TimerHandle | None = None
    left_at: float = 0.0


class Spacing:
    """Lets one holder begin `per_second` a second, and `at_once` beyond that after a pause, while others are served.

    It is the virtual scheduling algorithm of ITU-T I.371, annex A, but that who comes too soon waits. Who alone is
    served, and was of late, waits for nothing. Each holder has a line of its own; how many wait is bounded by whoever
    calls. Only those are remembered who were served within `LATELY_SECONDS`.
    """

    def __init__(self, per_second: float, at_once: int) -> None:
        self._interval = 1 / per_second
        self._ahead = at_once * self._interval
        self._served: dict[Hashable, _Holder] = {}
        self._lately: OrderedDict[Hashable, _Holder] = OrderedDict()

    def waiting(self) -> dict[Hashable, int]:
        """How many wait, of each holder of whom somebody waits."""
        return {name: len(holder.line) for name, holder in self._served.items() if holder.line}

    def holders(self) -> set[Hashable]:
        """Who is remembered."""
        return {*self._served, *self._lately}

    @contextmanager
    def come(self, name: Hashable) -> Iterator[_Turn | None]:
        """Be served while the context lasts, from when the turn has come that it gives; None where it has come.

        Who cancels the turn gives it up.
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
        if (holder := self._served.get(name)) is None:
            holder = self._served[name] = self._lately.pop(name) if name in self._lately else _Holder()
        holder.served += 1
        return holder

    def _forget(self, left_before: float) -> None:
        while self._lately and next(iter(self._lately.values())).left_at <= left_before:
            self._lately.popitem(last=False)

    def _leave(self, name: Hashable, holder: _Holder) -> None:
        holder.served -= 1
        if holder.served:
            return
        if holder.timer is not None:  # of those who gave up
            holder.timer.cancel()
            holder.timer = None
        del self._served[name]
        holder.left_at = asyncio.get_running_loop().time()
        self._lately[name] = holder

    def _begins_at_once(self, holder: _Holder) -> bool:
        now = asyncio.get_running_loop().time()
        if holder.line or (holder.next_at > now and not self._is_alone(now)):
            return False
        self._count(holder, now)
        return True

    def _is_alone(self, now: float) -> bool:
        """Whether one holder alone is served now and was of late."""
        self._forget(now - LATELY_SECONDS)
        return len(self._served) + len(self._lately) <= 1

    def _count(self, holder: _Holder, now: float) -> None:
        """One begins now. Who was alone has had what it may have at once, and owes no more."""
        holder.next_at = min(max(holder.next_at, now - self._ahead), now) + self._interval

    def _join(self, holder: _Holder) -> _Turn:
        loop = asyncio.get_running_loop()
        turn: _Turn = loop.create_future()
        holder.line[turn] = None
        if holder.timer is None:
            holder.timer = loop.call_at(holder.next_at, self._let_begin, holder)
        return turn

    def _let_begin(self, holder: _Holder) -> None:
        """Let the first of the line begin, or all if nobody else is served any more."""
        loop = asyncio.get_running_loop()
        now, holder.timer = loop.time(), None
        while holder.line and (holder.next_at <= now or self._is_alone(now)):
            turn, _ = holder.line.popitem(last=False)
            if not turn.cancelled():
                turn.set_result(None)
                self._count(holder, now)
        if holder.line:
            holder.timer = loop.call_at(holder.next_at, self._let_begin, holder)

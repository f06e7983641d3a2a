"""How often somebody may ask for something."""

from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil

from domain.errors import TooOften
from domain.system import Clock

WINDOW = timedelta(minutes=1)
MAX_REMEMBERED = 10_000
"""Callers that are remembered at once, about 2 MB; the one whose minute began first is forgotten for a further one."""


@dataclass(slots=True)
class _Minute:
    began: datetime
    calls: int = 0


class RateLimit:
    """At most `per_minute` calls of one caller in the minute that begins with its first."""

    def __init__(self, per_minute: int, clock: Clock) -> None:
        self._per_minute = per_minute
        self._clock = clock
        self._minutes: OrderedDict[str, _Minute] = OrderedDict()

    def count(self, caller: str) -> None:
        """Count a call. Raises `TooOften`, and does not count it, if it is one too many."""
        now = self._clock.now()
        minute = self._minutes.get(caller)
        # a clock that was set back makes no minute last longer
        if minute is None or not timedelta(0) <= now - minute.began < WINDOW:
            minute = self._begin(caller, now)
        if minute.calls >= self._per_minute:
            raise TooOften(self._per_minute, ceil((minute.began + WINDOW - now).total_seconds()))
        minute.calls += 1

    def _begin(self, caller: str, now: datetime) -> _Minute:
        self._minutes.pop(caller, None)
        if len(self._minutes) >= MAX_REMEMBERED:
            self._minutes.popitem(last=False)
        minute = self._minutes[caller] = _Minute(now)
        return minute

"""How long to wait before a server that ended is started again."""

_FIRST_SECONDS = 0.1
_LONGEST_SECONDS = 30.0
_STABLE_SECONDS = 60.0


class BackOff:
    """After the first failure no time, after each further one in a row twice as long, up to 30 s.

    The row begins anew when a server has run for a minute. All times are of one clock, in seconds.
    """

    def __init__(self, now: float) -> None:
        self._began = now
        self._next = 0.0

    def begin(self, now: float) -> None:
        """A start was tried; it has succeeded or failed."""
        self._began = now

    def fail(self, now: float) -> float:
        """No server runs; returns how long to wait before the next start is tried."""
        if now - self._began >= _STABLE_SECONDS:
            self._next = 0.0
        delay, self._next = self._next, min(max(2 * self._next, _FIRST_SECONDS), _LONGEST_SECONDS)
        return delay

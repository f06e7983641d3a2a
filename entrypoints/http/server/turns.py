"""The requests of one connection, which are answered in the order in which they came."""

from collections import deque

from uvicorn.protocols.http.httptools_impl import RequestResponseCycle

from entrypoints.http.server.pieces import Beyond

MAX_WAITING_REQUESTS = 16
"""Requests of one connection that may wait for the answer to an earlier one."""


class Turns:
    """Whose turn it is: uvicorn itself knows the last request that came, and those that wait."""

    def __init__(self) -> None:
        self._current: RequestResponseCycle | None = None
        self._waiting: deque[int] = deque()

    @property
    def current(self) -> RequestResponseCycle | None:
        """The request that is being answered."""
        return None if self._current is None or self._current.response_complete else self._current

    @property
    def waiting_bytes(self) -> int:
        """Those of the requests that wait."""
        return sum(self._waiting)

    def refuse_too_many(self) -> None:
        """Raises `Beyond` where one more request would be too many."""
        if len(self._waiting) >= MAX_WAITING_REQUESTS:
            raise Beyond(f"more than {MAX_WAITING_REQUESTS} requests wait for the answer to an earlier one")

    def come(self, request: RequestResponseCycle, head: int) -> None:
        """A further request, whose head takes so many bytes: it is answered now, or waits."""
        if self.current is None:
            self._current = request
        else:
            self._waiting.append(head)

    def grow(self, size: int) -> None:
        """The body of the last request that came has so many bytes more."""
        if self._waiting:
            self._waiting[-1] += size

    def pass_to(self, request: RequestResponseCycle) -> None:
        """It is the turn of the one that waited longest."""
        self._current = request
        self._waiting.popleft()

"""The requests of one connection, which are answered in the order in which they came."""

from collections import deque

from uvicorn.protocols.http.httptools_impl import RequestResponseCycle

from entrypoints.http.server.ending import Beyond

MAX_WAITING_REQUESTS = 16
"""Requests of one connection that may wait for the answer to an earlier one."""
WAITING_BYTES = 3 << 10
"""What one that waits takes in memory, about, beside its head and body: uvicorn's objects for it, 2.5 KB measured."""


class Turns:
    """Whose turn it is: uvicorn itself knows the last request that came, and those that wait."""

    def __init__(self) -> None:
        self._current: RequestResponseCycle | None = None
        self.is_asked_for = False
        """Whether the application has asked for the body of the request that is being answered."""
        self._held: deque[int] = deque()
        """Of the request that is being answered, if there is one, and of those that wait."""

    @property
    def current(self) -> RequestResponseCycle | None:
        """The request that is being answered."""
        return self._current

    @property
    def held(self) -> int:
        """Bytes of the requests that are not answered yet: their heads, and the bodies of those that wait."""
        return sum(self._held)

    def refuse_too_many(self) -> None:
        """Raises `Beyond` where one more request would be too many."""
        if len(self._held) > MAX_WAITING_REQUESTS:
            raise Beyond(f"more than {MAX_WAITING_REQUESTS} requests wait for the answer to an earlier one")

    def held_with(self, head: int) -> int:
        """What `held` will be when a further request has come, whose head takes so many bytes."""
        return self.held + self._with_waiting(head)

    def come(self, request: RequestResponseCycle, head: int) -> None:
        """A further request, whose head takes so many bytes: it is answered now, or waits."""
        self._held.append(self._with_waiting(head))
        if self._current is None:
            self._current = request

    def grow(self, size: int) -> None:
        """The body of the last request that came has so many bytes more; the one that is answered takes its own."""
        if len(self._held) > 1:
            self._held[-1] += size

    def _with_waiting(self, head: int) -> int:
        return head if self._current is None else head + WAITING_BYTES

    def forget_waiting(self) -> None:
        """Those that wait are not answered any more."""
        while len(self._held) > 1:
            self._held.pop()

    def pass_to(self, request: RequestResponseCycle | None) -> None:
        """The answer has ended: it is the turn of the one that waited longest, or none is to be answered any more."""
        self._current = request
        self.is_asked_for = False
        if request is None:
            self._held.clear()
        else:
            self._held.popleft()

"""What all connections together may take, and one client's part of it."""

from collections.abc import Sequence

from application.admission.shares import Shares
from entrypoints.http.server.client import holders
from entrypoints.settings.serving import Network

SPARE_CONNECTIONS = 256
"""Beyond those that may be there, or a quarter as many, if that is less: each is told so, and ends."""
SPARE_SECONDS = 2.0
"""In which the first request of such a connection has to come."""
WAITING_BYTES = 32 << 20
"""Of heads that are not whole, and of requests that wait for the answer to an earlier one, of all connections."""


class Crowd:
    """Counts connections, and the bytes that wait in them."""

    def __init__(self, connections: int, trusted: Sequence[Network]) -> None:
        self._ordinary = Shares(connections)
        self._spare = Shares(max(1, min(SPARE_CONNECTIONS, connections // 4)))
        self._waiting = Shares(WAITING_BYTES)
        self._trusted = trusted

    def enter(self, peer: tuple[str, int] | None) -> "Place | None":
        """A place for a connection from there, or None where not even a spare one is left."""
        names = holders(peer, self._trusted)
        for shares, spare in ((self._ordinary, False), (self._spare, True)):
            if shares.take_if_free(*names):
                return Place(names, shares, self._waiting, spare=spare)
        return None


class Place:
    """That of one connection, which is in any case to be left. On a `spare` one, requests are refused."""

    def __init__(self, names: tuple[str, ...], shares: Shares, waiting: Shares, *, spare: bool) -> None:
        self.spare = spare
        self._names, self._shares, self._waiting = names, shares, waiting
        self._waiting_bytes = 0

    def hold(self, size: int) -> bool:
        """Say how many bytes wait now; False, and as before, where that is too much."""
        more = size - self._waiting_bytes
        if more > 0 and not self._waiting.take_if_free(*self._names, count=more):
            return False
        if more < 0:
            self._waiting.give_back(*self._names, count=-more)
        self._waiting_bytes = size
        return True

    def leave(self) -> None:
        """Once, when the connection has ended."""
        self.hold(0)
        self._shares.give_back(*self._names)

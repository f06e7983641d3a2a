"""What all connections together may take, and one client's part of it."""

from collections.abc import Sequence

from application.admission.shares import Shares
from entrypoints.http.server.client import holders
from entrypoints.settings.serving import Network

SPARE_CONNECTIONS = 256
"""Beyond those that may be there, or a quarter as many, if that is less: each is told so, and ends."""
SPARE_SECONDS = 2.0
"""In which the first request of such a connection has to come."""
HELD_BYTES = 16 << 20
"""Of the requests of all connections: of their heads, from the first byte until they are answered, and of the bodies of
those that wait for the answer to an earlier one."""
FREE_BYTES = 6 << 10
"""Of one connection; they count for nothing, so that a browser's request comes in whatever others hold."""


class Crowd:
    """Counts connections, and the bytes that are held for them."""

    def __init__(self, connections: int, trusted: Sequence[Network]) -> None:
        self._ordinary = Shares(connections)
        self._spare = Shares(max(1, min(SPARE_CONNECTIONS, connections // 4)))
        self._held = Shares(HELD_BYTES)
        self._trusted = trusted

    def enter(self, peer: tuple[str, int] | None) -> "Place | None":
        """A place for a connection from there, or None where not even a spare one is left."""
        names = holders(peer, self._trusted)
        for shares, spare in ((self._ordinary, False), (self._spare, True)):
            if shares.take_if_free(*names):
                return Place(names, shares, self._held, spare=spare)
        return None


class Place:
    """That of one connection, which is in any case to be left. On a `spare` one, requests are refused."""

    def __init__(self, names: tuple[str, ...], shares: Shares, held: Shares, *, spare: bool) -> None:
        self.spare = spare
        self._names, self._shares, self._held = names, shares, held
        self._held_bytes = 0

    def hold(self, size: int) -> bool:
        """Say how many bytes are held now; False, and as before, where that is too much."""
        counted = max(0, size - FREE_BYTES)
        more = counted - self._held_bytes
        if more > 0 and not self._held.take_if_free(*self._names, count=more):
            return False
        if more < 0:
            self._held.give_back(*self._names, count=-more)
        self._held_bytes = counted
        return True

    def leave(self) -> None:
        """Once, when the connection has ended."""
        self.hold(0)
        self._shares.give_back(*self._names)

"""What all connections together may take, and one client's part of it."""

import asyncio
from collections.abc import Sequence

from application.admission.pace import Pace
from application.admission.shares import Shares
from entrypoints.http.server.client import holders
from entrypoints.http.server.resting import RestingFlow
from entrypoints.settings.serving import Network

SPARE_CONNECTIONS = 256
"""Beyond those that may be there, or a quarter as many, if that is less: each is told so, and ends."""
SPARE_SECONDS = 2.0
"""In which the first request of such a connection has to come."""
HELD_BYTES = 8 << 20
"""Of the requests of all connections: of their heads, from the first byte until they are answered, and of the bodies of
those that wait for the answer to an earlier one."""
FREE_BYTES = 6 << 10
"""Of one connection; they count for nothing, so that a browser's request comes in whatever others hold."""
BODY_BYTES = 48 << 20
"""Of the bodies of requests that are answered now, as far as they came before the application asked for them: some 750
of 64 KiB, or 190 of what one read may bring. With the heads, and what is free of 4,096 connections, that is 84 MiB."""
FREE_BODY_BYTES = 1 << 10
"""Of each; they count for nothing, so that a registration comes in likewise."""


class Crowd:
    """Counts connections, and the bytes that are held for them; they read in turns what takes long to read."""

    def __init__(self, connections: int, trusted: Sequence[Network], reading: Pace) -> None:
        self._ordinary = Shares(connections)
        self._spare = Shares(max(1, min(SPARE_CONNECTIONS, connections // 4)))
        self._held = Shares(HELD_BYTES)
        self._bodies = Shares(BODY_BYTES)
        self._trusted = trusted
        self._reading = reading

    def flow(self, transport: asyncio.Transport, peer: tuple[str, int] | None) -> RestingFlow:
        """What has a connection from there read and write, or not."""
        return RestingFlow(transport, self._reading, holders(peer, self._trusted))

    def enter(self, peer: tuple[str, int] | None) -> "Place | None":
        """A place for a connection from there, or None where not even a spare one is left."""
        names = holders(peer, self._trusted)
        for shares, spare in ((self._ordinary, False), (self._spare, True)):
            if shares.take_if_free(*names):
                held = Holding(names, self._held, FREE_BYTES)
                return Place(names, shares, held, Holding(names, self._bodies, FREE_BODY_BYTES), spare=spare)
        return None


class Holding:
    """Bytes that are held for one connection, of which the first `free` count for nothing."""

    def __init__(self, names: tuple[str, ...], shares: Shares, free: int) -> None:
        self._names, self._shares, self._free = names, shares, free
        self._size = self._counted = 0

    def hold_more(self, size: int) -> bool:
        """As `hold`, of how many more are held."""
        return self.hold(self._size + size)

    def hold(self, size: int) -> bool:
        """Say how many bytes are held now; False, and as before, where that is too much."""
        counted = max(0, size - self._free)
        more = counted - self._counted
        if more > 0 and not self._shares.take_if_free(*self._names, count=more):
            return False
        if more < 0:
            self._shares.give_back(*self._names, count=-more)
        self._size, self._counted = size, counted
        return True


class Place:
    """That of one connection, which is in any case to be left. On a `spare` one, requests are refused.

    `held` are the bytes of its requests, `body` those of a body that the application has not asked for.
    """

    def __init__(self, names: tuple[str, ...], shares: Shares, held: Holding, body: Holding, *, spare: bool) -> None:
        self.spare, self.held, self.body = spare, held, body
        self._names, self._shares = names, shares

    def leave(self) -> None:
        """Once, when the connection has ended. What is still held for it goes on counting."""
        self._shares.give_back(*self._names)

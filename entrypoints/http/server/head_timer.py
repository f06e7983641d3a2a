"""Clients that do not send the head of a request."""

import asyncio

from entrypoints.http.server.turns import Turns


class HeadTimer:
    """Ends a connection whose next head is not whole after `seconds`, in which no earlier request is answered."""

    def __init__(
        self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop, turns: Turns, seconds: float
    ) -> None:
        self._transport, self._loop, self._turns, self._seconds = transport, loop, turns, seconds
        self._timer: asyncio.TimerHandle | None = None

    @property
    def is_running(self) -> bool:
        """Whether a head is waited for."""
        return self._timer is not None

    def start(self) -> None:
        """From now on, whatever was waited for before."""
        self.stop()
        self._timer = self._loop.call_later(self._seconds, self._give_up)

    def stop(self) -> None:
        """The head is whole, or the connection has ended."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _give_up(self) -> None:
        if self._turns.current is not None:  # an earlier request
            self.start()
        else:
            self._transport.abort()

"""A connection that never waits longer than it is told to."""

import asyncio
import os
import select
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import psycopg
from psycopg.rows import TupleRow

ENDING_SECONDS = 1.0
"""What the clean end of a cancelled or failed operation may take."""


class Connection(psycopg.AsyncConnection[TupleRow]):
    """The driver's connection, which can be cut off.

    The driver cancels a query by asking the server to end it, and waits for that; a server that is frozen or cut off
    the network never answers. Shutting down our end of the socket makes every wait on it fail at once, with
    `psycopg.OperationalError`.
    """

    _timer: asyncio.TimerHandle | None = None

    def cut_off_after(self, seconds: float) -> None:
        """Shut down the socket in `seconds`, unless that was to happen sooner already."""
        loop = asyncio.get_running_loop()
        moment = loop.time() + seconds
        if self._timer is None or moment < self._timer.when():
            self.let_be()
            self._timer = loop.call_at(moment, self._shut_down)

    def let_be(self) -> None:
        """Do not cut off."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    @contextmanager
    def ending_soon(self) -> Iterator[None]:
        """When the body fails or is cancelled, bound what the clean end of the operation takes."""
        try:
            yield
        except BaseException:
            self.cut_off_after(ENDING_SECONDS)
            raise

    async def cancel_safe(self, *, timeout: float = ENDING_SECONDS) -> None:  # noqa: ASYNC109 - the driver's signature
        """As the driver does it, which calls this when a task that waits for the server is cancelled; but bounded."""
        self.cut_off_after(ENDING_SECONDS)
        await super().cancel_safe(timeout=min(timeout, ENDING_SECONDS))

    def has_ended(self) -> bool:
        """Whether the server has hung up while nothing was asked of it. Does not wait."""
        poll = select.poll()
        poll.register(self.fileno(), select.POLLIN)
        try:
            while poll.poll(0):
                self.pgconn.consume_input()
        except psycopg.OperationalError:
            return True
        return False

    def _shut_down(self) -> None:
        with suppress(OSError, psycopg.OperationalError):  # it has ended already
            with socket.socket(fileno=os.dup(self.fileno())) as our_end:
                our_end.shutdown(socket.SHUT_RDWR)

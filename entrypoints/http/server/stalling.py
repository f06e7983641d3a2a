"""Clients that take nothing of what waits for them."""

import array
import asyncio
import fcntl
import socket
import termios

from entrypoints.http.server.drop import drop


class StallWatch:
    """Drops a connection whose client takes nothing for `seconds`, while it is watched."""

    def __init__(self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop, seconds: float) -> None:
        self._transport, self._loop, self._seconds = transport, loop, seconds
        self._timer: asyncio.TimerHandle | None = None

    def watch(self) -> None:
        """From now on: as much waits as may be written."""
        self.end()
        self._timer = self._loop.call_later(self._seconds, self._drop_if_stalled, self._untaken_bytes())

    def watch_closing(self) -> None:
        """A connection is closed once its client has taken what was written; it may never do so."""
        if self._transport.is_closing() and self._timer is None and self._transport.get_write_buffer_size():
            self.watch()

    def resume(self) -> None:
        """The client has taken enough for more to be written; of a connection that closes it has to take all."""
        if not self._transport.is_closing():
            self.end()

    def end(self) -> None:
        """Watch no longer."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _drop_if_stalled(self, before: int) -> None:
        """Nothing is written while the timer runs, so what waits can only have become less."""
        self._timer = None
        if not self._transport.get_write_buffer_size():
            return
        if self._untaken_bytes() >= before:
            drop(self._transport)
        else:
            self.watch()

    def _untaken_bytes(self) -> int:
        """What the client's system has not taken: our buffer, and the kernel's (Linux, tcp(7): SIOCOUTQ)."""
        queued = array.array("i", [0])
        connection: socket.socket = self._transport.get_extra_info("socket")
        fcntl.ioctl(connection.fileno(), termios.TIOCOUTQ, queued)  # the same number as SIOCOUTQ
        return self._transport.get_write_buffer_size() + queued[0]

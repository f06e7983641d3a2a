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
        """From now on: something of what was written is left, whether or not the connection is being closed."""
        self.end()
        self._timer = self._loop.call_later(self._seconds, self._drop_if_stalled, self._untaken_bytes())

    def end(self) -> None:
        """Watch no longer: nothing is left, or the connection has ended."""
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

"""The server's HTTP protocol, with the bounds that uvicorn's lacks.

uvicorn promises none of the names that are read, called or overridden here, so it is pinned to its minor version:

HttpToolsProtocol: connection_made, connection_lost, data_received (which asks for `parser` anew each time),
    on_message_begin, on_url, on_header, on_headers_complete, on_body, on_message_complete, on_response_complete,
    pause_writing, resume_writing, timeout_keep_alive_handler, send_400_response, _unsupported_upgrade_warning,
    parser, transport, loop, cycle, pipeline, scope, url, headers, expect_100_continue
RequestResponseCycle: response_complete
Server (`entrypoints/cli/serve.py`): startup, shutdown, started, server_state with its tasks
"""

import array
import asyncio
import fcntl
import socket
import termios
from dataclasses import dataclass
from functools import partial
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from entrypoints.http.server.drop import drop
from entrypoints.http.server.slow_readers import DROP
from entrypoints.http.server.upgrade import RequestParser

MAX_WAITING_REQUESTS = 16
"""Requests of one connection that may wait for the answer to an earlier one."""
_AROUND_FIELD = len(": \r\n")


@dataclass(frozen=True, slots=True)
class ConnectionBounds:
    """What a connection may take, in bytes and seconds.

    `head_bytes` bounds the request line and the fields of one request, trailers included. `head_seconds` count from
    the connection's start, then from the first byte of a further head. A client that takes nothing of what waits for
    it for `stalled_seconds` is dropped.
    """

    head_bytes: int
    head_seconds: float
    stalled_seconds: float


class BoundedProtocol(HttpToolsProtocol):
    """Closes connections whose request head is too large or too slow, on which too many requests wait, and those whose
    client takes nothing. Reads requests that ask for another protocol as if they did not.
    """

    def __init__(self, *arguments: Any, bounds: ConnectionBounds, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.parser: RequestParser = RequestParser(self, self._read_again)
        self._bounds = bounds
        self._field_bytes = 0
        self._bytes_without_progress = 0
        self._in_message = False
        self._head_timer: asyncio.TimerHandle | None = None
        self._stall_timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # as in the base class
        super().connection_made(transport)
        self._await_head()

    def connection_lost(self, exc: Exception | None) -> None:
        self._cancel_head_timer()
        self._cancel_stall_timer()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self._head_timer is None and not self._in_message:
            self._await_head()
        self._bytes_without_progress += len(data)
        super().data_received(data)
        # The parser keeps a field until it is whole: one without an end is told by nothing else.
        if self._bytes_without_progress > self._bounds.head_bytes and not self.transport.is_closing():
            self.send_400_response("Invalid HTTP request received.")

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._field_bytes = 0
        self.scope["state"][DROP] = partial(drop, self.transport)

    def on_url(self, url: bytes) -> None:
        self._count_field(len(url))
        super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        self._count_field(len(name) + len(value) + _AROUND_FIELD)
        super().on_header(name, value)

    def on_headers_complete(self) -> None:
        if self.parser.ignores_upgrade:
            return
        if len(self.pipeline) >= MAX_WAITING_REQUESTS:
            raise ValueError(f"more than {MAX_WAITING_REQUESTS} requests wait")
        self._bytes_without_progress = 0
        self._in_message = True
        self._cancel_head_timer()
        if self.parser.get_http_version() == "1.0":
            self.expect_100_continue = False  # RFC 9110, 10.1.1: such a client knows of no interim answer
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        self._bytes_without_progress = 0
        super().on_body(body)

    def on_message_complete(self) -> None:
        if self.parser.ignores_upgrade:
            return
        self._bytes_without_progress = 0
        self._in_message = False
        super().on_message_complete()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        self._watch_closing()

    def timeout_keep_alive_handler(self) -> None:
        super().timeout_keep_alive_handler()
        self._watch_closing()

    def pause_writing(self) -> None:
        super().pause_writing()
        self._watch_stalled()

    def resume_writing(self) -> None:
        if not self.transport.is_closing():
            self._cancel_stall_timer()
        super().resume_writing()

    def _unsupported_upgrade_warning(self) -> None:
        """Say nothing: this is CONNECT, which is answered like any other method that is not there."""

    def _read_again(self, rest: bytes) -> None:
        head = self.parser.head_without_upgrade(self.url, self.headers)
        self.parser = RequestParser(self, self._read_again)
        self.parser.feed_data(head + rest)

    # The parser ends at an exception, upon which the base class answers 400 and closes.

    def _count_field(self, size: int) -> None:
        self._field_bytes += size
        if self._field_bytes > self._bounds.head_bytes:
            raise ValueError(f"the fields of the request have more than {self._bounds.head_bytes} bytes")

    def _await_head(self) -> None:
        self._head_timer = self.loop.call_later(self._bounds.head_seconds, self._give_up_on_head)

    def _give_up_on_head(self) -> None:
        cycle: RequestResponseCycle | None = self.cycle
        if cycle is not None and not cycle.response_complete:  # an earlier request is being answered
            self._await_head()
        else:
            self.transport.abort()

    def _watch_closing(self) -> None:
        """A connection is closed once its client has taken what was written; it may never do so."""
        if self.transport.is_closing() and self._stall_timer is None and self.transport.get_write_buffer_size():
            self._watch_stalled()

    def _watch_stalled(self) -> None:
        self._cancel_stall_timer()
        self._stall_timer = self.loop.call_later(
            self._bounds.stalled_seconds, self._drop_if_stalled, self._untaken_bytes()
        )

    def _drop_if_stalled(self, before: int) -> None:
        """Nothing is written while the timer runs, so what waits can only have become less."""
        self._stall_timer = None
        if not self.transport.get_write_buffer_size():
            return
        if self._untaken_bytes() >= before:
            drop(self.transport)
        else:
            self._watch_stalled()

    def _untaken_bytes(self) -> int:
        """What the client's system has not taken: our buffer, and the kernel's (Linux, tcp(7): SIOCOUTQ)."""
        queued = array.array("i", [0])
        connection: socket.socket = self.transport.get_extra_info("socket")
        fcntl.ioctl(connection.fileno(), termios.TIOCOUTQ, queued)  # the same number as SIOCOUTQ
        return self.transport.get_write_buffer_size() + queued[0]

    def _cancel_head_timer(self) -> None:
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None

    def _cancel_stall_timer(self) -> None:
        if self._stall_timer is not None:
            self._stall_timer.cancel()
            self._stall_timer = None


def bounded_protocol(bounds: ConnectionBounds) -> Any:
    """The protocol with these bounds, as uvicorn wants it."""
    return partial(BoundedProtocol, bounds=bounds)

"""Connections are read in small parts."""

import asyncio
from collections.abc import Callable

READ_BYTES = 64 * 1024
"""So much at most comes at a time. uvloop would bring four times as much, and what is in tiny chunks takes 14 ns of the
event loop for each byte."""

_BUFFER = memoryview(bytearray(READ_BYTES))
"""Of all connections: what comes is copied before anything else is read."""


class SmallReads(asyncio.BufferedProtocol):
    """Hands on to a protocol what comes, and what happens.

    Event loops give a whole buffer of their own to whatever is an `asyncio.Protocol`, as uvicorn's is.
    """

    def __init__(self, protocol: asyncio.Protocol) -> None:
        self._data_received: Callable[[bytes], None] = protocol.data_received
        self.connection_made = protocol.connection_made
        self.connection_lost = protocol.connection_lost
        self.eof_received = protocol.eof_received
        self.pause_writing = protocol.pause_writing
        self.resume_writing = protocol.resume_writing

    def get_buffer(self, _: int) -> memoryview:
        return _BUFFER

    def buffer_updated(self, count: int) -> None:
        self._data_received(bytes(_BUFFER[:count]))

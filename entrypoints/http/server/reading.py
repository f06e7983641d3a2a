"""Connections are read in small parts."""

import asyncio

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
        self._protocol = protocol

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._protocol.connection_made(transport)

    def connection_lost(self, exc: Exception | None) -> None:
        self._protocol.connection_lost(exc)

    def get_buffer(self, _: int) -> memoryview:
        return _BUFFER

    def buffer_updated(self, nbytes: int) -> None:
        self._protocol.data_received(bytes(_BUFFER[:nbytes]))

    def eof_received(self) -> bool | None:
        return self._protocol.eof_received()

    def pause_writing(self) -> None:
        self._protocol.pause_writing()

    def resume_writing(self) -> None:
        self._protocol.resume_writing()

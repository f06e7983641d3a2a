"""An application behind uvicorn with our protocol, on a port of its own, in this process."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import uvicorn

from application.admission.pace import Pace
from entrypoints.http.server.crowd import Crowd
from entrypoints.http.server.protocol import ConnectionBounds, bounded_protocol

PATIENT = ConnectionBounds(head_bytes=64 << 10, head_seconds=30, stalled_seconds=30)
PLENTY = 1000
"""Connections; no test needs as many."""


class Server(uvicorn.Server):
    """Tells when it serves."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.ready.set()


@asynccontextmanager
async def serving(
    app: Any,
    bounds: ConnectionBounds = PATIENT,
    crowd: Crowd | None = None,
    keep_alive: int = 1,
    send_buffer: int = 0,
) -> AsyncIterator[tuple[str, int]]:
    """The address of a server of this application; its connections are ended with the context.

    They idle for `keep_alive` seconds. The system takes about `send_buffer` bytes of each, if that is given.
    """
    with socket.socket(proto=socket.IPPROTO_TCP) as listening:  # said, as asyncio asks for it: no answer is delayed
        if send_buffer:
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, send_buffer)  # its connections inherit it
        listening.bind(("127.0.0.1", 0))
        listening.listen(PLENTY)
        config = uvicorn.Config(
            app,
            lifespan="off",
            log_config=None,
            proxy_headers=False,
            http=bounded_protocol(bounds, crowd or Crowd(PLENTY, (), Pace())),
            ws="none",
            timeout_keep_alive=keep_alive,
            timeout_graceful_shutdown=1,
        )
        server = Server(config)
        task = asyncio.create_task(server._serve([listening]))
        await server.ready.wait()
        try:
            yield listening.getsockname()
        finally:
            server.should_exit = True
            await task


@asynccontextmanager
async def connected(address: tuple[str, int], receive_buffer: int = 0) -> AsyncIterator[socket.socket]:
    """A connection to this address, whose system reads ahead no further than `receive_buffer`, if that is given."""
    with socket.socket(proto=socket.IPPROTO_TCP) as connection:
        if receive_buffer:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        connection.setblocking(False)
        await asyncio.get_running_loop().sock_connect(connection, address)
        yield connection


async def ending(connection: socket.socket) -> bytes:
    """What the server sends until it ends the connection."""
    received = b""
    async with asyncio.timeout(10):
        try:
            while block := await asyncio.get_running_loop().sock_recv(connection, 1 << 16):
                received += block
        except ConnectionResetError:
            pass
    return received


async def sent(connection: socket.socket, *blocks: bytes, every: float = 0.0) -> None:
    """Send the blocks, unless the server has ended the connection."""
    try:
        for block in blocks:
            await asyncio.get_running_loop().sock_sendall(connection, block)
            await asyncio.sleep(every)
    except (ConnectionResetError, BrokenPipeError):
        pass

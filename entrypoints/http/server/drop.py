"""Ends a connection without waiting for its client."""

import asyncio
import socket
import struct

_AT_ONCE = struct.pack("ii", 1, 0)


def drop(transport: asyncio.Transport) -> None:
    """End the connection at once.

    The system throws away what the client has not taken (socket(7): SO_LINGER), too, megabytes at times: else it would
    keep them for as long as the client goes on taking a few bytes. A connection that has
    ended already is left as it is.
    """
    connection: socket.socket = transport.get_extra_info("socket")
    if connection.fileno() < 0:
        return
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _AT_ONCE)
    transport.abort()

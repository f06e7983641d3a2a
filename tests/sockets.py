"""What tests do with a connection that a well-behaved client does not."""

import socket
import struct


def reset_on_close(connection: socket.socket) -> None:
    """SO_LINGER of no time: closing throws away what is on its way, and the other side gets RST (socket(7))."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

"""One attacker: a connection at a time, from an address of its own, as raw as can be, so that it takes little CPU."""

import asyncio
import re
import socket
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from tests.load.abuse.target import Target

SMALL_WINDOW = 4096
"""Receive buffer in bytes of who wants the system to read little ahead."""
_READ_BYTES = 64 * 1024
_LENGTH = re.compile(rb"\r\ncontent-length: *([0-9]+)", re.IGNORECASE)
_STATUS = slice(9, 12)
"""Where the status stands in `HTTP/1.1 200 OK`."""
_SUCCESSES = (b"200", b"206")


class Client:
    """Attacks in rounds; what came of them is counted in `seen`, by status, or "closed" where no answer came."""

    def __init__(self, target: Target, number: int, source: str, seen: Counter[str]) -> None:
        self.target = target
        self.number = number
        self.rounds = number  # what goes in turn begins with another for each
        self.seen = seen
        self._source = source
        self._kept: socket.socket | None = None

    @property
    def unique(self) -> bytes:
        """What no other round of no other client has."""
        return b"%d-%d" % (self.number, self.rounds)

    @property
    def user(self) -> dict[str, str]:
        """One of the users that are registered, for each client another as far as they go."""
        return self.target.users[self.number % len(self.target.users)]

    async def connect(self, window: int | None = None) -> socket.socket:
        """A new connection; `window` is its receive buffer in bytes, so that the system does not read ahead."""
        connection = socket.socket()
        try:
            connection.setblocking(False)
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if window is not None:
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, window)
            connection.bind((self._source, 0))
            await asyncio.get_running_loop().sock_connect(connection, self.target.address)
        except BaseException:
            connection.close()
            raise
        return connection

    async def ask(self, request: bytes) -> None:
        """Send a request and read its answer, on the same connection as the last one where that is still open."""
        if self._kept is None:
            self._kept = await self.connect()
        sending = asyncio.ensure_future(send(self._kept, request))
        try:
            answer = await _answer(self._kept, has_body=not request.startswith(b"HEAD"))
        finally:
            sending.cancel()
            await asyncio.gather(sending, return_exceptions=True)
        self.note(answer)
        if b"connection: close" in answer.lower():
            self.drop()

    @contextmanager
    def under_way(self) -> Iterator[None]:
        """Count what is done meanwhile as "under way" where the attack ends before it is answered."""
        try:
            yield
        except asyncio.CancelledError:
            self.seen["under way"] += 1
            raise

    async def take_slowly(self, connection: socket.socket, bytes_a_second: int) -> None:
        """Note the answer, then take so many bytes of it each second, which may be none. Raises `OSError`."""
        status = await receive(connection, _STATUS.stop)
        self.note(status)
        while status[_STATUS] in _SUCCESSES:
            await asyncio.sleep(1)
            if bytes_a_second and not await receive(connection, bytes_a_second):
                self.seen["cut off"] += 1
                return

    def note(self, answer: bytes) -> None:
        """Count an answer by its status."""
        self.seen[answer[_STATUS].decode("latin-1") or "closed"] += 1

    def drop(self) -> None:
        """Close the connection that was kept. Safe to repeat."""
        if self._kept is not None:
            self._kept.close()
            self._kept = None


async def send(connection: socket.socket, data: bytes) -> None:
    """Send all of it. Raises `OSError`."""
    await asyncio.get_running_loop().sock_sendall(connection, data)


async def receive(connection: socket.socket, count: int) -> bytes:
    """What has come, `count` bytes at most; nothing where the service closed. Raises `OSError`."""
    return await asyncio.get_running_loop().sock_recv(connection, count)


async def send_until_answered(connection: socket.socket, block: bytes, every: float) -> bytes:
    """Send a block every so many seconds; the beginning of the answer, nothing where none came. Raises `OSError`."""
    answer = asyncio.ensure_future(receive(connection, _READ_BYTES))
    try:
        while not answer.done():
            await send(connection, block)
            await asyncio.wait({answer}, timeout=every)
        return answer.result()
    finally:
        answer.cancel()
        with suppress(asyncio.CancelledError, OSError):
            await answer


async def _answer(connection: socket.socket, *, has_body: bool) -> bytes:
    """The head of a whole answer. Raises `ConnectionError`, `OSError`."""
    received = b""
    while b"\r\n\r\n" not in received:
        received += await _some(connection)
    head, _, body = received.partition(b"\r\n\r\n")
    length = _LENGTH.search(head)
    left = int(length[1]) - len(body) if length and has_body else 0
    while left > 0:
        left -= len(await _some(connection))
    return head


async def _some(connection: socket.socket) -> bytes:
    block = await receive(connection, _READ_BYTES)
    if not block:
        raise ConnectionError("closed before the answer was whole")
    return block

"""Connections that are too slow or too large, as bytes on the wire against uvicorn with our protocol."""

import asyncio
import json
import logging
import socket
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import pytest
import uvloop

from entrypoints.http.server import stalling
from entrypoints.http.server.drop import drop
from entrypoints.http.server.protocol import BoundedProtocol, ConnectionBounds
from entrypoints.http.server.slow_readers import DROP, end_slow_responses
from entrypoints.http.server.turns import MAX_WAITING_REQUESTS
from entrypoints.settings.requests import Requests
from tests.integration.serving import connected, ending, sent, serving
from tests.logs import captured_logs
from tests.sockets import reset_on_close

BOUNDS = ConnectionBounds(head_bytes=2000, head_seconds=0.3, stalled_seconds=0.3)
PATIENT = ConnectionBounds(head_bytes=2000, head_seconds=30, stalled_seconds=30)
REQUEST = b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"
MANY_BYTES = 64 << 20
"""More than the systems at both ends hold."""


async def app(scope: Any, receive: Any, send: Any) -> None:
    """Answers with as many bytes as the path says, or for /echo with the body, once the body is read.

    For /wait it waits in between.
    """
    if scope["path"] == "/echo":
        await echo(receive, send)
        return
    size = int(scope["path"][1:] or 2) if scope["path"] != "/wait" else 2
    await body_of(receive)
    if scope["path"] == "/wait":
        await asyncio.sleep(3 * BOUNDS.head_seconds)
    headers = [(b"content-length", str(size).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    while size:
        block = min(size, 1 << 16)
        size -= block
        await send({"type": "http.response.body", "body": bytes(block), "more_body": size > 0})


async def body_of(receive: Any) -> bytes:
    """As much of it as came."""
    body, more = b"", True
    while more:
        message = await receive()
        body, more = body + message.get("body", b""), message.get("more_body", False)
    return body


async def echo(receive: Any, send: Any) -> None:
    body = await body_of(receive)
    headers = [(b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})


@asynccontextmanager
async def served(bounds: ConnectionBounds, receive_buffer: int = 0) -> AsyncIterator[socket.socket]:
    """A connection to a server with these bounds."""
    async with serving(app, bounds) as address, connected(address, receive_buffer) as connection:
        yield connection


@pytest.mark.parametrize("begun", [b"", b"GET", b"GET / HTTP/1.1\r\nHost: a\r\nA: ", b"\r\n"])
async def test_a_head_that_does_not_come_ends_the_connection(begun: bytes) -> None:
    async with served(BOUNDS) as connection:
        await sent(connection, begun)
        assert await ending(connection) == b""


async def test_a_head_that_comes_a_byte_at_a_time_ends_the_connection() -> None:
    async with served(BOUNDS) as connection:
        started = time.monotonic()
        await sent(connection, *(bytes([byte]) for byte in REQUEST), every=0.05)
        assert await ending(connection) == b""
        assert time.monotonic() - started < 0.05 * len(REQUEST) + 1


@pytest.mark.parametrize("more", [[b"GET / HT"], [b"\r\n"] * 60])
async def test_a_further_head_has_the_same_time(more: list[bytes]) -> None:
    async with served(BOUNDS) as connection:
        await sent(connection, REQUEST, *more, every=0.05)
        assert (await ending(connection)).count(b"HTTP/1.1 200") == 1


async def test_a_request_that_is_being_answered_is_not_ended_by_what_follows_it() -> None:
    async with served(BOUNDS) as connection:
        await sent(connection, REQUEST.replace(b"/ ", b"/wait "), b"\r\nGET /")
        assert (await ending(connection)).startswith(b"HTTP/1.1 200")


LONG = b"x" * 3000
LARGE_HEADS = {
    "one field": [b"GET / HTTP/1.1\r\nA: " + LONG + b"\r\n\r\n"],
    "many fields": [b"GET / HTTP/1.1\r\n" + b"A: b\r\n" * 2000 + b"\r\n"],
    "an address": [b"GET /?" + LONG + b" HTTP/1.1\r\n\r\n"],
    "a field without an end": [b"GET / HTTP/1.1\r\nA: ", *[b"x" * 1500] * 100],
    "a name without an end": [b"GET / HTTP/1.1\r\n", *[b"x" * 1500] * 100],
    "a trailer": [b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nA: " + LONG + b"\r\n\r\n"],
    "a trailer without an end": [
        b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n0\r\nA: ",
        *[b"x" * 1500] * 100,
    ],
    "a chunk extension": [b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n2;", *[b"x" * 1500] * 100],
}


@pytest.mark.parametrize("blocks", LARGE_HEADS.values(), ids=LARGE_HEADS)
async def test_a_head_that_is_too_large_ends_the_connection(blocks: list[bytes]) -> None:
    async with served(PATIENT) as connection:
        await sent(connection, *blocks)
        answer = await ending(connection)
        assert answer == b"" or answer.startswith(b"HTTP/1.1 400")


async def test_heads_within_the_bound_and_long_bodies_pass() -> None:
    chunk = b"1000\r\n" + bytes(0x1000) + b"\r\n"
    chunked = b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n" + chunk * 20 + b"0\r\nA: b\r\n\r\n"
    counted = b"POST / HTTP/1.1\r\nContent-Length: 90000\r\n\r\n" + bytes(90000)
    last = b"GET / HTTP/1.1\r\nConnection: close\r\nA: " + b"x" * 1500 + b"\r\n\r\n"
    async with served(BOUNDS) as connection:
        await sent(connection, chunked, counted, last)
        assert (await ending(connection)).count(b"HTTP/1.1 200") == 3


@pytest.mark.parametrize("connection_header", [b"keep-alive", b"close"])
async def test_a_client_that_takes_nothing_is_dropped(connection_header: bytes) -> None:
    head = b"GET /%d HTTP/1.1\r\nConnection: %s\r\n\r\n" % (MANY_BYTES, connection_header)
    async with served(BOUNDS, receive_buffer=4096) as connection:
        await sent(connection, head)
        await asyncio.sleep(4 * BOUNDS.stalled_seconds)
        assert len(await ending(connection)) < MANY_BYTES


@pytest.mark.parametrize("make_loop", [uvloop.new_event_loop, asyncio.new_event_loop])
@pytest.mark.parametrize(
    ("how", "more"), [(b"close", b""), (b"keep-alive", b"no HTTP\r\n\r\n")], ids=["closed", "ended"]
)
def test_a_client_that_takes_nothing_of_what_is_left_is_dropped(
    monkeypatch: pytest.MonkeyPatch, make_loop: Any, how: bytes, more: bytes
) -> None:
    """The answer is whole, and the connection is being closed."""
    size, bounds = 60_000, replace(PATIENT, stalled_seconds=0.3)

    async def received() -> bytes:
        dropped = asyncio.Event()

        def drop_noted(transport: asyncio.Transport) -> None:
            assert transport.is_closing()
            drop(transport)
            dropped.set()

        monkeypatch.setattr(stalling, "drop", drop_noted)
        async with serving(app, bounds, send_buffer=4096) as address, connected(address, 4096) as connection:
            await sent(connection, b"GET /%d HTTP/1.1\r\nConnection: %s\r\n\r\n" % (size, how))
            await asyncio.get_running_loop().sock_recv(connection, 15)
            await sent(connection, more)
            await asyncio.wait_for(dropped.wait(), 10)
            return await ending(connection)

    with asyncio.Runner(loop_factory=make_loop) as runner:
        assert 0 < len(runner.run(received())) < size


@pytest.mark.parametrize("make_loop", [uvloop.new_event_loop, asyncio.new_event_loop])
def test_a_connection_that_has_ended_is_not_dropped_again(make_loop: Any) -> None:
    """Two clocks may run out together, and the client may reset the connection before."""

    class Dropped(asyncio.Protocol):
        def connection_made(self, transport: Any) -> None:
            self.transport, self.lost = transport, asyncio.Event()
            drop(transport)
            drop(transport)

        def connection_lost(self, exc: Exception | None) -> None:
            drop(self.transport)
            self.lost.set()

    async def dropped() -> None:
        protocol = Dropped()
        server = await asyncio.get_running_loop().create_server(lambda: protocol, "127.0.0.1", 0)
        async with server, connected(server.sockets[0].getsockname()) as connection:
            assert await ending(connection) == b""
            await protocol.lost.wait()
            await asyncio.sleep(0)
            assert protocol.transport.get_extra_info("socket").fileno() < 0
            drop(protocol.transport)

    with asyncio.Runner(loop_factory=make_loop) as runner:
        runner.run(dropped())


async def test_h34_a_reader_of_a_page_that_is_cut_off_leaves_no_error(caplog: pytest.LogCaptureFixture) -> None:
    """What goes on sending without ever waiting hears of the cut before the transport tells."""
    ended = asyncio.Event()

    async def noted(scope: Any, receive: Any, send: Any) -> None:
        await app(scope, receive, send)
        ended.set()

    watched = end_slow_responses(noted, Requests(min_download_rate=1 << 30, download_grace=0))
    async with serving(watched, PATIENT) as address, connected(address, 4096) as connection:
        await sent(connection, REQUEST.replace(b"/ ", b"/%d " % MANY_BYTES))
        await asyncio.wait_for(ended.wait(), 10)
        assert len(await ending(connection)) < MANY_BYTES
    assert [record for record in caplog.records if record.levelno > logging.INFO] == []


async def test_a_body_that_came_early_is_kept_until_its_answer_begins() -> None:
    """The interim answer may be what is too much for the transport to take at once."""

    async def paused(scope: Any, receive: Any, send: Any) -> None:
        protocol = scope["state"][DROP].__self__
        protocol.pause_writing()
        protocol.resume_writing()
        await echo(receive, send)

    head = b"POST /echo HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 5\r\nConnection: close\r\n\r\n"
    async with serving(paused, PATIENT) as address, connected(address) as connection:
        await sent(connection, head + b"early")
        assert (await ending(connection)).endswith(b"\r\n\r\nearly")


async def test_a_client_that_takes_little_at_a_time_is_served() -> None:
    size = 4 << 20
    async with served(BOUNDS, receive_buffer=4096) as connection:
        await sent(connection, b"GET /%d HTTP/1.1\r\nConnection: close\r\n\r\n" % size)
        received = 0
        for _ in range(20):
            received += len(await asyncio.get_running_loop().sock_recv(connection, 30_000))
            await asyncio.sleep(BOUNDS.stalled_seconds / 3)
        assert received + len(await ending(connection)) > size


@pytest.mark.parametrize(
    "ask", [b"CONNECT a:1 HTTP/1.1\r\n", b"GET / HTTP/1.1\r\nConnection: upgrade\r\nUpgrade: h2c\r\n"]
)
async def test_asking_for_another_protocol_is_no_warning(ask: bytes, caplog: pytest.LogCaptureFixture) -> None:
    async with served(BOUNDS) as connection:
        await sent(connection, ask + b"Host: a\r\n\r\n")
        await ending(connection)
    assert [record for record in caplog.records if "pgrade" in record.message] == []


UPGRADE = b"POST /echo HTTP/1.1\r\nHost: a\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n"
CLOSING = b"POST /echo HTTP/1.1\r\nConnection: close\r\nContent-Length: 4\r\n\r\nlast"


@pytest.mark.parametrize(
    "body", [b"Content-Length: 5\r\n\r\nfirst", b"Transfer-Encoding: chunked\r\n\r\n5\r\nfirst\r\n0\r\n\r\n"]
)
@pytest.mark.parametrize("cut", [1, 20, 75, 10_000])
async def test_a_body_is_read_whatever_protocol_its_head_asks_for(body: bytes, cut: int) -> None:
    request = UPGRADE + body + UPGRADE + body + CLOSING
    async with served(BOUNDS) as connection:
        await sent(connection, *(request[at : at + cut] for at in range(0, len(request), cut)))
        answers = await ending(connection)
    assert answers.count(b"HTTP/1.1 200") == 3
    assert [answer.split(b"\r\n\r\n")[-1] for answer in answers.split(b"HTTP/1.1 200")[1:]] == [
        *(b"first", b"first", b"last")
    ]


async def test_a_large_head_that_asks_for_another_protocol_ends_the_connection() -> None:
    async with served(PATIENT) as connection:
        await sent(connection, UPGRADE + b"A: b\r\n" * 2000 + b"\r\n")
        assert (await ending(connection)).startswith(b"HTTP/1.1 400")


@pytest.mark.parametrize("head", [REQUEST, UPGRADE + b"\r\n"])
async def test_too_many_requests_that_wait_end_the_connection(head: bytes) -> None:
    slow = REQUEST.replace(b"/ ", b"/wait ")
    async with served(PATIENT) as connection:
        await sent(connection, slow + head * (MAX_WAITING_REQUESTS + 1))
        answer = await ending(connection)
    assert answer.startswith(b"HTTP/1.1 400")
    assert answer.count(b"HTTP/1.1") == 1


async def test_as_many_requests_as_may_wait_are_answered() -> None:
    slow = REQUEST.replace(b"/ ", b"/wait ")
    async with served(BOUNDS) as connection:
        await sent(connection, slow + REQUEST * MAX_WAITING_REQUESTS)
        assert (await ending(connection)).count(b"HTTP/1.1 200") == 1 + MAX_WAITING_REQUESTS


@pytest.mark.parametrize(("version", "interim"), [(b"1.1", 1), (b"1.0", 0)])
async def test_only_who_knows_interim_answers_gets_one(version: bytes, interim: int) -> None:
    head = b"POST / HTTP/%s\r\nExpect: 100-continue\r\nContent-Length: 2\r\nConnection: close\r\n\r\n" % version
    async with served(BOUNDS) as connection:
        await sent(connection, head, b"ab", every=0.05)
        answer = await ending(connection)
    assert answer.count(b"100 Continue") == interim
    assert answer.count(b"HTTP/1.1 200") == 1


async def test_h26_a_field_after_the_body_is_dropped() -> None:
    seen: list[tuple[bytes, bytes]] = []

    async def noting(scope: Any, receive: Any, send: Any) -> None:
        await echo(receive, send)
        seen.extend(scope["headers"])

    trailers = b"X-Forwarded-For: 1.1.1.1\r\nAuthorization: Bearer a\r\nHost: evil\r\n"
    async with serving(noting, PATIENT) as address, connected(address) as connection:
        request = (
            b"POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n0\r\n"
        )
        await sent(connection, request + trailers + b"\r\n")
        assert (await ending(connection)).endswith(b"ab")
    assert seen == [(b"host", b"a"), (b"connection", b"close"), (b"transfer-encoding", b"chunked")]


@pytest.mark.parametrize("head", [REQUEST, b"GET / HTTP/1.1\r\nUpgrade: h2c\r\nConnection: upgrade\r\n\r\n"])
@pytest.mark.parametrize(("fault", "level"), [(KeyError("ours"), "error"), (ValueError("theirs"), "info")])
async def test_a_fault_of_ours_is_not_told_as_the_clients(
    monkeypatch: pytest.MonkeyPatch, head: bytes, fault: Exception, level: str
) -> None:
    def begin(self: BoundedProtocol) -> None:
        raise fault

    monkeypatch.setattr(BoundedProtocol, "_begin", begin)
    with captured_logs("json") as log:
        async with served(PATIENT) as connection:
            await sent(connection, head)
            await ending(connection)
    first, *_ = [json.loads(line) for line in log.getvalue().splitlines() if "uvicorn" not in line]
    assert first["level"] == level
    assert ("KeyError: 'ours'" in first.get("exception", "")) is (level == "error")


WHOLE = [b"GET /wait HTTP/1.1\r\nHost: a\r\n\r\n", b"POST /wait HTTP/1.1\r\nContent-Length: 2\r\n\r\nab"]


@pytest.mark.parametrize("more", range(3))
@pytest.mark.parametrize("request_", WHOLE)
async def test_h25_a_client_that_sends_no_more_gets_its_answers(request_: bytes, more: int) -> None:
    async with served(PATIENT) as connection:
        await sent(connection, request_ + REQUEST * more)
        connection.shutdown(socket.SHUT_WR)
        assert (await ending(connection)).count(b"HTTP/1.1 200") == 1 + more


@pytest.mark.parametrize("rest", [b"GET / HTTP", b"POST / HTTP/1.1\r\nContent-Length: 5\r\n\r\nab"])
@pytest.mark.parametrize("earlier", [b"", REQUEST.replace(b"/ ", b"/wait ")])
async def test_h25_a_client_that_leaves_within_a_request_is_not_waited_for(earlier: bytes, rest: bytes) -> None:
    async with served(PATIENT) as connection:
        await sent(connection, earlier, rest)
        connection.shutdown(socket.SHUT_WR)
        assert await ending(connection) == b""


async def test_h25_a_connection_without_a_request_ends_with_its_client() -> None:
    async with served(PATIENT) as connection:
        await sent(connection, REQUEST)
        await asyncio.get_running_loop().sock_recv(connection, 1 << 16)
        connection.shutdown(socket.SHUT_WR)
        assert await ending(connection) == b""


CUT = {
    "a further head": REQUEST.replace(b"/ ", b"/%d " % MANY_BYTES) + b"GET / HTTP/1.1\r\nHo",
    "a further body": REQUEST.replace(b"/ ", b"/%d " % MANY_BYTES) + b"POST / HTTP/1.1\r\nContent-Length: 5\r\n\r\nab",
    "a whole further request": REQUEST.replace(b"/ ", b"/%d " % MANY_BYTES) + REQUEST,
    "a large answer": REQUEST.replace(b"/ ", b"/%d " % MANY_BYTES),
    "a body": b"POST /echo HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n" + b"1\r\na\r\n" * 99,
    "no HTTP": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" * 20,
    "another protocol": b"POST /echo HTTP/1.1\r\nConnection: upgrade\r\nUpgrade: h2c\r\nContent-Length: 9\r\n\r\n",
}


@pytest.mark.parametrize("how", [socket.SHUT_WR, socket.SHUT_RDWR, None], ids=["half", "whole", "reset"])
@pytest.mark.parametrize("request_", CUT.values(), ids=CUT)
async def test_h25_a_client_that_leaves_is_no_warning(
    request_: bytes, how: int | None, caplog: pytest.LogCaptureFixture
) -> None:
    async with served(BOUNDS, receive_buffer=4096) as connection:
        await sent(connection, request_)
        await asyncio.sleep(0.05)
        if how is None:
            reset_on_close(connection)
        else:
            connection.shutdown(how)
    assert [record for record in caplog.records if record.levelno > logging.INFO] == []

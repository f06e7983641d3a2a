"""What many connections, or one with much in it, may take: against uvicorn with our protocol."""

import asyncio
import gc
import json
import logging
import socket
import tracemalloc
import weakref
from collections.abc import Callable, Hashable
from contextlib import AsyncExitStack, suppress
from ipaddress import ip_network
from itertools import islice
from typing import Any

import pytest

from application.admission.pace import Pace
from entrypoints.cli import serve
from entrypoints.http.app import create_app
from entrypoints.http.server import bodies, pieces
from entrypoints.http.server import crowd as crowds
from entrypoints.http.server.crowd import Crowd
from entrypoints.http.server.head import MAX_FIELDS
from entrypoints.http.server.refusal import answer_refused
from entrypoints.http.server.slow_readers import DROP
from entrypoints.http.server.turns import MAX_WAITING_REQUESTS
from entrypoints.http.server.unread_bodies import end_refused_uploads
from entrypoints.settings.settings import Settings
from tests.integration.serving import connected, ending, sent, serving
from tests.sockets import reset_on_close
from tests.unit.memory import in_memory_container

LIVE = b"GET /health/live HTTP/1.1\r\nHost: here\r\n\r\n"
HOME = b"GET / HTTP/1.1\r\nHost: here\r\n\r\n"
UNFINISHED = b"POST /register HTTP/1.1\r\nHost: here\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n{"


def service(**settings: Any) -> Any:
    return create_app(in_memory_container(Settings().but(**settings)))


async def answer(connection: socket.socket, request: bytes) -> tuple[int, dict[str, str], bytes]:
    """Status, headers and body of the answer to a request, whose connection may go on."""
    await sent(connection, request)
    received = b""
    async with asyncio.timeout(10):
        while b"\r\n\r\n" not in received:
            block = await asyncio.get_running_loop().sock_recv(connection, 1 << 16)
            assert block, f"the connection ended after {received!r}"
            received += block
    head, _, body = received.partition(b"\r\n\r\n")
    status, *lines = head.decode().split("\r\n")
    headers = dict(line.split(": ", 1) for line in lines)
    while len(body) < int(headers["content-length"]):
        body += await asyncio.get_running_loop().sock_recv(connection, 1 << 16)
    return int(status.split()[1]), headers, body


def is_refusal(found: tuple[int, dict[str, str], bytes], refused: int = 503, code: str = "service.overloaded") -> None:
    status, headers, body = found
    assert (status, json.loads(body)["code"]) == (refused, code)
    assert int(headers["retry-after"]) > 0


@pytest.mark.parametrize(("trusted", "allowed"), [((), 6), ((ip_network("127.0.0.0/8"),), 8)])
async def test_h23_one_address_gets_three_quarters_of_the_connections(trusted: Any, allowed: int) -> None:
    crowd = Crowd(8, trusted, Pace())
    async with serving(service(), crowd=crowd) as address, AsyncExitStack() as held:
        connections = [await held.enter_async_context(connected(address)) for _ in range(allowed)]
        for connection in connections:
            assert (await answer(connection, HOME))[0] == 200
        async with connected(address) as one_too_many:
            found = await answer(one_too_many, HOME)
            is_refusal(found)
            assert found[1]["connection"] == "close"
            assert await ending(one_too_many) == b""
        async with connected(address) as supervisor:
            assert (await answer(supervisor, LIVE))[0] == 200
        connections[0].close()
        assert await comes_in(address)


async def comes_in(address: tuple[str, int]) -> bool:
    """Whether a connection is an ordinary one, soon."""
    async with asyncio.timeout(10):
        while True:
            async with connected(address) as connection:
                if (await answer(connection, HOME))[0] == 200:
                    return True


async def test_h23_beyond_the_spare_connections_there_is_none() -> None:
    async with serving(service(), crowd=Crowd(4, (), Pace())) as address, AsyncExitStack() as held:
        connections = [await held.enter_async_context(connected(address)) for _ in range(3 + 1)]
        async with connected(address) as refused:
            assert await ending(refused) == b""
        assert (await answer(connections[0], HOME))[0] == 200


async def test_h23_a_spare_connection_that_says_nothing_ends_soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("entrypoints.http.server.protocol.SPARE_SECONDS", 0.1)
    async with serving(service(), crowd=Crowd(1, (), Pace())) as address:
        async with connected(address), connected(address) as spare:
            assert await ending(spare) == b""


@pytest.mark.parametrize(("most", "refusal"), [(3, (503, "service.overloaded")), (4, (429, "limit.places"))])
async def test_h23_more_requests_than_are_answered_at_once_are_refused(most: int, refusal: tuple[int, str]) -> None:
    """Of three there are no parts; of four one is left for others."""
    async with serving(service(max_requests=most, max_downloads=1)) as address, AsyncExitStack() as held:
        for _ in range(3):
            connection = await held.enter_async_context(connected(address))
            await sent(connection, UNFINISHED)
        async with connected(address) as other:
            async with asyncio.timeout(10):
                while (found := await answer(other, HOME))[0] == 200:  # the unfinished ones are on their way
                    pass
            is_refusal(found, *refusal)
            assert (await answer(other, LIVE))[0] == 200
            connection.close()
            async with asyncio.timeout(10):
                while (await answer(other, HOME))[0] == refusal[0]:
                    pass


async def test_h22_the_system_takes_little_for_a_slow_reader() -> None:
    taken = 0
    with serve._listen("127.0.0.1", 0) as listening:
        async with connected(listening.getsockname(), 4096):
            with listening.accept()[0] as accepted:
                accepted.setblocking(False)
                with suppress(BlockingIOError):
                    while taken < 8 << 20:
                        taken += accepted.send(bytes(1 << 16))
    assert serve.UNSENT_BYTES <= taken <= 3 * serve.UNSENT_BYTES  # it would be some 2.5 MB


HEAD = b"POST /nope HTTP/1.1\r\nHost: here\r\nTransfer-Encoding: chunked\r\n\r\n"


@pytest.mark.parametrize("method", [b"GET", b"POST"])
@pytest.mark.parametrize("path", [b"/nope", b"/", b"/register", b"/add_track", b"/record"])
async def test_h24_a_body_in_tiny_pieces_ends_the_connection(
    monkeypatch: pytest.MonkeyPatch, method: bytes, path: bytes
) -> None:
    counted: list[int] = []

    class Counted(pieces.Pieces):
        def take(self) -> tuple[bytes, int]:
            counted.append(len(self.gathered))
            return super().take()

    monkeypatch.setattr(bodies, "Pieces", Counted)
    head = HEAD.replace(b"POST /nope", method + b" " + path)
    async with serving(service()) as address, connected(address) as connection:
        await sent(connection, head, *[b"1\r\na\r\n" * 10_000] * 100)
        received = await ending(connection)
    assert received == b"" or received.startswith(b"HTTP/1.1 4")
    assert pieces.FREE_PIECES < sum(counted) <= pieces.FREE_PIECES + pieces.PIECES_AT_ONCE  # of a million


class Turns(Pace):
    """Counts those who rested."""

    rested = 0

    async def rest(self, *holders: Hashable) -> None:
        self.rested += 1
        await super().rest(*holders)


@pytest.mark.parametrize(("piece", "rests"), [(16, True), (4096, False)])
async def test_h24_a_connection_whose_pieces_take_long_to_read_rests(piece: int, rests: bool) -> None:
    turns, size = Turns(), 500_000
    chunk = b"%x\r\n" % piece + bytes(piece) + b"\r\n"
    async with serving(service(), crowd=Crowd(10, (), turns)) as address, connected(address) as connection:
        request = HEAD + chunk * (size // piece) + b"0\r\n\r\n"
        assert (await answer(connection, request))[0] == 404
    assert bool(turns.rested) == rests


async def test_h24_pieces_of_a_recorders_size_pass() -> None:
    body = b"a0\r\n" + bytes(160) + b"\r\n"
    async with serving(service()) as address, connected(address) as connection:
        request = HEAD + body * (2 * pieces.FREE_PIECES) + b"0\r\n\r\n"
        assert (await answer(connection, request))[0] == 404


async def test_h24_a_refused_body_is_read_within_bounds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pieces, "UNWANTED_BYTES", 1 << 20)
    async with serving(service()) as address, connected(address) as connection:
        head = b"POST /nope HTTP/1.1\r\nHost: here\r\nContent-Length: 1000000000\r\n\r\n"
        async with asyncio.timeout(4):  # it would be read for five seconds
            await sent(connection, head, *[bytes(1 << 16)] * 1000)
            assert (await ending(connection))[:12] in (b"HTTP/1.1 404", b"")


async def test_h25_a_body_that_goes_on_after_the_answer_began_wakes_nobody() -> None:
    """Whoever waits for the client to leave would be told of every piece, and Litestar calls itself each time."""
    told: list[Any] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"begun", "more_body": True})
        while (message := await receive())["type"] == "http.request" and message["more_body"]:
            told.append(message)
        await send({"type": "http.response.body", "body": b"", "more_body": False})

    async with serving(app) as address, connected(address) as connection:
        await sent(connection, b"GET / HTTP/1.1\r\nHost: here\r\nConnection: close\r\nContent-Length: 200\r\n\r\n")
        await asyncio.get_running_loop().sock_recv(connection, 1 << 16)
        await sent(connection, *[b"a"] * 200, every=0.001)
        await ending(connection)
    assert told == []


def growth_since(before: int) -> int:
    gc.collect()
    return tracemalloc.get_traced_memory()[0] - before


@pytest.mark.parametrize("fields", [MAX_FIELDS, MAX_FIELDS + 1])
async def test_h27_a_head_of_many_fields_is_refused(fields: int) -> None:
    request = b"GET /health/live HTTP/1.1\r\nHost: here\r\n" + b"a:\r\n" * (fields - 1) + b"\r\n"
    async with serving(service()) as address, connected(address) as connection:
        await sent(connection, request, b"GET / HTTP/1.1\r\nConnection: close\r\n\r\n")
        assert (await ending(connection)).startswith(b"HTTP/1.1 200" if fields == MAX_FIELDS else b"HTTP/1.1 400")


async def test_h27_heads_that_are_not_whole_hold_no_more_than_they_may_together(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(crowds, "HELD_BYTES", 1 << 20)
    unfinished = b"GET / HTTP/1.1\r\nHost: here\r\nA: " + b"x" * 60_000
    tracemalloc.start()
    try:
        async with serving(service()) as address, AsyncExitStack() as held:
            await comes_in(address)
            before = growth_since(0)
            connections = [await held.enter_async_context(connected(address)) for _ in range(100)]
            for connection in connections:
                await sent(connection, unfinished)
            async with connected(address) as other:
                assert (await answer(other, HOME))[0] == 200  # whoever sends a head at once is not concerned
            assert growth_since(before) < 3 << 20  # of 6 MB
    finally:
        tracemalloc.stop()


LARGE_FIELD = b"A: " + b"x" * 60_000 + b"\r\n\r\n"


@pytest.mark.parametrize(
    "behind",
    [
        b"POST /register HTTP/1.1\r\nHost: here\r\nContent-Length: 60000\r\n\r\n" + bytes(60_000),
        HOME.removesuffix(b"\r\n") + LARGE_FIELD,
    ],
    ids=["body", "head"],
)
async def test_h27_what_waits_behind_a_slow_reader_is_bounded(monkeypatch: pytest.MonkeyPatch, behind: bytes) -> None:
    monkeypatch.setattr(crowds, "HELD_BYTES", 1 << 20)
    slow = b"GET /assets/swagger-ui-bundle.js HTTP/1.1\r\nHost: here\r\n\r\n"
    crowd = Crowd(100, (ip_network("127.0.0.0/8"),), Pace())
    async with serving(service(), crowd=crowd, send_buffer=4096) as address, AsyncExitStack() as held:
        for _ in range(40):
            connection = await held.enter_async_context(connected(address, 4096))
            await sent(connection, slow)
            await asyncio.get_running_loop().sock_recv(connection, 12)  # the answer has begun, and goes on for long
            await sent(connection, behind)
        async with connected(address) as other:
            assert (await answer(other, HOME))[0] == 200  # an ordinary request comes in nevertheless
            kept = 100 - crowd._ordinary.free - 1
            assert 10 < kept <= (1 << 20) / (60_000 - crowds.FREE_BYTES)  # of 40; the others have ended
            assert crowd._held.free < 60_000
    assert crowd._held.free == 1 << 20  # all of it was given back


async def test_h27_heads_of_requests_that_are_being_answered_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crowds, "HELD_BYTES", 1 << 20)
    goes_on, begun = asyncio.Event(), []
    request = HOME.removesuffix(b"\r\n") + LARGE_FIELD

    async def app(scope: Any, receive: Any, send: Any) -> None:
        begun.append(scope)
        if len(scope["headers"]) > 1:
            await goes_on.wait()
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
        await send({"type": "http.response.body", "body": b"ok"})

    crowd = Crowd(100, (ip_network("127.0.0.0/8"),), Pace())
    async with serving(app, crowd=crowd) as address, AsyncExitStack() as held:
        connections = [await held.enter_async_context(connected(address)) for _ in range(40)]
        for connection in connections:
            await sent(connection, request)
        async with connected(address) as other:
            assert (await answer(other, HOME))[0] == 200  # an ordinary request comes in nevertheless
        assert 10 < len(begun) - 1 <= (1 << 20) / (60_000 - crowds.FREE_BYTES)  # of 40
        assert crowd._held.free < 60_000
        goes_on.set()
        statuses = [(await asyncio.get_running_loop().sock_recv(connection, 12))[9:] for connection in connections]
        assert statuses.count(b"200") == len(begun) - 1
        assert statuses.count(b"400") == 40 - statuses.count(b"200")
    assert crowd._held.free == 1 << 20


@pytest.mark.parametrize("further", [b"", b"GET / HTTP/1.1\r\nHo"])
async def test_h27_nothing_is_kept_of_requests_that_are_answered(further: bytes) -> None:
    crowd, count = Crowd(100, (), Pace()), 50
    live = LIVE.removesuffix(b"\r\n") + LARGE_FIELD
    async with serving(service(), crowd=crowd, keep_alive=60) as address, AsyncExitStack() as held:
        connections = [await held.enter_async_context(connected(address)) for _ in range(count)]
        assert (await answer(connections[0], live))[0] == 200
        tracemalloc.start()
        try:
            for connection in connections:
                assert (await answer(connection, live))[0] == 200
                await sent(connection, further)
            assert (await answer(connections[0], b"st: here\r\n\r\n" if further else HOME))[0] == 200
            assert growth_since(0) < count * 12_000  # of 60,000 each, and what a connection is by itself
        finally:
            tracemalloc.stop()
        assert crowd._ordinary.free == 100 - count  # all are there
        assert crowd._held.free == crowds.HELD_BYTES


async def test_h27_no_more_of_a_body_is_read_than_came_with_its_head_before_it_is_asked_for() -> None:
    read: list[int] = []
    counted: list[int] = []
    begun, goes_on = asyncio.Event(), asyncio.Event()
    crowd = Crowd(10, (), Pace())

    async def app(scope: Any, receive: Any, send: Any) -> None:
        if scope["method"] == "POST":
            begun.set()
            await goes_on.wait()
            counted.append(crowds.BODY_BYTES - crowd._bodies.free)
            while sum(read) < first + rest:
                read.append(len((await receive())["body"]))
            counted.append(crowds.BODY_BYTES - crowd._bodies.free)
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"0")]})
        await send({"type": "http.response.body", "body": b"", "more_body": False})

    first, rest = 10_000, 50_000
    request = posted(first + rest)
    async with serving(app, crowd=crowd) as address, connected(address) as connection:
        for earlier in (b"", b"", HOME):  # that it was asked for once brings nothing of the next one in
            await sent(connection, earlier + request[:-rest])
            await begun.wait()
            await sent(connection, request[-rest:])
            async with connected(address) as other:
                assert (await answer(other, LIVE))[0] == 200  # the server has seen meanwhile what it would see
            goes_on.set()
            received = b""
            while received.count(b"HTTP/1.1 200") < (2 if earlier else 1):
                received += await asyncio.get_running_loop().sock_recv(connection, 1 << 16)
            assert read == [first, rest]
            assert counted == [0 if earlier else first - crowds.FREE_BODY_BYTES, 0]  # it counts among those that wait
            for noted in (read, counted):
                noted.clear()
            begun.clear()
            goes_on.clear()


def asking_late(goes_on: asyncio.Event) -> Any:
    """An application that asks for bodies when it is told to, and answers with their length; it refuses like ours."""

    async def app(scope: Any, receive: Any, send: Any) -> None:
        if scope["path"] != "/at-once":
            await goes_on.wait()
        length, more = 0, True
        while more:
            message = await receive()
            length, more = length + len(message.get("body", b"")), message.get("more_body", False)
        text = str(length).encode()
        await send(
            {"type": "http.response.start", "status": 200, "headers": [(b"content-length", str(len(text)).encode())]}
        )
        await send({"type": "http.response.body", "body": text, "more_body": False})

    return end_refused_uploads(answer_refused(app))


def posted(size: int, path: bytes = b"/") -> bytes:
    return b"POST %s HTTP/1.1\r\nHost: here\r\nContent-Length: %d\r\n\r\n" % (path, size) + bytes(size)


async def test_h27_bodies_that_nobody_has_asked_for_are_bounded_together(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crowds, "BODY_BYTES", 1 << 20)
    goes_on, count, size = asyncio.Event(), 40, 60_000
    crowd = Crowd(100, (ip_network("127.0.0.0/8"),), Pace())
    async with serving(asking_late(goes_on), crowd=crowd) as address, AsyncExitStack() as held:
        connections = [await held.enter_async_context(connected(address)) for _ in range(count)]
        answers = [asyncio.create_task(answer(connection, posted(size))) for connection in connections]
        kept = (1 << 20) // (size - crowds.FREE_BODY_BYTES)
        for refused in islice(asyncio.as_completed(answers), count - kept):
            is_refusal(await refused)
        async with connected(address) as other:  # an ordinary registration comes in nevertheless
            assert (await answer(other, posted(crowds.FREE_BODY_BYTES, b"/at-once")))[0] == 200
            is_refusal(await answer(other, posted(size, b"/at-once")))
        goes_on.set()
        found = [await task for task in answers]
        assert [body for status, _, body in found if status == 200] == [str(size).encode()] * kept
        assert crowd._bodies.free == 1 << 20  # it was given back when they were asked for
        async with connected(address) as other:
            assert (await answer(other, posted(size)))[0] == 200


async def test_h27_bodies_count_no_more_once_their_requests_are_answered_or_gone() -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        if scope["path"] == "/fails":
            raise ValueError
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"0")]})
        await send({"type": "http.response.body", "body": b"", "more_body": False})

    crowd = Crowd(10, (), Pace())
    async with serving(app, crowd=crowd) as address:
        for path in (b"/unasked", b"/fails"):
            async with connected(address) as connection:
                await answer(connection, posted(60_000, path))
                assert crowd._bodies.free == crowds.BODY_BYTES
        async with connected(address) as connection:
            last = HOME.replace(b"Host", b"Connection: close\r\nHost")
            await sent(connection, posted(60_000) + posted(60_000) + last)
            assert (await ending(connection)).count(b"HTTP/1.1 200") == 3
    assert (crowd._bodies.free, crowd._held.free) == (crowds.BODY_BYTES, crowds.HELD_BYTES)


async def test_h27_a_hundred_uploads_of_one_address_come_in_at_once() -> None:
    goes_on, count, size = asyncio.Event(), 100, 200_000
    async with serving(asking_late(goes_on)) as address, AsyncExitStack() as held:
        connections = [await held.enter_async_context(connected(address)) for _ in range(count)]
        for connection in connections:
            connection.send(posted(size))  # without letting the server read in between
        goes_on.set()
        assert [(await answer(connection, b""))[::2] for connection in connections] == [(200, b"200000")] * count


async def test_who_sends_its_whole_body_first_gets_an_answer_that_does_not_wait_for_it() -> None:
    size, block = 16 << 20, bytes(1 << 16)

    async def app(scope: Any, receive: Any, send: Any) -> None:
        length = str(size).encode()
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", length)]})
        for sent_before in range(0, size, len(block)):
            more = sent_before + len(block) < size
            await send({"type": "http.response.body", "body": block, "more_body": more})

    async with serving(app) as address, connected(address) as connection:
        async with asyncio.timeout(30):
            await asyncio.get_running_loop().sock_sendall(connection, posted(size))
            assert len((await answer(connection, b""))[2]) == size


async def test_h27_requests_that_wait_count_for_what_they_take_however_small_they_are() -> None:
    goes_on, count = asyncio.Event(), 20
    crowd = Crowd(100, (), Pace())
    async with serving(asking_late(goes_on), crowd=crowd) as address, AsyncExitStack() as held:
        connections = [await held.enter_async_context(connected(address)) for _ in range(count)]
        for connection in connections:
            await sent(connection, HOME)
        async with connected(address) as other:
            await answer(other, posted(1, b"/at-once"))
        tracemalloc.start()
        try:
            for connection in connections:
                await sent(connection, HOME * MAX_WAITING_REQUESTS)
            async with connected(address) as other:
                await answer(other, posted(1, b"/at-once"))
                counted = crowds.HELD_BYTES - crowd._held.free + count * crowds.FREE_BYTES
                assert count * 10_000 < growth_since(0) < counted
        finally:
            tracemalloc.stop()
        goes_on.set()
        for connection in connections:
            connection.shutdown(socket.SHUT_WR)
            assert (await ending(connection)).count(b"HTTP/1.1 200") == 1 + MAX_WAITING_REQUESTS
    assert crowd._held.free == crowds.HELD_BYTES


LARGE_HOME = HOME.removesuffix(b"\r\n") + LARGE_FIELD


async def test_h27_what_a_request_holds_counts_until_it_ends_also_after_its_client_has_gone() -> None:
    goes_on, count = asyncio.Event(), 10
    crowd = Crowd(100, (), Pace())
    async with serving(asking_late(goes_on), crowd=crowd) as address:
        async with AsyncExitStack() as held:
            for _ in range(count):
                connection = await held.enter_async_context(connected(address))
                await sent(connection, LARGE_HOME)
                reset_on_close(connection)
            async with connected(address) as other:
                await answer(other, posted(1, b"/at-once"))
        await until(lambda: crowd._ordinary.free == 100)  # these are given back at once
        kept = count * (60_000 - crowds.FREE_BYTES)
        assert kept < crowds.HELD_BYTES - crowd._held.free < kept + count * 1000
        goes_on.set()
        await until(lambda: crowd._held.free == crowds.HELD_BYTES)


async def test_h27_what_waited_on_a_connection_that_is_ended_counts_no_more() -> None:
    goes_on = asyncio.Event()
    crowd = Crowd(100, (), Pace())
    async with serving(asking_late(goes_on), crowd=crowd) as address, connected(address) as connection:
        await sent(connection, LARGE_HOME + LARGE_HOME + HOME + b"none\r\n\r\n")
        assert (await ending(connection)).startswith(b"HTTP/1.1 400")
        assert 50_000 < crowds.HELD_BYTES - crowd._held.free < 60_000  # the first, which is still being answered
        goes_on.set()
        await until(lambda: crowd._held.free == crowds.HELD_BYTES)


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not condition():  # noqa: ASYNC110 # what it looks at tells nobody
            await asyncio.sleep(0.01)


@pytest.mark.parametrize("large", [LARGE_HOME, LARGE_HOME.removesuffix(b"\r\n\r\n")], ids=["whole", "unfinished"])
async def test_h27_a_connection_that_is_ended_keeps_nothing(
    monkeypatch: pytest.MonkeyPatch, large: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    """Neither while others come, before its end is over, nor later, when the garbage collector has not come by."""
    monkeypatch.setattr(crowds, "HELD_BYTES", 1 << 17)
    count = 50
    crowd = Crowd(100, (), Pace())
    async with serving(service(), crowd=crowd) as address, AsyncExitStack() as held:
        connections = [await held.enter_async_context(connected(address)) for _ in range(count)]
        await until(lambda: crowd._ordinary.free == 100 - count)
        gc.collect()
        gc.disable()
        tracemalloc.start()
        try:
            for connection in connections:
                connection.send(large)  # without letting the server read in between
            async with connected(address) as other:
                assert (await answer(other, LIVE))[0] == 200
            now, most = tracemalloc.get_traced_memory()
            assert now < count * 10_000  # of 60,000 each
            assert most < count * 20_000
        finally:
            tracemalloc.stop()
            gc.enable()
    assert crowd._held.free == 1 << 17
    assert [record for record in caplog.records if record.levelno > logging.INFO] == []


@pytest.mark.parametrize("reset", [False, True])
async def test_h27_a_connection_that_has_ended_does_not_wait_for_the_garbage_collector(*, reset: bool) -> None:
    known: list[weakref.ref[Any]] = []
    goes_on = asyncio.Event()
    refusing = asking_late(goes_on)

    async def app(scope: Any, receive: Any, send: Any) -> None:
        known.append(weakref.ref(scope["state"][DROP].__self__))
        await refusing(scope, receive, send)

    crowd = Crowd(100, (), Pace())
    async with serving(app, crowd=crowd, keep_alive=60) as address:
        gc.collect()
        gc.disable()
        try:
            async with connected(address) as connection:
                await answer(connection, posted(1, b"/at-once"))
                await sent(connection, posted(60_000) + HOME)
                await until(lambda: len(known) == 2)
                if reset:
                    reset_on_close(connection)
                goes_on.set()
            await until(lambda: crowd._ordinary.free == 100)
            await until(lambda: known[0]() is None)
        finally:
            gc.enable()

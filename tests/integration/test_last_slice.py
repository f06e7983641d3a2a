"""An answer has been sent when nothing of it is left in the service's own buffer: against uvicorn with our protocol."""

import asyncio
import socket
from typing import Any

import pytest
import uvloop

from application.admission.places import Places
from entrypoints.http.server.limit import limit_requests
from entrypoints.http.server.slow_readers import end_slow_responses
from entrypoints.settings.requests import Requests
from tests.integration.serving import connected, ending, sent, serving

BODY = bytes(range(256)) * 240
"""One slice, of which the systems at both ends take a part."""
SYSTEM_BYTES = 4096
GET = b"GET / HTTP/1.1\r\nHost: here\r\n\r\n"
PATIENT = Requests(min_download_rate=1, download_grace=30)
COUNTED = [(b"content-length", str(len(BODY)).encode())]


class Service:
    """Answers with one slice, and one request at a time."""

    def __init__(self, settings: Requests, headers: list[tuple[bytes, bytes]]) -> None:
        self.places = Places(1, "requests")
        self._limited = end_slow_responses(
            limit_requests(self._answer, self.places, Places(1, "downloads"), ()), settings
        )
        self._headers = headers
        self._ended = asyncio.Event()

    @property
    def free(self) -> int:
        return self.places.shares.free

    async def is_free(self) -> bool:
        """Once it is, which has to be soon."""
        await asyncio.wait_for(self._ended.wait(), 10)
        return self.free == 1

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        await self._limited(scope, receive, send)
        self._ended.set()

    async def _answer(self, scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": [*self._headers]})
        await send({"type": "http.response.body", "body": BODY, "more_body": False})


@pytest.mark.parametrize("make_loop", [uvloop.new_event_loop, asyncio.new_event_loop])
@pytest.mark.parametrize("headers", [COUNTED, []], ids=["counted", "chunked"])
@pytest.mark.parametrize(
    "request_",
    [
        GET.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"),
        GET.replace(b"HTTP/1.1", b"HTTP/1.0"),
        GET,
    ],
    ids=["close", "1.0", "half-closed"],
)
def test_h34_a_place_is_held_until_the_last_slice_is_taken(
    make_loop: Any, headers: list[tuple[bytes, bytes]], request_: bytes
) -> None:
    async def taken() -> bytes:
        service = Service(PATIENT, headers)
        async with serving(service, send_buffer=SYSTEM_BYTES) as address:
            async with connected(address, SYSTEM_BYTES) as connection:
                await sent(connection, request_)
                if request_ is GET:
                    connection.shutdown(socket.SHUT_WR)
                begun = await asyncio.get_running_loop().sock_recv(connection, 15)
                assert begun == b"HTTP/1.1 200 OK"
                assert service.free == 0  # it would have been given back with the first byte, in this very thread
                rest = await ending(connection)
                assert await service.is_free()
        return rest

    with asyncio.Runner(loop_factory=make_loop) as runner:
        received = runner.run(taken())
    if headers:
        assert received.endswith(b"\r\n\r\n" + BODY)
    else:
        assert received.endswith(b"\r\n\r\n%x\r\n" % len(BODY) + BODY + b"\r\n0\r\n\r\n")


async def test_the_next_request_is_answered_once_the_last_slice_is_taken() -> None:
    service = Service(PATIENT, COUNTED)
    async with serving(service, send_buffer=SYSTEM_BYTES) as address:
        async with connected(address, SYSTEM_BYTES) as connection:
            last = GET.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n")
            await sent(connection, GET + GET + last)
            received = await ending(connection)
    assert received.count(b"HTTP/1.1 200") == received.count(BODY) == 3


@pytest.mark.parametrize("headers", [COUNTED, []], ids=["counted", "chunked"])
async def test_h34_who_takes_the_last_slice_too_slowly_is_cut_off(headers: list[tuple[bytes, bytes]]) -> None:
    """A byte now and then is enough for a watch on clients that take nothing."""
    service = Service(Requests(min_download_rate=4 * len(BODY), download_grace=0), headers)
    async with serving(service, send_buffer=SYSTEM_BYTES) as address:
        async with connected(address, SYSTEM_BYTES) as connection:
            await sent(connection, GET)
            received = 0
            async with asyncio.timeout(10):
                try:
                    while block := await asyncio.get_running_loop().sock_recv(connection, 50):
                        received += len(block)
                        await asyncio.sleep(0.01)
                except ConnectionResetError:
                    pass
            assert 0 < received < len(BODY)
            assert await service.is_free()


async def test_h34_what_is_left_of_an_answer_ends_with_its_connection() -> None:
    service = Service(PATIENT, COUNTED)
    async with serving(service, send_buffer=SYSTEM_BYTES) as address:
        async with connected(address, SYSTEM_BYTES) as connection:
            await sent(connection, GET)
            await asyncio.get_running_loop().sock_recv(connection, 15)
            await sent(connection, b"no HTTP\r\n\r\n")
            assert await service.is_free()
            assert len(await ending(connection)) < len(BODY)


async def test_what_the_system_has_taken_of_an_answer_is_sent_though_its_connection_ends() -> None:
    """Nothing is left in the service's own buffer, so that nobody would have to see to it that the client takes it."""

    body, ended = bytes(100_000), asyncio.Event()

    async def half(scope: Any, receive: Any, send: Any) -> None:
        length = str(2 * len(body)).encode()
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", length)]})
        await send({"type": "http.response.body", "body": body, "more_body": True})
        while (await receive())["type"] != "http.disconnect":
            pass
        ended.set()

    async with serving(half, send_buffer=2 * len(body)) as address, connected(address, SYSTEM_BYTES) as connection:
        await sent(connection, GET)
        await asyncio.get_running_loop().sock_recv(connection, 15)
        await sent(connection, b"no HTTP\r\n\r\n")
        await asyncio.wait_for(ended.wait(), 10)
        assert (await ending(connection)).endswith(b"\r\n\r\n" + body)

"""What uploads take that wait for a place: against uvicorn with our protocol, over adapters in memory."""

import asyncio
import gc
import tracemalloc
from contextlib import AsyncExitStack, ExitStack

import pytest

from application.receive_recording import PLACE_SECONDS
from entrypoints.http.app import create_app
from entrypoints.settings.settings import Settings
from entrypoints.wiring.container import Container
from tests.integration.serving import connected, ending, serving
from tests.unit.http.forms import CONTENT_TYPE, form, part
from tests.unit.memory import in_memory_container
from tests.wavs import wav

UPLOADS = 16
MIB = 1 << 20
RECORDING = wav(bytes(2 * MIB))
HEAD = f"POST /add_track HTTP/1.1\r\nHost: here\r\nConnection: close\r\nContent-Type: {CONTENT_TYPE}\r\n"


async def upload(container: Container, number: int) -> bytes:
    """A whole request by a user of its own, credentials first."""
    user, token = await container.application.register()(f"Ann {number}")
    fields = part("user_id", str(user.user_id)), part("user_access_token", token)
    body = form(*fields, part("wav_file", RECORDING, "a.wav"))
    return f"{HEAD}Content-Length: {len(body)}\r\n\r\n".encode() + body


async def all_wait(container: Container, uploads: int = UPLOADS) -> None:
    """Until every upload waits for a place, and all is read of it that is read meanwhile."""
    async with asyncio.timeout(60):
        read_on = 1000
        while read_on:
            await asyncio.sleep(0)
            read_on -= container.application.upload_places().waiting == uploads


async def test_h39_uploads_that_wait_hold_less_than_a_mebibyte_each_and_are_taken_as_a_whole_in_the_end() -> None:
    container = in_memory_container(Settings().but(max_uploads=UPLOADS, trusted_proxies="127.0.0.1"))  # without shares
    places = container.application.upload_places()
    requests = [await upload(container, number) for number in range(UPLOADS)]
    loop = asyncio.get_running_loop()
    async with serving(create_app(container)) as address, AsyncExitStack() as stack, asyncio.TaskGroup() as sending:
        connections = [await stack.enter_async_context(connected(address)) for _ in requests]
        with ExitStack() as taken:
            for _ in range(UPLOADS):
                taken.enter_context(places.take())
            tracemalloc.start()
            taken.callback(tracemalloc.stop)
            for connection, request in zip(connections, requests, strict=True):
                sending.create_task(loop.sock_sendall(connection, request))
            await all_wait(container)
            gc.collect()
            assert tracemalloc.get_traced_memory()[0] < UPLOADS * MIB
        answers = await asyncio.gather(*(ending(connection) for connection in connections))
    assert [answer.split(b" ")[1] for answer in answers] == [b"201"] * UPLOADS


async def test_h39_a_clients_patience_does_not_run_while_its_upload_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its bytes earn it next to nothing here, so that the grace is all that it has."""
    grace, waits = 10, PLACE_SECONDS - 5
    assert waits > 2 * grace
    settings = Settings().but(max_uploads=1, upload_grace=grace, max_stalled_seconds=1, min_upload_rate=1 << 30)
    container = in_memory_container(settings)
    request = await upload(container, 1)
    loop = asyncio.get_running_loop()
    real, passed = loop.time, [0.0]
    monkeypatch.setattr(loop, "time", lambda: real() + sum(passed))  # the loop's own timers go by it, too
    async with serving(create_app(container)) as address, connected(address) as connection:
        with container.application.upload_places().take():
            await loop.sock_sendall(connection, request[: len(request) // 4])
            await all_wait(container, 1)
            passed.append(waits)
            await all_wait(container, 1)
        await loop.sock_sendall(connection, request[len(request) // 4 :])
        assert (await ending(connection)).startswith(b"HTTP/1.1 201")

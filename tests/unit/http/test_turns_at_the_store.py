"""Whatever is asked of the store before it is known who asks is asked in the turn of the client's address."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from typing import Any
from uuid import uuid4

import httpx
import pytest

from entrypoints.http.app import create_app
from entrypoints.wiring.container import Container
from tests.forms import CONTENT_TYPE, form, part
from tests.unit.http.test_another_way_in import raw
from tests.unit.http.test_app_in_memory import RECORDING

BEARER = {"Authorization": "Bearer wrong"}
FIELDS = part("user_id", "1"), part("user_access_token", "wrong")
FILE = part("wav_file", RECORDING, "a.wav")
ASKING: dict[str, dict[str, Any]] = {
    "a link": {"method": "GET", "url": f"/record?id={uuid4()}&user=1"},
    "a link's head": {"method": "HEAD", "url": f"/record?id={uuid4()}&user=1"},
    "a token": {"method": "POST", "url": "/add_track", "content": form(FILE), "headers": BEARER},
    "fields": {"method": "POST", "url": "/add_track", "content": form(*FIELDS, FILE)},
    "fields after the file": {"method": "POST", "url": "/add_track", "content": form(FILE, *FIELDS)},
    "a registration": {
        "method": "POST",
        "url": "/register",
        "content": b'{"user_name": "Ann"}',
        "headers": {"Content-Type": "application/json"},
    },
    "a user": {"method": "POST", "url": "/raw", "content": RECORDING, "headers": BEARER},
}


@pytest.fixture
async def client(container: Container) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the service, at an address of documentation, with a route for users in addition."""
    app: Any = create_app(container)
    app.register(raw)
    transport = httpx.ASGITransport(app, client=("203.0.113.7", 5))
    headers = {"Content-Type": CONTENT_TYPE}
    async with (
        httpx.AsyncClient(transport=transport, base_url="http://here", headers=headers) as client,
        container.running(),
    ):
        yield client


@pytest.mark.parametrize("asked", ASKING.values(), ids=ASKING)
async def test_h38_whatever_is_asked_of_the_store_waits_for_the_turn_of_its_address(
    client: httpx.AsyncClient, container: Container, asked: dict[str, Any]
) -> None:
    queries = container.application.queries()
    at_once = queries.free
    async with AsyncExitStack() as others:
        for _ in range(at_once):
            await others.enter_async_context(queries.turn("address 198.51.100.1"))
        asking = asyncio.create_task(client.request(**asked))
        while not queries.waiting():
            assert not asking.done()
            await asyncio.sleep(0)
        assert queries.waiting() == {"address 203.0.113.7": 1}
        assert (await client.get("/health/ready")).status_code == 200
    assert (await asking).status_code in (201, 401, 404)
    assert (queries.free, queries.waiting()) == (at_once, {})

"""A further way in is a class and a route: here, a body that is the recording itself."""

import hashlib
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from typing import Any

import httpx
import pytest
from litestar import Request, post
from litestar.di import NamedDependency

from application.receive_recording import IncomingRecording, ReceiveRecording
from domain.errors import RecordingTooLarge
from domain.users import User
from entrypoints.http.app import create_app
from entrypoints.http.requests.body import BodyPace, body_blocks, content_length
from entrypoints.wiring.container import Container
from tests.unit import memory
from tests.unit.http.test_app_in_memory import RECORDING, fields

LIMIT = 1 << 20


class RawBody(IncomingRecording):
    """A body that is the file, sent by a user whom the route knows already."""

    def __init__(self, request: Request[Any, Any, Any], user: User) -> None:
        self._user = user
        self._left = content_length(request) or 0
        self._body = body_blocks(request, LIMIT, RecordingTooLarge(LIMIT), BodyPace(rate=1, grace=60, longest=60))

    def holders(self) -> tuple[str, ...]:
        return ()

    def sender(self) -> User:
        return self._user

    async def open(self, user: User | None) -> str:
        return "raw.wav"

    async def blocks(self) -> AsyncGenerator[bytes, None]:
        async with aclosing(self._body) as body:
            async for block in body:
                self._left -= len(block)
                yield block

    def bytes_to_come(self) -> int:
        return max(0, self._left)


@post("/raw")
async def raw(
    request: Request[Any, Any, Any], user: NamedDependency[User], receive: NamedDependency[ReceiveRecording]
) -> dict[str, str]:
    """Take the body as a recording."""
    track = await receive(RawBody(request, user))
    return {"file_name": track.file_name, "sha256": track.conversion.wav_sha256.hex()}


@pytest.fixture
async def client(container: Container) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the service with this route in addition."""
    app: Any = create_app(container)
    app.register(raw)
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://here:5000") as client, container.running():
        yield client


async def test_a_raw_body_is_received_as_a_form_is(client: httpx.AsyncClient, container: Container) -> None:
    headers = {"Authorization": f"Bearer {(await fields(client))['user_access_token']}"}
    answer = await client.post("/raw", content=RECORDING, headers=headers)
    assert (answer.status_code, answer.json()) == (
        201,
        {"file_name": "raw.mp3", "sha256": hashlib.sha256(RECORDING).hexdigest()},
    )
    for content, status, code in ((b"<html>", 415, "wav.not_a_wav"), (bytes(LIMIT + 1), 413, "upload.too_large")):
        refused = await client.post("/raw", content=content, headers=headers)
        assert (refused.status_code, refused.json()["code"]) == (status, code)
    assert (await client.post("/raw", content=RECORDING)).status_code == 401
    assert len(memory.tracks(container).kept) == 1

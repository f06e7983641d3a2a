"""Requests as clients write them get their answer, with each converter."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from entrypoints.http.app import create_app
from entrypoints.settings.settings import Settings
from entrypoints.wiring.common import CommonAdapters
from entrypoints.wiring.container import Container
from entrypoints.wiring.memory import InMemoryAdapters
from tests.clients import CLIENTS, MORE_CLIENTS, Client
from tests.integration.serving import connected, serving
from tests.integration.test_crowds import answer
from tests.unit.http.test_app_in_memory import fields
from tests.unit.memory import in_memory_container
from tests.wavs import pcm, tone, wav

RECORDING = wav(pcm(tone(8000)))


class RealConverters(InMemoryAdapters):
    """Everything in memory, but for the converters."""

    converter = CommonAdapters.converter  # type: ignore[assignment] # of a wider type again


@asynccontextmanager
async def client_of(folder: Path, converter: str) -> AsyncIterator[httpx.AsyncClient]:
    """A client of a service with this converter."""
    container = Container(Settings().but(data_dir=str(folder), converter=converter), RealConverters)
    app: Any = create_app(container)  # its types are narrower than those of httpx
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://here:5000") as client, container.running():
        yield client


async def answer_to(client: httpx.AsyncClient, sender: Client) -> httpx.Response:
    """What the service answers to a new user of this client."""
    user_id, token = (await fields(client)).values()
    content = sender.content(RECORDING, user_id, token)
    return await client.post("/add_track", content=content, headers=sender.headers(token))


@pytest.mark.parametrize("converter", ["lame", "ffmpeg", "pydub"])
async def test_each_client_gets_its_recording_under_its_name(tmp_path: Path, converter: str) -> None:
    async with client_of(tmp_path, converter) as client:
        for sender in CLIENTS + (MORE_CLIENTS if converter == "lame" else []):
            answer = await answer_to(client, sender)
            assert (answer.status_code, sender.name) == (201, sender.name), answer.text
            assert answer.headers["x-audio-duration"] == "1.000"
            downloaded = await client.get(answer.headers["location"])
            assert downloaded.headers["content-disposition"].endswith(f"filename*=UTF-8''{quote(sender.mp3)}")
            assert len(downloaded.content) > 8000 * 64 // 8 // 10


async def test_a_boundary_that_the_body_does_not_use_is_told_while_the_body_is_sent() -> None:
    head = "POST /add_track HTTP/1.1\r\nHost: here\r\nContent-Type: multipart/form-data; boundary=xxx\r\n"
    body = b'--yyy\r\nContent-Disposition: form-data; name="wav_file"; filename="a.wav"\r\n\r\n' + RECORDING[:1000]
    container = in_memory_container()
    async with container.running(), serving(create_app(container)) as address, connected(address) as connection:
        request = f"{head}Content-Length: 1000000000\r\n\r\n".encode() + body
        status, _, refusal = await answer(connection, request)
    assert (status, json.loads(refusal)["code"]) == (400, "request.invalid")
    assert "Content-Type names the boundary xxx" in json.loads(refusal)["message"]

"""A spool on a small file system that runs full and is emptied."""

import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.e2e.watched import Watched, connection_url
from tests.forms import CONTENT_TYPE, form, part
from tests.server import Server
from tests.small_disk import DISK_BYTES, fill, free_bytes, server_on_small_disk
from tests.waiting import wait_until
from tests.wavs import pcm, tone, wav

RECORDING = wav(pcm(tone(8000)))


@pytest.fixture
def server(tmp_path: Path, postgres_server: str) -> Iterator[Server]:
    with server_on_small_disk(tmp_path, DATABASE_URL=connection_url(postgres_server)) as running:
        yield running


def upload(server: Server, recording: bytes, first: str) -> httpx.Response:
    fields = [part(name, value) for name, value in server.register().items()]
    file = part("wav_file", recording, "a.wav")
    body = form(*fields, file) if first == "credentials" else form(file, *fields)
    with server.client() as client:
        return client.post("/add_track", content=body, headers={"Content-Type": CONTENT_TYPE})


def is_disk_full(answer: httpx.Response) -> None:
    assert (answer.status_code, answer.json()["code"]) == (507, "service.disk_full")
    assert int(answer.headers["retry-after"]) > 0


@pytest.mark.parametrize("first", ["credentials", "file"])
def test_a_full_disk_refuses_uploads_before_their_body_and_space_lets_them_in(server: Server, first: str) -> None:
    filler = fill(server)
    started = time.monotonic()
    is_disk_full(upload(server, RECORDING, first))
    watched = Watched(server, "", filler)
    head = f"Host: here\r\nContent-Type: {CONTENT_TYPE}\r\nExpect: 100-continue\r\nContent-Length: 90000000\r\n"
    assert watched.raw("POST /add_track HTTP/1.1", head).startswith(b"HTTP/1.1 507")  # and not 100
    assert time.monotonic() - started < 20

    filler.unlink()
    assert upload(server, RECORDING, first).status_code == 201


def test_an_upload_that_fills_the_disk_is_refused_and_its_space_is_free_again(server: Server) -> None:
    free = free_bytes(server)
    is_disk_full(upload(server, bytes(DISK_BYTES + (8 << 20)), "file"))
    wait_until(lambda: free_bytes(server) == free)
    assert upload(server, RECORDING, "file").status_code == 201

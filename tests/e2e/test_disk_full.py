"""A spool on a small file system that runs full and is emptied."""

import os
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.e2e.watched import Watched, connection_url, wait_until
from tests.server import Server, running_server
from tests.unit.http.forms import CONTENT_TYPE, form, part
from tests.wavs import pcm, tone, wav

RECORDING = wav(pcm(tone(8000)))
SPOOL_BYTES = 64 << 20
SOON = 3.0
"""Seconds from when there is space to the answer of an upload, most of which the conversion takes."""


@pytest.fixture
def server(tmp_path: Path, postgres_server: str) -> Iterator[Server]:
    """A service whose DATA_DIR is a file system of 64 MiB, in a mount namespace of its own: nothing is left of it."""
    unshare = ["unshare", "--mount"] if os.geteuid() == 0 else ["unshare", "--user", "--map-root-user", "--mount"]
    (tmp_path / "data").mkdir()
    mount = f'mount -t tmpfs -o size={SPOOL_BYTES} tmpfs "{tmp_path / "data"}" && exec "$@"'
    prefix = [*unshare, "sh", "-c", mount, "sh"]
    settings = {"SPOOL_MIN_FREE_BYTES": str(1 << 20), "DATABASE_URL": connection_url(postgres_server)}
    with running_server(tmp_path, prefix=prefix, **settings) as running:
        yield running


def inside(server: Server) -> Path:
    """DATA_DIR as the service sees it."""
    return Path(f"/proc/{server.process.pid}/root{server.data_dir}")


def upload(server: Server, recording: bytes, first: str) -> httpx.Response:
    fields = [part(name, value) for name, value in server.register().items()]
    file = part("wav_file", recording, "a.wav")
    body = form(*fields, file) if first == "credentials" else form(file, *fields)
    with server.client() as client:
        return client.post("/add_track", content=body, headers={"Content-Type": CONTENT_TYPE})


def is_disk_full(answer: httpx.Response) -> None:
    assert (answer.status_code, answer.json()["code"]) == (507, "service.disk_full")
    assert int(answer.headers["retry-after"]) > 0


def free_bytes(server: Server) -> int:
    state = os.statvfs(inside(server))
    return state.f_bavail * state.f_frsize


@pytest.mark.parametrize("first", ["credentials", "file"])
def test_a_full_disk_refuses_uploads_before_their_body_and_space_lets_them_in(server: Server, first: str) -> None:
    filler = inside(server) / "filler"
    with filler.open("wb") as file:
        os.posix_fallocate(file.fileno(), 0, free_bytes(server) - (1 << 19))
    started = time.monotonic()
    is_disk_full(upload(server, RECORDING, first))
    watched = Watched(server, "", filler)
    head = f"Host: here\r\nContent-Type: {CONTENT_TYPE}\r\nExpect: 100-continue\r\nContent-Length: 90000000\r\n"
    assert watched.raw("POST /add_track HTTP/1.1", head).startswith(b"HTTP/1.1 507")  # and not 100
    assert time.monotonic() - started < 20

    filler.unlink()
    freed = time.monotonic()
    answer = upload(server, RECORDING, first)
    assert answer.status_code == 201
    assert time.monotonic() - freed < SOON


def test_an_upload_that_fills_the_disk_is_refused_and_its_space_is_free_again(server: Server) -> None:
    free = free_bytes(server)
    is_disk_full(upload(server, bytes(SPOOL_BYTES + (8 << 20)), "file"))
    wait_until(lambda: free_bytes(server) == free)
    assert upload(server, RECORDING, "file").status_code == 201

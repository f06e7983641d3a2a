"""Resumable uploads over the real service, which is killed meanwhile."""

import hashlib
import random
import signal
import socket
from functools import partial
from pathlib import Path

import httpx
import pytest

from tests.e2e.watched import connection_url
from tests.server import Server, running_server
from tests.waiting import wait_until
from tests.wavs import pcm, tone, wav

RECORDING = wav(pcm(tone(1_000_000)))
SIZE = len(RECORDING)
VERSION = {"Tus-Resumable": "1.0.0"}
PIECE = {"Content-Type": "application/offset+octet-stream"}


def offset(client: httpx.Client, path: str) -> int:
    answer = client.head(path)
    assert answer.status_code == 200
    return int(answer.headers["upload-offset"])


def goes_on_behind(client: httpx.Client, path: str, start: int) -> bool:
    return offset(client, path) > start


def begin_piece(server: Server, path: str, headers: dict[str, str], start: int, count: int) -> socket.socket:
    """A connection on which all that is left of the upload was announced, and so many bytes were sent."""
    fields = headers | PIECE | {"Upload-Offset": str(start), "Content-Length": str(SIZE - start), "Host": "here"}
    head = f"PATCH {path} HTTP/1.1\r\n" + "".join(f"{name}: {value}\r\n" for name, value in fields.items()) + "\r\n"
    connection = socket.create_connection(server.address, timeout=30)
    connection.sendall(head.encode() + RECORDING[start : start + count])
    return connection


@pytest.mark.timeout(300)
def test_an_upload_goes_on_where_it_was_durable_when_the_service_was_killed(tmp_path: Path, database_url: str) -> None:
    where = random.Random(1)
    path, headers, told = "", dict(VERSION), 0
    for kills_left in (1, 0):
        with running_server(tmp_path, DATABASE_URL=connection_url(database_url)) as server, server.client() as client:
            if not path:
                token = server.register()["user_access_token"]
                headers["Authorization"] = f"Bearer {token}"
                created = client.post("/uploads", headers=headers | {"Upload-Length": str(SIZE)})
                path = httpx.URL(created.headers["location"]).path
            client.headers.update(headers)
            begun = offset(client, path)
            assert begun >= told
            if kills_left:
                count = where.randrange(10_000, (SIZE - begun) // 2)
                with begin_piece(server, path, headers, begun, count):
                    wait_until(partial(goes_on_behind, client, path, begun), "something is durable")
                    told = offset(client, path)
                    server.stop(signal.SIGKILL)
                continue
            last = client.patch(path, content=RECORDING[begun:], headers=PIECE | {"Upload-Offset": str(begun)})
            assert last.status_code == 204
            assert last.headers["x-audio-sha256"] == hashlib.sha256(RECORDING).hexdigest()
            assert offset(client, path) == SIZE
            download = client.get(httpx.URL(last.headers["upload-track-location"]).raw_path.decode())
            assert (download.status_code, download.headers["content-type"]) == (200, "audio/mpeg")
            left = sorted(file.suffix for file in (server.data_dir / "uploads").iterdir())
            assert left == ["", ".json"]

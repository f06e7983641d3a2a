"""As many connections as there can be, against the real service where few files may be open."""

import socket
from contextlib import ExitStack, suppress
from pathlib import Path
from urllib.parse import urlsplit

import httpx

from tests.e2e.watched import connection_url
from tests.server import running_server
from tests.wavs import pcm, tone, wav

OPEN_FILES = 200
RECORDING = wav(pcm(tone(8000)))


def test_h23_connections_leave_open_files_for_uploads(tmp_path: Path, postgres_server: str) -> None:
    few = ["prlimit", f"--nofile={OPEN_FILES}:{OPEN_FILES}"]
    with running_server(tmp_path, prefix=few, DATABASE_URL=connection_url(postgres_server)) as server:
        address = urlsplit(server.url)
        with ExitStack() as held:
            for _ in range(2 * OPEN_FILES):
                with suppress(OSError):  # those beyond all places are reset
                    held.enter_context(socket.create_connection((address.hostname, address.port), timeout=20))
            another = httpx.HTTPTransport(local_address="127.0.0.2")
            with httpx.Client(base_url=server.url, transport=another, timeout=60) as client:
                user = client.post("/register", json={"user_name": "Ann"}).json()
                fields = {name: str(user[name]) for name in ("user_id", "user_access_token")}
                answer = client.post("/add_track", data=fields, files={"wav_file": ("a.wav", RECORDING)})
        assert answer.status_code == 201
    [line] = [line for line in server.log.splitlines() if "fewer connections" in line]
    assert all(part in line for part in ("warning", "MAX_CONNECTIONS", str(OPEN_FILES // 2), str(OPEN_FILES)))

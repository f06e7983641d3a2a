"""The real service as a real process, for end-to-end tests."""

import os
import re
import signal
import ssl
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO
from urllib.parse import urlsplit

import httpx

START_SECONDS = 60
STOP_SECONDS = 45
NO_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""For every client of plain HTTP: httpx would read all certificates of the machine for each anew, which takes 30 ms."""
MUSIC_APP = str(Path(sys.executable).with_name("music-app"))


@dataclass
class Server:
    """A running service; `announcement` is its line on standard output, `log` what came to standard error so far."""

    url: str
    announcement: str
    process: subprocess.Popen[str]
    data_dir: Path
    log_file: Path

    @property
    def log(self) -> str:
        return self.log_file.read_text("utf-8")

    @property
    def address(self) -> tuple[str, int]:
        """Host and port."""
        where = urlsplit(self.url)
        return str(where.hostname), int(where.port or 0)

    def client(self) -> httpx.Client:
        """A client of this server, without proxies from the environment."""
        return httpx.Client(base_url=self.url, timeout=60, trust_env=False, verify=NO_TLS)

    def register(self, user_name: str = "Ann") -> dict[str, str]:
        """The form fields of a new user."""
        with self.client() as client:
            answer = client.post("/register", json={"user_name": user_name}).raise_for_status().json()
        return {"user_id": str(answer["user_id"]), "user_access_token": answer["user_access_token"]}

    def upload(self, user: dict[str, str], wav: bytes | BinaryIO) -> str:
        """The path and query of the link to a new track."""
        with self.client() as client:
            return path_of(client.post("/add_track", data=user, files={"wav_file": ("a.wav", wav)}).raise_for_status())

    def stop(self, how: signal.Signals = signal.SIGTERM) -> int:
        """End the process and wait for it; its exit code."""
        if self.process.poll() is None:
            self.process.send_signal(how)
        return self.process.wait(STOP_SECONDS)


def path_of(answer: httpx.Response) -> str:
    """The path and query of the link in `Location`."""
    return httpx.URL(answer.headers["Location"]).raw_path.decode()


@contextmanager
def running_server(folder: Path, *, prefix: Sequence[str] = (), **settings: str) -> Iterator[Server]:
    """`music-app serve` on a free port, keeping its data in `folder`; stopped when the context ends.

    `prefix` is put before the command, such as a program that changes the user.
    """
    folder.mkdir(parents=True, exist_ok=True)
    environment = {"PATH": os.environ["PATH"], "PORT": "0", "DATA_DIR": str(folder / "data"), "LOG_FORMAT": "json"}
    log_file = folder / "log"
    with log_file.open("a") as log:
        process = subprocess.Popen(
            [*prefix, MUSIC_APP, "serve"],
            env=environment | {"SPOOL_MIN_FREE_BYTES": "1", "REGISTER_RATE": "1000000"} | settings,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            start_new_session=True,
        )
    assert process.stdout is not None
    try:
        line = process.stdout.readline()  # comes when the service is ready, or empty when it has ended
        match = re.search(r"http://\S+", line)
        assert match, f"the service did not start:\n{log_file.read_text('utf-8')}"
        server = Server(match[0], line.strip(), process, folder / "data", log_file)
        yield server
    finally:
        if process.poll() is None:
            process.terminate()
        process.wait(STOP_SECONDS)
        process.stdout.close()

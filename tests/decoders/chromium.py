"""Chromium without a window: a page asks for MP3s, decodes or plays them, and sends what came out."""

import json
import subprocess
import sys
import tempfile
import threading
from collections.abc import Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from tests.programs import on_path

_SECONDS = 1800
_BLOCK_BYTES = 1 << 20
_PAGE = (Path(__file__).parent / "page.html").read_bytes()


def is_there() -> bool:
    return on_path("chromium") is not None


def version() -> str:
    return subprocess.run(["chromium", "--version"], capture_output=True, text=True, check=True).stdout.strip()


def counts(mp3s: Sequence[bytes], rate: int, channels: int) -> list[int | None]:
    """Samples per channel that `decodeAudioData` gives of each."""
    order = {"kind": "count", "files": len(mp3s), "rate": rate, "channels": channels}
    found = _asked(order, mp3s)[0]
    counted: list[int | None] = json.loads(found)
    return counted


def landings(path: Path, rate: int, seconds: Sequence[float]) -> list[bytes]:
    """What an audio element plays after each seek: 32-bit floats of one channel, at `rate`."""
    order = {"kind": "seek", "files": 1, "rate": rate, "seconds": list(seconds)}
    return _asked(order, [path.read_bytes()])


class _Server(ThreadingHTTPServer):
    """Gives out the page, the order and the files, with ranges, and takes in what came out."""

    daemon_threads = True

    def __init__(self, order: dict[str, Any], files: Sequence[bytes]) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.order = json.dumps(order).encode()
        self.files = files
        self.results: dict[int, bytes] = {}
        self.done = threading.Event()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A browser that drops a connection, as it does after a seek, is no error."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def do_GET(self) -> None:
        if self.path == "/":
            self._answer(_PAGE, "text/html")
        elif self.path == "/order":
            self._answer(self.server.order, "application/json")
        elif self.path.startswith("/files/"):
            self._answer(self.server.files[int(self.path.rpartition("/")[2])], "audio/mpeg")
        else:
            self._answer(b"", "text/plain", status=404)

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.path == "/done":
            self.server.done.set()
        else:
            self.server.results[int(self.path.rpartition("/")[2])] = body
        self._answer(b"", "text/plain")

    def _answer(self, body: bytes, kind: str, status: int = 200) -> None:
        start, end = 0, len(body)
        if wanted := self.headers.get("Range"):
            first, _, last = wanted.removeprefix("bytes=").partition("-")
            start, end, status = int(first), min(end, int(last) + 1 if last else end), 206
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Accept-Ranges", "bytes")
        self.send_header("Content-Length", str(end - start))
        if status == 206:
            self.send_header("Content-Range", f"bytes {start}-{end - 1}/{len(body)}")
        self.end_headers()
        try:
            for place in range(start, end, _BLOCK_BYTES):
                self.wfile.write(body[place : min(end, place + _BLOCK_BYTES)])
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True  # a player leaves in the midst when it seeks

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing is told of single requests."""


def _asked(order: dict[str, Any], files: Sequence[bytes]) -> list[bytes]:
    """What the page sent, in the order of its numbers."""
    with _Server(order, files) as server, tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        options = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run"]
        options += ["--autoplay-policy=no-user-gesture-required", f"--user-data-dir={profile}"]
        command = ["chromium", *options, f"http://127.0.0.1:{server.server_port}/"]
        browser = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            if not server.done.wait(_SECONDS):
                raise TimeoutError(f"Chromium was not done within {_SECONDS} s")
        finally:
            browser.terminate()
            browser.wait(60)
            server.shutdown()
        return [server.results[number] for number in sorted(server.results)]

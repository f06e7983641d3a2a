"""A client that costs next to nothing."""

import http.client
import json
import time
from collections.abc import Iterable
from pathlib import Path
from urllib.parse import urlsplit

from tests.forms import CONTENT_TYPE, around_file

UPLOAD_SECONDS = 900
_PIECE_BYTES = 64 * 1024


def upload(url: str, fields: dict[str, str], path: Path, *, file_first: bool = False) -> None:
    """Send `path` with the text `fields` before or after it. Raises RuntimeError if the answer is not 201."""
    client = Client(url, fields, file_first=file_first)
    try:
        client.send_file(path)
    finally:
        client.close()


class Client:
    """One connection, which is kept. Every call is an upload, and raises RuntimeError if the answer is not 201."""

    def __init__(self, url: str, fields: dict[str, str], *, file_first: bool = False) -> None:
        self._connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=UPLOAD_SECONDS)
        self.location = ""
        """The link to what was uploaded last."""
        self._before, self._after = around_file(fields, file_first=file_first)

    def close(self) -> None:
        """End the connection. Safe to repeat."""
        self._connection.close()

    def send_file(self, path: Path) -> None:
        """As fast as it goes: the kernel sends the file."""
        self._begin(path.stat().st_size)
        with path.open("rb") as file:
            self._connection.sock.sendfile(file)
        self._connection.send(self._after)
        self._end()

    def send_blocks(self, size: int, blocks: Iterable[bytes]) -> None:
        """As fast as it goes: `size` bytes in blocks that are not held."""
        self._begin(size)
        for block in blocks:
            self._connection.send(block)
        self._connection.send(self._after)
        self._end()

    def send_paced(self, path: Path, rate: int) -> float:
        """At `rate` bytes a second; the seconds from the last byte to the answer."""
        self._begin(path.stat().st_size)
        began, sent = time.perf_counter(), 0
        with path.open("rb") as file:
            piece = file.read(_PIECE_BYTES)
            while piece:
                following = file.read(_PIECE_BYTES)
                sent += len(piece)
                time.sleep(max(0.0, began + sent / rate - time.perf_counter()))
                self._connection.send(piece if following else piece + self._after)
                piece = following
        last = time.perf_counter()
        self._end()
        return time.perf_counter() - last

    def _begin(self, size: int) -> None:
        self._connection.putrequest("POST", "/add_track")
        self._connection.putheader("Content-Type", CONTENT_TYPE)
        self._connection.putheader("Content-Length", str(len(self._before) + size + len(self._after)))
        self._connection.endheaders(self._before)

    def _end(self) -> None:
        answer = self._connection.getresponse()
        body = answer.read()
        self.location = answer.getheader("Location", "")
        if answer.status != 201:
            raise RuntimeError(f"{answer.status} {json.loads(body)}")

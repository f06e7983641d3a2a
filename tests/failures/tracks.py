"""What was promised to clients, and whether it is kept."""

import hashlib
from typing import Any

from tests.failures.operation import Book
from tests.patience import answered, connected
from tests.players import by_ffmpeg
from tests.server import Server
from tests.wavs import pcm, tone, wav

RATE = 44_100
SECONDS = 3
RECORDING = wav(pcm(tone(SECONDS * RATE, rate=RATE)), rate=RATE)
"""Short, so that there are few calls, and long enough for more than one write of its MP3."""
ALLOWED_OFF = 0.05
"""Seconds by which an MP3 may differ from its WAV: less than two frames."""
_ROWS = """
    SELECT track_uuid::text, encode(mp3_sha256, 'hex'),
           octet_length(track_file_bin) = mp3_size AND sha256(track_file_bin) = mp3_sha256 FROM tracks"""


class Promises:
    """Remembers every link that a 201 gave, with the digest of its MP3, which was decoded once."""

    def __init__(self, book: Book) -> None:
        self._book = book
        self._digests: dict[str, str] = {}
        self._decoded: set[str] = set()

    def add(self, server: Server, link: str) -> None:
        """Download it; from now on its row is compared with what came."""
        with server.client() as client:
            answer = answered(client, link)
        digest = hashlib.sha256(answer.content).hexdigest()
        self._book.require(answer.headers.get("ETag") == f'"{digest}"', f"{link} is another than its ETag says")
        if digest not in self._decoded:
            heard, warnings = by_ffmpeg(answer.content, 1)
            off = abs(len(heard) / RATE - SECONDS)
            self._book.require(not warnings and off < ALLOWED_OFF, f"{link} does not decode: {off} s off, {warnings}")
            self._decoded.add(digest)
        self._digests[link.partition("id=")[2].partition("&")[0]] = digest

    def check(self, server: Server) -> int:
        """Every promised track is whole in the database, and so is every other; how many there are."""
        stored = {uuid: (digest, whole) for uuid, digest, whole in _rows(server)}
        for uuid, digest in self._digests.items():
            self._book.require(stored.get(uuid) == (digest, True), f"{uuid} is {stored.get(uuid)}, not {digest}")
        half = [uuid for uuid, (_, whole) in stored.items() if not whole]
        self._book.require(not half, f"rows without their audio: {half}")
        return len(stored)


def _rows(server: Server) -> list[tuple[Any, ...]]:
    """What is stored, once the database is back."""
    with connected(server.data_dir) as connection:
        return connection.execute(_ROWS).fetchall()

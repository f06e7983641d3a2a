"""What must hold after every kill, asked of the database, the links and the disk."""

import hashlib
import random
import subprocess
import tempfile
import time
from dataclasses import dataclass, field
from typing import Any

import httpx
import psycopg

from adapters.embedded_postgres.cluster import Cluster
from tests.crash.uploads import Promise
from tests.programs import FFMPEG
from tests.server import Server

SAMPLE = 10
"""Links that are downloaded again after each kill; in the end all are. The digests of all are compared each time."""
ALLOWED_OFF = 0.05
"""Seconds by which an MP3 may differ from its WAV: less than two frames."""
PATIENCE_SECONDS = 30
_HALF_ROWS = """
    SELECT track_uuid::text FROM tracks
     WHERE track_id > %s AND (octet_length(track_file_bin) <> mp3_size OR sha256(track_file_bin) <> mp3_sha256)"""
_LAST_ROW = "SELECT coalesce(max(track_id), 0) FROM tracks"
_DIGESTS = "SELECT track_uuid::text, encode(mp3_sha256, 'hex'), encode(wav_sha256, 'hex') FROM tracks"


@dataclass
class Checker:
    """Remembers the first download of every promised link; `violations` is what was found wrong."""

    dice: random.Random
    violations: list[str] = field(default_factory=list)
    _first: dict[str, str] = field(default_factory=dict)
    _decoded: set[str] = field(default_factory=set)
    _last_row: int = 0

    def check(self, server: Server, promises: list[Promise], *, everything: bool) -> None:
        """Compare what is stored and served with what was promised up to now.

        Downloads and reads what is new and a sample, or `everything`; compares the digests of all promises in any case.
        """
        promised = list(promises)
        new = [promise for promise in promised if promise.link not in self._first]
        known = [promise for promise in promised if promise.link in self._first]
        wanted = known if everything else self.dice.sample(known, min(SAMPLE, len(known)))
        self._download(server, new + wanted)
        self._compare_rows(server, promised, 0 if everything else self._last_row)
        self.require(not list((server.data_dir / "spool").iterdir()), "a file is left in the spool")

    def require(self, holds: bool, otherwise: str) -> None:
        if not holds:
            self.violations.append(otherwise)
            print(f"VIOLATION: {otherwise}", flush=True)

    def _download(self, server: Server, promises: list[Promise]) -> None:
        with server.client() as client:
            for promise in promises:
                answer = _downloaded(client, promise.link)
                digest = hashlib.sha256(answer.content).hexdigest()
                self.require(answer.status_code == 200, f"{promise.track_uuid} is lost: {answer.status_code}")
                first = self._first.setdefault(promise.link, digest)
                self.require(first == digest, f"{promise.track_uuid} has changed")
                if digest not in self._decoded:
                    off = abs(_seconds(answer.content) - promise.clip.seconds)
                    self.require(off < ALLOWED_OFF, f"{promise.track_uuid} is too short or too long by {off} s")
                    self._decoded.add(digest)

    def _compare_rows(self, server: Server, promised: list[Promise], after: int) -> None:
        with _connected(Cluster(server.data_dir).conninfo()) as connection:
            [(self._last_row,)] = connection.execute(_LAST_ROW).fetchall()
            half = connection.execute(_HALF_ROWS, [after]).fetchall()
            stored = {uuid: digests for uuid, *digests in connection.execute(_DIGESTS).fetchall()}
        self.require(not half, f"rows without their audio: {half}")
        for promise in promised:
            expected = [self._first[promise.link], promise.clip.sha256]
            self.require(stored.get(promise.track_uuid) == expected, f"the row of {promise.track_uuid} is another")


def _connected(conninfo: str) -> psycopg.Connection[tuple[Any, ...]]:
    """A connection, once the database is back: readiness is kept for a moment after a kill."""
    end = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            return psycopg.connect(conninfo)
        except psycopg.OperationalError:
            if time.monotonic() > end:
                raise
            time.sleep(0.05)


def _downloaded(client: httpx.Client, link: str) -> httpx.Response:
    """The answer, once it is no 503, which asks to come again: readiness is kept for a moment after a kill."""
    end = time.monotonic() + PATIENCE_SECONDS
    while (answer := client.get(link)).status_code == 503 and time.monotonic() < end:
        time.sleep(0.05)
    return answer


def _seconds(mp3: bytes) -> float:
    """How long the MP3 plays, by decoding it whole; 0 if the decoder has anything to say."""
    with tempfile.NamedTemporaryFile(suffix=".mp3") as file:
        file.write(mp3)
        file.flush()
        command = [FFMPEG, "-v", "warning", "-i", file.name, "-f", "s16le", "-ac", "1", "-ar", "8000", "-"]
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, check=False)
    return 0 if done.returncode or done.stderr else len(done.stdout) / 16000

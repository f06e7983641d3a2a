"""Clients that upload without end."""

import hashlib
import http.client
import json
import random
import threading
import time
from pathlib import Path
from urllib.parse import urlsplit

from tests.benchmarks.recordings import music
from tests.crash.book import AGAIN_SECONDS, Book, Clip, Promise
from tests.forms import CONTENT_TYPE, around_file

CLIPS = {1: 6, 2: 6, 3: 4, 5: 2, 20: 1}
"""Seconds of audio, and how many of so many uploads have them. 20 s are two segments of LAME."""
ANSWER_SECONDS = 60
"""For one answer; longer than any bound of the service in this trial."""
_PIECE_BYTES = 32 * 1024
_PAUSES = (0.0, 0.005, 0.02, 0.05)
"""Seconds between two pieces: some clients are as fast as they can, most take a second, which costs no CPU time."""
_LONGEST_REST = 0.6
"""Seconds between two uploads of a client."""


def make_clips(folder: Path) -> list[Clip]:
    """One clip of each length in `CLIPS`."""
    clips = []
    for seconds in CLIPS:
        path = music(folder / f"{seconds}.wav", seconds)
        wav = path.read_bytes()
        path.unlink()
        clips.append(Clip(seconds, wav, hashlib.sha256(wav).hexdigest()))
    return clips


class Uploader(threading.Thread):
    """Uploads one clip after the other, as `dice` has it, until the book is ended."""

    def __init__(self, book: Book, clips: list[Clip], fields: dict[str, str], dice: random.Random) -> None:
        super().__init__(name=f"uploader of user {fields['user_id']}", daemon=True)
        self._book = book
        self._clips = clips
        self._fields = fields
        self._dice = dice

    def run(self) -> None:
        while not self._book.ended.is_set():
            answer = self._book.note(self._upload)
            rest = self._dice.uniform(0, _LONGEST_REST) if answer == "201" else AGAIN_SECONDS
            self._book.ended.wait(rest if answer else 0)

    def _upload(self, url: str) -> tuple[str, Promise | None]:
        clip = self._dice.choices(self._clips, weights=list(CLIPS.values()))[0]
        file_first = self._dice.random() < 0.5
        connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=ANSWER_SECONDS)
        try:
            self._send(connection, clip.wav, file_first)
            answer = connection.getresponse()
            body = answer.read()
            if answer.status == 201:
                link = urlsplit(answer.getheader("Location", ""))
                return "201", Promise(f"{link.path}?{link.query}", clip, file_first)
            return f"{answer.status} {_code(body)}", None
        finally:
            connection.close()

    def _send(self, connection: http.client.HTTPConnection, wav: bytes, file_first: bool) -> None:
        before, after = around_file(self._fields, file_first=file_first)
        pause = self._dice.choice(_PAUSES)
        connection.putrequest("POST", "/add_track")
        connection.putheader("Content-Type", CONTENT_TYPE)
        connection.putheader("Content-Length", str(len(before) + len(wav) + len(after)))
        connection.endheaders()
        try:
            connection.send(before)
            for start in range(0, len(wav), _PIECE_BYTES):
                connection.send(wav[start : start + _PIECE_BYTES])
                time.sleep(pause)
            connection.send(after)
        except (BrokenPipeError, ConnectionResetError):
            return  # refused before all was sent: the answer may be there


def _code(body: bytes) -> str:
    try:
        return str(json.loads(body)["code"])
    except (ValueError, KeyError, TypeError):
        return "without a code"

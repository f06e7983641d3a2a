"""Clients that upload without end, and the book of what the service has promised them."""

import hashlib
import http.client
import json
import random
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from tests.benchmarks.recordings import music

CLIP_SECONDS = (1, 2, 3, 5, 10, 40)
ANSWER_SECONDS = 60
"""For one answer; longer than any bound of the service in this trial."""
_PIECE_BYTES = 64 * 1024
_PAUSES = (0.0, 0.0, 0.002, 0.02)
"""Seconds between two pieces: some clients are as fast as they can, some are not."""
_AGAIN_SECONDS = 0.05
_BOUNDARY = "crash"


@dataclass(frozen=True)
class Clip:
    """A WAV that is uploaded again and again."""

    seconds: int
    wav: bytes
    sha256: str


@dataclass(frozen=True)
class Promise:
    """A 201: the link's path and query, and what was uploaded."""

    link: str
    clip: Clip

    @property
    def track_uuid(self) -> str:
        return self.link.partition("id=")[2].partition("&")[0]


@dataclass
class Book:
    """What was promised, and how often which answer came; `url` is where the service is, empty while it is down."""

    url: str = ""
    promises: list[Promise] = field(default_factory=list)
    answers: Counter[str] = field(default_factory=Counter)
    ended: threading.Event = field(default_factory=threading.Event)


def make_clips(folder: Path) -> list[Clip]:
    """One clip of each length in `CLIP_SECONDS`."""
    clips = []
    for seconds in CLIP_SECONDS:
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
            if not (url := self._book.url):
                time.sleep(_AGAIN_SECONDS)
                continue
            clip = self._dice.choices(self._clips, weights=[4, 4, 4, 3, 2, 1])[0]
            try:
                answer = self._upload(url, clip)
            except (OSError, http.client.HTTPException):
                answer = "broken off"
            self._book.answers[answer] += 1
            if answer != "201":
                time.sleep(_AGAIN_SECONDS)

    def _upload(self, url: str, clip: Clip) -> str:
        connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=ANSWER_SECONDS)
        try:
            self._send(connection, clip.wav)
            answer = connection.getresponse()
            body = answer.read()
            if answer.status == 201:
                link = urlsplit(answer.getheader("Location", ""))
                self._book.promises.append(Promise(f"{link.path}?{link.query}", clip))
                return "201"
            return f"{answer.status} {json.loads(body)['code']}"
        finally:
            connection.close()

    def _send(self, connection: http.client.HTTPConnection, wav: bytes) -> None:
        before, after = form(self._fields, file_first=self._dice.random() < 0.5)
        pause = self._dice.choice(_PAUSES)
        connection.putrequest("POST", "/add_track")
        connection.putheader("Content-Type", f"multipart/form-data; boundary={_BOUNDARY}")
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


def form(fields: dict[str, str], *, file_first: bool) -> tuple[bytes, bytes]:
    """What comes before and after the file's bytes."""
    texts = "".join(
        f'--{_BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in fields.items()
    )
    head = f'--{_BOUNDARY}\r\nContent-Disposition: form-data; name="wav_file"; filename="clip.wav"\r\n\r\n'
    before = ("" if file_first else texts) + head
    after = "\r\n" + (texts if file_first else "") + f"--{_BOUNDARY}--\r\n"
    return before.encode(), after.encode()

"""Clients that upload without end, and the book of what the service has promised them."""

import hashlib
import http.client
import json
import random
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from tests.benchmarks.recordings import music

CLIPS = {1: 6, 2: 6, 3: 4, 5: 2, 20: 1}
"""Seconds of audio, and how many of so many uploads have them. 20 s are two segments of LAME."""
ANSWER_SECONDS = 60
"""For one answer; longer than any bound of the service in this trial."""
_PIECE_BYTES = 32 * 1024
_PAUSES = (0.0, 0.005, 0.02, 0.05)
"""Seconds between two pieces: some clients are as fast as they can, most take a second, which costs no CPU time."""
_LONGEST_REST = 0.6
"""Seconds between two uploads of a client."""
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
    file_first: bool = False

    @property
    def track_uuid(self) -> str:
        return self.link.partition("id=")[2].partition("&")[0]


class Book:
    """What was promised, and how often which answer came. While it is closed, nobody begins an upload."""

    def __init__(self) -> None:
        self.promises: list[Promise] = []
        self.answers: Counter[str] = Counter()
        self.ended = threading.Event()
        self._url = ""
        self._under_way = 0
        self._changed = threading.Condition()

    def open(self, url: str) -> None:
        """Uploads go to this service from now on."""
        with self._changed:
            self._url = url
            self._changed.notify_all()

    def close(self) -> None:
        """No upload begins from now on."""
        self.open("")

    def await_quiet(self, seconds: float) -> bool:
        """Whether every upload that was under way has its answer, or none, within so many seconds."""
        with self._changed:
            return self._changed.wait_for(lambda: self._under_way == 0, seconds)

    def note(self, upload: Callable[[str], tuple[str, Promise | None]]) -> str | None:
        """The answer to an upload to where the service is now; None, after a moment, while it is closed."""
        with self._changed:
            if not self._url:
                self._changed.wait(_AGAIN_SECONDS)
                return None
            url = self._url
            self._under_way += 1
        answer, promise = "broken off", None
        try:
            answer, promise = upload(url)
        except (OSError, http.client.HTTPException):
            pass
        finally:
            with self._changed:
                self.answers[answer] += 1
                self.promises += [promise] if promise else []
                self._under_way -= 1
                self._changed.notify_all()
        return answer


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
            rest = self._dice.uniform(0, _LONGEST_REST) if answer == "201" else _AGAIN_SECONDS
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
        before, after = form(self._fields, file_first=file_first)
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


def _code(body: bytes) -> str:
    try:
        return str(json.loads(body)["code"])
    except (ValueError, KeyError, TypeError):
        return "without a code"


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

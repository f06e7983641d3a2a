"""What the service has promised to its clients, and where they find it."""

import http.client
import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

AGAIN_SECONDS = 0.05
"""After which a client comes again that had no luck."""


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
                self._changed.wait(AGAIN_SECONDS)
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

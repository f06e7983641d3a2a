"""Uploads to a running service."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import httpx

from tests.failures.faults import CHANGING, Fault
from tests.failures.operation import Book, Operation
from tests.failures.service import Service
from tests.failures.strace import Seen, Watch, attached
from tests.failures.tracks import RECORDING, Promises
from tests.failures.wrapped import Wrapped
from tests.forms import CONTENT_TYPE, form, part
from tests.programs import FFMPEG
from tests.server import Server, path_of

STORED = "201"
MAYBE_STORED = {"503 service.database_away", "broken off"}
"""Whether it was, is unknown."""
NOT_STORED = {"503 service.overloaded", "507 service.disk_full", "500 service.converter_failed"}


class Upload(Operation):
    """With the credentials before the file, or after it: then the file waits in the spool."""

    def __init__(self, folder: Path, book: Book, first: str) -> None:
        super().__init__(folder, book)
        self.name = f"upload, {first} first"
        self._first = first
        self._service = self._make_service()
        self._promises = Promises(book)
        self._user: dict[str, str] = {}
        self._stored = 0

    @contextmanager
    def opened(self) -> Iterator[None]:
        with self._service.running():
            self._user = self._service.server.register()
            yield

    @property
    def watches(self) -> Sequence[Watch]:
        server = self._service.server
        return [
            Watch("service", ("pwrite64", "fsync", "ftruncate")),  # to files without names, as nothing else is
            Watch("service", ("openat", "mkdir", "unlink"), paths=(server.data_dir / "spool",)),
            Watch("service", ("write",), paths=(server.log_file,)),
            Watch("PostgreSQL", CHANGING),
        ]

    def _make_service(self) -> Service:
        return Service(self.folder / "service", self.book)

    @contextmanager
    def _faulty(self, watch: Watch, log: Path, fault: Fault | None) -> Iterator[None]:
        with attached(self._service.processes(watch.process), watch, log, fault):
            yield

    @property
    def sample(self) -> Sequence[Watch]:
        return [self.watches[0], self.watches[-1]]

    def attempt(self, watch: Watch, fault: Fault | None) -> Seen:
        with self.log(watch) as (log, found):
            with self._faulty(watch, log, fault):
                answer, link = upload(self._service.server, self._user, self._first)
                self._service.write_its_log()
        killed = watch.process == "service" and found.killed
        self._service.recover(killed=killed)
        self._judge(answer, link, killed=killed)
        if fault is not None:
            again, link = upload(self._service.server, self._user, self._first)
            self.book.require(again == STORED, f"the next upload was answered {again}")
            self._judge(again, link, killed=False)
        return found

    def _judge(self, answer: str, link: str, *, killed: bool) -> None:
        if answer == STORED:
            self._promises.add(self._service.server, link)
        now = self._promises.check(self._service.server)
        more, self._stored = now - self._stored, now
        possible = {1} if answer == STORED else {0, 1} if answer in MAYBE_STORED else {0}
        self.book.require(more in possible, f"{more} tracks more after {answer}")
        self.book.require(answer in {STORED} | MAYBE_STORED | NOT_STORED, f"it was answered {answer}")
        self.book.require(answer != "broken off" or killed, "the client got no answer")


class UploadByFfmpeg(Upload):
    """What fails is the ffmpeg that encodes it."""

    def __init__(self, folder: Path, book: Book) -> None:
        super().__init__(folder, book, "credentials")
        self.name = "upload by ffmpeg"

    @property
    def watches(self) -> Sequence[Watch]:
        others = tuple(name for name in CHANGING if name != "openat")
        return [Watch("ffmpeg", others), Watch("ffmpeg", ("openat",), ours="/proc/self/fd/")]

    def _make_service(self) -> Service:
        script = self.folder / "ffmpeg"
        self._ffmpeg = Wrapped(script, FFMPEG, '*"-c:a libmp3lame"*')
        return Service(self.folder / "service", self.book, CONVERTER="ffmpeg", FFMPEG_PATH=str(script))

    @contextmanager
    def _faulty(self, watch: Watch, log: Path, fault: Fault | None) -> Iterator[None]:
        with self._ffmpeg.watched(watch, log, fault):
            yield


def upload(server: Server, user: dict[str, str], first: str) -> tuple[str, str]:
    """The answer's status, and its code if it is an error; and the link."""
    fields = [part(name, value) for name, value in user.items()]
    file = part("wav_file", RECORDING, "a.wav")
    body = form(*fields, file) if first == "credentials" else form(file, *fields)
    try:
        with server.client() as client:
            answer = client.post("/add_track", content=body, headers={"Content-Type": CONTENT_TYPE})
    except httpx.HTTPError:
        return "broken off", ""
    if answer.status_code != 201:
        return f"{answer.status_code} {answer.json()['code']}", ""
    return STORED, path_of(answer)

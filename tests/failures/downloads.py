"""Downloads from a running service."""

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import httpx

from tests.failures.faults import CALLS, Fault
from tests.failures.operation import Book, Operation
from tests.failures.service import Service
from tests.failures.strace import Seen, Watch, attached
from tests.failures.tracks import Promises
from tests.failures.uploads import STORED, upload
from tests.server import Server

WHOLE = "200"
REFUSED = {"503 service.database_away", "507 service.disk_full"}
BROKEN_OFF = "broken off"


class Download(Operation):
    """Of one track, which PostgreSQL reads from its files: each time the service has just been started."""

    name = "download"

    def __init__(self, folder: Path, book: Book) -> None:
        super().__init__(folder, book)
        self._service = Service(folder / "service", book)
        self._promises = Promises(book)
        self._link = self._digest = ""

    @contextmanager
    def opened(self) -> Iterator[None]:
        with self._service.running():
            server = self._service.server
            answer, self._link = upload(server, server.register(), "credentials")
            assert answer == STORED
            self._promises.add(server, self._link)
            yield

    @property
    def watches(self) -> Sequence[Watch]:
        server = self._service.server
        return [Watch("service", ("write",), paths=(server.log_file,)), Watch("PostgreSQL", tuple(CALLS))]

    @property
    def sample(self) -> Sequence[Watch]:
        return self.watches[-1:]

    def attempt(self, watch: Watch, fault: Fault | None) -> Seen:
        if watch.process == "PostgreSQL":
            self._service.start()
        with self.log(watch) as (log, found):
            with attached(self._service.processes(watch.process), watch, log, fault):
                answer = _download(self._service.server, self._link)
                self._service.write_its_log()
        killed = watch.process == "service" and found.killed
        self._service.recover(killed=killed)
        possible = {WHOLE, BROKEN_OFF} if killed else {WHOLE, BROKEN_OFF} | REFUSED
        self.book.require(answer in possible, f"it was answered {answer}")
        self._promises.check(self._service.server)
        self.book.require(_download(self._service.server, self._link) == WHOLE, "the next download failed")
        return found


def _download(server: Server, link: str) -> str:
    """The answer's status, and its code if it is an error."""
    try:
        with server.client() as client:
            answer = client.get(link)
    except httpx.HTTPError:
        return BROKEN_OFF
    if answer.status_code != 200:
        return f"{answer.status_code} {answer.json()['code']}"
    whole = answer.headers["ETag"] == f'"{hashlib.sha256(answer.content).hexdigest()}"'
    return WHOLE if whole else "200 with other bytes"

"""A running service whose calls are made to fail, and that is started again when it was killed."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import httpx

from tests.clusters import give_cluster
from tests.crash.victims import open_in_spool, working_in
from tests.failures.operation import Book
from tests.patience import READY_SECONDS, await_ready
from tests.processes import family, named
from tests.server import Server, running_server
from tests.waiting import wait_until


class Service:
    """The service in `folder`; `server` is the one that runs now."""

    def __init__(self, folder: Path, book: Book, **settings: str) -> None:
        self.folder = folder
        self._book = book
        # The audit trail is written a second later, and would meet the faults that are meant for something else.
        self._settings = {"AUDIT_DAYS": "0"} | settings
        self._life = ExitStack()
        self._server: Server | None = None
        self._told = 0

    @contextmanager
    def running(self) -> Iterator[None]:
        """In the end it is stopped, as an operator would, and must leave no process."""
        give_cluster(self.folder / "data")
        with self._life:
            self.start()
            yield
            self._book.require(self.server.stop() == 0, "the service did not stop cleanly")
            self._gone()

    @property
    def server(self) -> Server:
        if self._server is None:
            raise RuntimeError("the service is not running")
        return self._server

    def start(self) -> None:
        """Start it, again where it runs."""
        self._life.close()
        self._server = self._life.enter_context(running_server(self.folder, **self._settings))

    def processes(self, of: str) -> set[int]:
        """The service's own process, or those of its `PostgreSQL`."""
        own = self.server.process.pid
        return {own} if of == "service" else named(family(own), "postgres")

    def write_its_log(self) -> None:
        """Return when the line of the request before is written, or could not be: the next one is answered later."""
        with suppress(httpx.HTTPError), self.server.client() as client:
            client.get("/health/live")

    def recover(self, *, killed: bool) -> None:
        """Wait until it serves again; then nothing must be left of what failed."""
        if killed:
            self.server.process.wait(READY_SECONDS)
            self._gone()
            self.start()
        await_ready(self.server)
        with suppress(AssertionError):
            wait_until(lambda: not open_in_spool(self.server))
        self._book.require(not open_in_spool(self.server), f"files are left: {open_in_spool(self.server)}")
        log = self.server.log
        new = log[self._told :]
        self._book.require_no_trace(new)
        self._told = len(log)
        if "PostgreSQL ended by itself" in new:  # it would be started again ever later after failures in a row
            self.start()

    def _gone(self) -> None:
        with suppress(AssertionError):
            wait_until(lambda: not working_in(self.server.data_dir))
        self._book.require(
            not working_in(self.server.data_dir), f"processes are left: {working_in(self.server.data_dir)}"
        )

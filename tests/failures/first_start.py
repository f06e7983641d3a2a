"""The first start of the service, which makes its database."""

import os
import shutil
import signal
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Timer
from typing import IO

from tests.crash.victims import working_in
from tests.failures.faults import CHANGING, Fault
from tests.failures.operation import Book, Operation
from tests.failures.shared_memory import none_left
from tests.failures.strace import Seen, Watch, prefix
from tests.failures.uploads import STORED, upload
from tests.failures.wrapped import wrapped_postgres
from tests.server import MUSIC_APP, Server, running_server
from tests.waiting import wait_until

SECONDS = 90
"""For a start and its end."""
OF_MANY = 4
"""Numbers of each call of the programs of PostgreSQL, which make thousands of them: each start takes seconds."""
_REFUSED = (1, 3)
"""Exit codes of a start that is not possible."""
_OURS = ("", "spool", "postgres")
_POSTGRES = ("data", "data.new", "password", "password.new", "owner.lock", "server.lock", "data/PG_VERSION")


class FirstStart(Operation):
    """In a folder that is not there."""

    name = "first start"

    def __init__(self, folder: Path, book: Book) -> None:
        super().__init__(folder, book)
        self._programs = wrapped_postgres(folder / "packages")
        self._service = folder / "service"
        self._left: set[str] = set()

    @contextmanager
    def opened(self) -> Iterator[None]:
        self.folder.chmod(0o755)  # PostgreSQL may be run by another user
        with none_left():
            yield

    @property
    def watches(self) -> Sequence[Watch]:
        data_dir = self._service / "data"
        paths = [data_dir / name for name in _OURS] + [data_dir / "postgres" / name for name in _POSTGRES]
        return [
            Watch("service", CHANGING, paths=(self._service / "log", *paths)),
            Watch("initdb", CHANGING, most=OF_MANY),
            Watch("postgres", CHANGING, most=OF_MANY),
        ]

    def attempt(self, watch: Watch, fault: Fault | None) -> Seen:
        self._service.mkdir()
        try:
            return self._attempt(watch, fault)
        finally:
            shutil.rmtree(self._service)

    def _attempt(self, watch: Watch, fault: Fault | None) -> Seen:
        with self.log(watch) as (log, found):
            if program := self._programs.get(watch.process):
                with program.watched(watch, log, fault):
                    served, code = self._start([])
            else:
                served, code = self._start(prefix(watch, log, fault, alone=True))
        killed = watch.process == "service" and found.killed
        self._judge(served, code, killed=killed, told=fault is None or fault.name != "write")
        if fault is not None or not self._left:
            self._start_again()
        return found

    def _start(self, before: list[str]) -> tuple[bool, int]:
        """Start the service, and stop it as soon as it serves; whether it did, and its exit code."""
        with self.running(before) as (process, said):
            if served := bool(said.readline()):
                process.send_signal(signal.SIGTERM)
            code = process.wait()
        self._gone(Server("", "", process, self._service / "data", self._service / "log"))  # type: ignore[arg-type] # of text
        return served, code

    @contextmanager
    def running(self, before: list[str]) -> Iterator[tuple[subprocess.Popen[bytes], IO[bytes]]]:
        """The process and what it says; whatever comes, it has ended afterwards, and strace, too."""
        environment = {"PATH": os.environ["PATH"], "PORT": "0", "LOG_FORMAT": "json", "SPOOL_MIN_FREE_BYTES": "1"}
        environment |= {"DATA_DIR": str(self._service / "data"), "PYTHONPATH": str(self.folder / "packages")}
        with (self._service / "log").open("w") as log:
            process = subprocess.Popen(
                [*before, MUSIC_APP, "serve"],
                env=environment,
                stdout=subprocess.PIPE,
                stderr=log,
                start_new_session=True,
            )
        too_late = Timer(SECONDS, process.kill)
        too_late.start()
        assert process.stdout
        with process.stdout as said:
            try:
                yield process, said
            finally:
                too_late.cancel()
                process.kill()  # unless it has ended; its PostgreSQL ends with it
                process.wait()
                said.read()

    def _judge(self, served: bool, code: int, *, killed: bool, told: bool) -> None:
        """`told` is whether what it had to say could be written."""
        log = (self._service / "log").read_text("utf-8")
        self.book.require_no_trace(log)
        if killed:
            return
        self.book.require(code == 0 if served else code in _REFUSED, f"{served=}, exit code {code}")
        last = log.splitlines()[-1] if log else ""
        self.book.require(served or not told or last.startswith("music-app: "), f"it ended with\n{log}")

    def _start_again(self) -> None:
        """It must serve, and leave no more than after a start in which nothing failed."""
        with running_server(self._service) as server:
            answer, _ = upload(server, server.register(), "credentials")
            self.book.require(answer == STORED, f"the next start answered an upload with {answer}")
            self.book.require(server.stop() == 0, "the next start did not end cleanly")
        self._gone(server)
        data_dir = self._service / "data"
        left = {str(path.relative_to(data_dir)) for path in (*data_dir.glob("*"), *data_dir.glob("postgres/*"))}
        self._left = self._left or left
        self.book.require(left == self._left, f"{left} are left, not {self._left}")

    def _gone(self, server: Server) -> None:
        with suppress(AssertionError):
            wait_until(lambda: not working_in(server.data_dir))
        self.book.require(not working_in(server.data_dir), f"processes are left: {working_in(server.data_dir)}")

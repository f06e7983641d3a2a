"""A PostgreSQL that is held by a program of its own, so that its processes and those of a command are told apart."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import psycopg
from psycopg.conninfo import make_conninfo
from psycopg.sql import SQL, Identifier

from tests.clusters import give_cluster
from tests.e2e.watched import connection_url
from tests.failures.faults import Fault
from tests.failures.operation import Book
from tests.failures.strace import Watch, attached, prefix
from tests.processes import family, named
from tests.programs import ROOT
from tests.server import MUSIC_APP

SECONDS = 60
_HOLDER = [sys.executable, "-m", "tests.integration.postgres.embedded_program"]


class Held:
    """The server below `folder`, and what is done with its databases."""

    def __init__(self, folder: Path, book: Book) -> None:
        self._folder = folder
        self._book = book
        self._life = ExitStack()
        self._holder = 0
        self._servers: set[int] = set()
        self._conninfo = ""

    @contextmanager
    def running(self) -> Iterator[None]:
        give_cluster(self._folder / "held")
        with self._life:
            self._life.enter_context(self._program())
            yield

    @contextmanager
    def _program(self) -> Iterator[None]:
        said = self._folder / "holder.log"
        with said.open("w") as log:
            command = [*_HOLDER, str(self._folder / "held"), str(os.geteuid())]
            holder = subprocess.Popen(
                command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, text=True
            )
        assert holder.stdin
        assert holder.stdout
        try:
            self._holder = holder.pid
            self._conninfo = json.loads(holder.stdout.readline())["conninfo"]
            self._servers = self._processes()
            yield
        finally:
            holder.stdin.close()
            try:
                holder.wait(SECONDS)
            finally:
                holder.kill()  # its server ends with it
                holder.stdout.close()
        self._book.require_no_trace(said.read_text())

    def conninfo(self, database: str) -> str:
        return make_conninfo(self._conninfo, dbname=database)

    @contextmanager
    def connected(self, database: str) -> Iterator[psycopg.Connection[Any]]:
        """A connection, once the server is back after whatever befell it."""
        end = time.monotonic() + SECONDS
        while True:
            try:
                connection = psycopg.connect(self.conninfo(database), autocommit=True)
                break
            except psycopg.OperationalError:
                if time.monotonic() > end:
                    raise
                time.sleep(0.05)
        with connection:
            yield connection

    def copy(self, template: str, name: str) -> None:
        """Make the database `name` what `template` is, whatever it was before."""
        with self.connected("postgres") as connection:
            connection.execute(SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(Identifier(name)))
            connection.execute(
                SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY").format(Identifier(name), Identifier(template))
            )

    def command(
        self, database: str, arguments: list[str], watch: Watch, log: Path, fault: Fault | None
    ) -> subprocess.CompletedProcess[str]:
        """Run `music-app` on this database, with the fault in it or in the server."""
        if watch.process == "command":
            return self._run(database, arguments, prefix(watch, log, fault))
        if not self._servers & self._processes():  # who starts it again would wait ever longer after failures in a row
            self._life.close()
            self._life.enter_context(self._program())
        with attached(self._processes(), watch, log, fault):
            return self._run(database, arguments)

    def _processes(self) -> set[int]:
        return named(family(self._holder), "postgres")

    def _run(
        self, database: str, arguments: list[str], before: list[str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Run `music-app` on this database."""
        environment = {"PATH": os.environ["PATH"], "LOG_LEVEL": "warning", "DATA_DIR": str(self._folder / "none")}
        done = subprocess.run(
            [*(before or []), MUSIC_APP, *arguments],
            env=environment | {"DATABASE_URL": connection_url(self.conninfo(database))},
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )
        self._book.require_no_trace(done.stderr)
        lines = done.stderr.splitlines()
        self._book.require(len(lines) == (done.returncode in (1, 3)), f"exit code {done.returncode}, {lines}")
        return done

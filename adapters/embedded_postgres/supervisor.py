"""Keeping one PostgreSQL server running under a DATA_DIR that several programs may share."""

import logging
import os
import signal
import subprocess
import time
from contextlib import suppress
from pathlib import Path
from threading import Event, Lock

import psycopg
from psycopg import sql

from adapters.embedded_postgres.account import server_account
from adapters.embedded_postgres.back_off import BackOff
from adapters.embedded_postgres.binaries import find_binaries
from adapters.embedded_postgres.cluster import DATABASE, Cluster, closed_to_us
from adapters.embedded_postgres.lock_files import remove_stale_locks, running_process_id
from adapters.embedded_postgres.locks import FileLock
from adapters.embedded_postgres.server import READY_SECONDS, Server, ServerEnded
from domain.errors import WrongSetting

_logger = logging.getLogger(__name__)

_ATTACH_SECONDS = READY_SECONDS + 120  # what the owner may need: recovery, or the making of the cluster
_ORPHAN_SECONDS = 60  # a server whose program was killed stops by itself, after a checkpoint of at most 128 MB
_ORPHAN_GRACE_SECONDS = 5
_CREATE_SECONDS = 60  # copying the 8 MB template takes a fraction of a second
_POLL_SECONDS = 0.05
_WATCH_SECONDS = 1.0
_PROBLEMS = (OSError, ServerEnded, WrongSetting, psycopg.Error, subprocess.SubprocessError)


class Supervisor:
    """The owner of the server or one who is attached to it; who is attached becomes the owner when the owner goes.

    `owner.lock` is held by the program that runs the server, `server.lock` by the server's processes themselves, so
    that no second server starts while one of them lives, whatever became of its program.
    All but `stop` is called by one thread, which must live as long as the server (see `Server`).
    """

    def __init__(self, data_dir: Path) -> None:
        self._cluster = Cluster(data_dir)
        self._owner = FileLock(self._cluster.folder / "owner.lock")
        self._living = FileLock(self._cluster.folder / "server.lock")
        self._stopping = Event()
        self._launching = Lock()
        self._server: Server | None = None

    def open(self) -> str:
        """Run the server or wait for the one that runs, and return the connection string. Raises `WrongSetting`."""
        try:
            self._cluster.prepare()
            self._own_or_attach()
            return self._cluster.conninfo()
        except ServerEnded as error:
            raise WrongSetting("DATA_DIR", f"PostgreSQL did not start in {self._cluster.data}: {error}") from error
        except PermissionError as error:
            raise closed_to_us(error) from error
        except WrongSetting:
            raise
        except _PROBLEMS as error:
            said = " ".join(str(error).split())
            raise WrongSetting("DATA_DIR", f"no database can be kept in {self._cluster.folder}: {said}") from error

    def guard(self) -> None:
        """Until `stop`: pass on the server's log, restart it when it ends by itself, own it when the owner goes."""
        back_off = BackOff(time.monotonic())
        while not self._stopping.is_set():
            if self._watch():
                continue
            self._stopping.wait(back_off.fail(time.monotonic()))
            try:
                self._serve()
            except _PROBLEMS as error:
                _logger.error("PostgreSQL does not run: %s", error)  # noqa: TRY400 - tried again; the trace says nothing more
            back_off.begin(time.monotonic())

    def stop(self) -> None:
        """Stop the server if it is ours. For any thread; bounded; safe to repeat."""
        with self._launching:
            self._stopping.set()
            server = self._server
        if server is not None:
            server.stop()

    def close(self) -> None:
        """Let go of everything."""
        if self._server is not None:
            self._server.stop()
            self._server.close()
            self._server = None
        if self._unowned():
            self._cluster.socket.remove()
        self._living.release()
        self._owner.release()

    def _unowned(self) -> bool:
        """Whether no other program runs the server, and needs the short way to its socket.

        Where the lock does not tell, it was made here since no other had it.
        """
        try:
            return self._owner.try_acquire()
        except OSError:
            return self._cluster.socket.made_here

    def _own_or_attach(self) -> None:
        deadline = time.monotonic() + _ATTACH_SECONDS
        while not self._owner.try_acquire():
            if (problem := self._attach()) is None:
                return
            if self._stopping.wait(_POLL_SECONDS) or time.monotonic() > deadline:
                raise ServerEnded(f"another program runs it, and it is not to be reached: {problem}")
        self._serve(make=True)

    def _attach(self) -> str | None:
        """None if the database of the program that runs the server can be reached, else why not."""
        if not self._cluster.made:
            return "it is being made"
        try:
            self._cluster.socket.keep()
            psycopg.connect(self._cluster.conninfo()).close()
        except psycopg.OperationalError as error:
            return str(error).strip()
        return None

    def _serve(self, make: bool = False) -> None:
        """Start the server, as its owner, and return when the database is there."""
        self._await_orphans()
        binaries = find_binaries()
        account = server_account(self._cluster.data, self._cluster.data_dir, binaries.initdb)
        if make:
            self._cluster.make(binaries, account, self._living.descriptor)
        self._cluster.socket.keep()
        conninfo = self._cluster.conninfo("postgres")
        remove_stale_locks(self._cluster.data)
        with self._launching:
            if self._stopping.is_set():
                raise ServerEnded("stopped while starting")
            self._server = Server(self._cluster, binaries, account, self._living.descriptor)
        self._living.release()  # from here on the server's processes alone hold it
        self._server.wait_ready(conninfo)
        self._make_database(conninfo)

    def _make_database(self, conninfo: str) -> None:
        with psycopg.connect(
            conninfo, autocommit=True, options=f"-c statement_timeout={_CREATE_SECONDS}s"
        ) as connection:
            if connection.execute("SELECT FROM pg_database WHERE datname = %s", (DATABASE,)).fetchone() is None:
                connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(DATABASE)))

    def _await_orphans(self) -> None:
        """Return, holding `server.lock`, when the server of a program that was killed has ended."""
        began, asked = time.monotonic(), False
        while not self._living.try_acquire():
            waited = time.monotonic() - began
            if waited > _ORPHAN_SECONDS or self._stopping.wait(_POLL_SECONDS):
                raise ServerEnded("an earlier PostgreSQL still runs there; stop it")
            if waited > _ORPHAN_GRACE_SECONDS and not asked:
                asked = True
                with suppress(OSError):
                    if (process_id := running_process_id(self._cluster.data)) is not None:
                        os.kill(process_id, signal.SIGINT)

    def _watch(self) -> bool:
        """Wait a little. False if a server must be started by us."""
        with suppress(*_PROBLEMS):
            self._cluster.socket.keep()  # cleaners of temporary folders may take it away
        if self._server is not None:
            if self._server.follow(_WATCH_SECONDS) or self._stopping.is_set():
                return True
            _logger.error("PostgreSQL ended by itself (%s); starting it again", self._server.ending)
            self._server.close()
            self._server = None
            return False
        if self._owner.held:
            return False
        if self._stopping.wait(_WATCH_SECONDS):
            return True
        with suppress(OSError):  # no more files may be open just now, say: it is asked again
            return not self._owner.try_acquire()
        return True

"""One run of a PostgreSQL server process."""

import logging
import os
import re
import select
import signal
import subprocess
import time
from collections import deque
from contextlib import suppress
from typing import IO, cast

from psycopg import pq

from adapters.embedded_postgres.account import Account
from adapters.embedded_postgres.binaries import Binaries
from adapters.embedded_postgres.cluster import SERVER_ENVIRONMENT, Cluster
from adapters.embedded_postgres.socket_folder import PORT

_logger = logging.getLogger(__name__)

READY_SECONDS = 300  # recovery after a crash reads at most a few GB of log; a start without it takes 30 ms
_FAST_STOP_SECONDS = 30
_IMMEDIATE_STOP_SECONDS = 8  # PostgreSQL itself kills its children after 5
_POLL_SECONDS = 0.02
_LINE_BYTES = 4096
_LAST_LINES = 10
_LEVELS = {"LOG": logging.INFO, "WARNING": logging.WARNING, "NOTICE": logging.INFO, "INFO": logging.INFO}
# Said to whoever knocks before it is ready or while it stops, or has not quite left then, as we do ourselves.
_NOT_NOW = re.compile(
    r"FATAL: +(the database system is (starting up|shutting down|in recovery mode|not yet accepting)"
    r"|terminating connection due to administrator command)"
)
# On the command line, so that no file in the data folder can undo them.
_SETTINGS = {
    "listen_addresses": "",
    "unix_socket_directories": ".",  # the data folder, which is the working directory
    "unix_socket_permissions": "0700",
    "port": str(PORT),
    "fsync": "on",
    "full_page_writes": "on",
    "synchronous_commit": "on",
    "max_connections": "60",
    "shared_buffers": "128MB",
    "logging_collector": "off",  # lines come through standard error into the service's own log, so no file can grow
    "log_destination": "stderr",
    "log_line_prefix": "",
    "log_checkpoints": "off",
    "log_error_verbosity": "terse",  # no values of rows in the log
    "log_min_error_statement": "panic",
    # The supervisor starts it anew. PostgreSQL 18 itself waits forever where its recovery ends before it has begun.
    "restart_after_crash": "off",
    "cluster_name": "music_app",
}


class ServerEnded(Exception):
    """The server ended by itself; the text is the last of what it said."""


class Server:
    """A postmaster, started at once. To be started, followed and stopped by one thread that outlives it.

    The parent-death signal is bound to the starting *thread*: if that ends, by kill -9 of the service as well,
    the postmaster gets SIGINT and stops cleanly. `stop` may be called from any thread.
    """

    def __init__(self, cluster: Cluster, binaries: Binaries, account: Account, lock: int) -> None:
        """Start it; it and all its children hold the file descriptor `lock` while they live. Raises OSError."""
        settings = [f"--{name}={value}" for name, value in _SETTINGS.items()]
        user, group = account.popen_user()
        self._last_lines: deque[str] = deque(maxlen=_LAST_LINES)
        self._rest = b""
        self._process = subprocess.Popen(
            account.command(
                binaries.postgres,
                *("-D", account.directory_argument(cluster.data), *settings),
                parent_death_signal="INT",
            ),
            cwd=cluster.data,
            env=SERVER_ENVIRONMENT,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            pass_fds=(lock,),
            start_new_session=True,
            user=user,
            group=group,
        )
        self._output = cast(IO[bytes], self._process.stderr)

    @property
    def ending(self) -> str:
        """How it ended, for the log."""
        return "; ".join([f"exit code {self._process.returncode}", *self._last_lines])

    def wait_ready(self, conninfo: str) -> None:
        """Return when it takes connections. Raises `ServerEnded`; TimeoutError after `READY_SECONDS`."""
        deadline = time.monotonic() + READY_SECONDS
        while pq.PGconn.ping(conninfo.encode()) != pq.Ping.OK:
            if not self.follow(_POLL_SECONDS):
                raise ServerEnded(self.ending)
            if time.monotonic() > deadline:
                raise TimeoutError(f"PostgreSQL took no connection in {READY_SECONDS} seconds")

    def follow(self, seconds: float) -> bool:
        """Pass on to the log what it says in the next `seconds`. False if it has ended."""
        descriptor = self._output.fileno()
        waiting = select.poll()  # not select(), which ends at descriptor 1023
        waiting.register(descriptor, select.POLLIN)
        ready = waiting.poll(seconds * 1000)
        data = os.read(descriptor, 1 << 16) if ready else b""
        self._log(data)
        if ready and not data:
            self._process.wait(READY_SECONDS)
        return data != b"" or self._process.poll() is None

    def stop(self) -> None:
        """Stop it: cleanly by SIGINT, else by SIGQUIT, else by SIGKILL. Bounded; safe to repeat."""
        for number, seconds in (
            (signal.SIGINT, _FAST_STOP_SECONDS),
            (signal.SIGQUIT, _IMMEDIATE_STOP_SECONDS),
        ):
            with suppress(subprocess.TimeoutExpired):
                self._process.send_signal(number)
                self._process.wait(seconds)
                return
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()

    def close(self) -> None:
        """Let go of its standard error."""
        self._output.close()

    def _log(self, data: bytes) -> None:
        *lines, self._rest = (self._rest + data).split(b"\n")
        self._rest = self._rest[-_LINE_BYTES:]
        for line in lines:
            text = line[:_LINE_BYTES].decode("utf-8", "replace")
            self._last_lines.append(text)
            _logger.log(_level(text), "PostgreSQL: %s", text)


def _level(line: str) -> int:
    if _NOT_NOW.match(line):
        return logging.DEBUG
    found = re.match(r"([A-Z]+): +", line)
    return _LEVELS.get(found[1], logging.ERROR) if found else logging.INFO

"""A PostgreSQL server that can be made to go away, and callers who ask all the while."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import psycopg

from application.readiness import KEPT_FOR
from tests.processes import family, living, named
from tests.server import Server
from tests.waiting import wait_until
from tests.wavs import pcm, tone, wav

KINDS = ("stopped", "frozen", "killed")
READINESS = "/health/ready"
CALLERS = 3
"""Threads that make each call."""
_RETURN_SECONDS = 60
_BETWEEN_SECONDS = 0.05
RECORDING = wav(pcm(tone(800)), rate=8000)


class ExternalDatabase:
    """A PostgreSQL server on a unix socket, in a program of its own; `conninfo` is there after `start`."""

    def __init__(self, folder: Path) -> None:
        self._command = [sys.executable, "-m", "tests.integration.postgres.embedded_program", str(folder)]
        self._command += [str(os.geteuid())]
        self._program: subprocess.Popen[str] | None = None
        self.conninfo = ""

    def start(self) -> None:
        """Return when it takes connections."""
        self._program = subprocess.Popen(
            self._command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[2]
        )
        assert self._program.stdout is not None
        self.conninfo = json.loads(self._program.stdout.readline())["conninfo"]

    def stop(self) -> None:
        """End it cleanly; connections are refused from then on. Safe to repeat."""
        if self._program is not None:
            self._program.communicate()
            self._program = None

    @contextmanager
    def away(self, kind: str) -> Iterator[None]:
        """It is `stopped`, `frozen` or `killed` (kill -9) in the context, and there again after it."""
        if kind == "stopped":
            self.stop()
            yield
            self.start()
            return
        assert self._program is not None
        keeper, servers = self._program.pid, named(family(self._program.pid), "postgres")
        frozen = {keeper} if kind == "killed" else servers  # the keeper would start a killed server at once
        _signal(frozen, signal.SIGSTOP)
        try:
            if kind == "killed":
                _signal(servers, signal.SIGKILL)
                wait_until(lambda: not living(servers))
            yield
        finally:
            _signal(frozen, signal.SIGCONT)
        wait_until(self._answers)

    def _answers(self) -> bool:
        """Whether a client of its own gets through."""
        try:
            psycopg.connect(self.conninfo, connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True

    def __enter__(self) -> "ExternalDatabase":
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


def _signal(processes: set[int], number: signal.Signals) -> None:
    for process in processes:
        with suppress(ProcessLookupError):  # a backend that has ended by itself
            os.kill(process, number)


@dataclass(frozen=True)
class Answer:
    """One call: when it was made and how long it took, in seconds of the monotonic clock."""

    call: str
    began: float
    seconds: float
    status: int
    code: str
    retry_after: str


@dataclass
class Outage:
    """What callers saw: `answers` of calls made while the database was away, `first_success` seconds after it was."""

    answers: list[Answer] = field(default_factory=list)
    first_success: dict[str, float] = field(default_factory=dict)

    @property
    def slowest(self) -> float:
        return max(answer.seconds for answer in self.answers)

    @property
    def others_than_away(self) -> list[Answer]:
        """Answers that are not 503 `service.database_away` with `Retry-After`."""
        return [
            answer
            for answer in self.answers
            if (answer.status, answer.code) != (503, "service.database_away") or not answer.retry_after
        ]


def calls(client: httpx.Client, fields: dict[str, str], link: str) -> dict[str, Callable[[], httpx.Response]]:
    """Every call that needs the database, by name."""
    file = {"wav_file": ("a.wav", RECORDING)}
    bearer = {"Authorization": f"Bearer {fields['user_access_token']}"}
    return {
        "/register": lambda: client.post("/register", json={"user_name": "Ann"}),
        "/add_track": lambda: client.post("/add_track", data=fields, files=file),
        "/add_track, Bearer": lambda: client.post("/add_track", files=file, headers=bearer),
        "/record": lambda: client.get(link),
        READINESS: lambda: client.get(READINESS),
    }


def go_through(server: Server, database: ExternalDatabase, kind: str, seconds: float) -> Outage:
    """Have every call made over and over while the database is away for so long, and until each succeeds again."""
    outage, returned, gone = Outage(), threading.Event(), threading.Event()
    since = [0.0]
    fields = server.register()
    with server.client() as client:
        makers = calls(client, fields, server.upload(fields, RECORDING))
        threads = [
            threading.Thread(target=_ask, args=(name, call, outage, gone, returned, since), daemon=True)
            for name, call in makers.items()
            for _ in range(CALLERS)
        ]
        with database.away(kind):
            gone.set()
            for thread in threads:
                thread.start()
            time.sleep(seconds)  # this is how long the outage is
        since[0] = time.monotonic()
        returned.set()
        for thread in threads:
            thread.join(_RETURN_SECONDS)
    assert set(outage.first_success) == set(makers), "not every call succeeded again"
    return outage


def _ask(
    name: str,
    call: Callable[[], httpx.Response],
    outage: Outage,
    gone: threading.Event,
    returned: threading.Event,
    since: list[float],
) -> None:
    gone.wait()
    if name == READINESS:
        time.sleep(KEPT_FOR.total_seconds())  # until then it may tell what was found before
    end = time.monotonic() + _RETURN_SECONDS
    while time.monotonic() < end:
        was_away = not returned.is_set()
        answer = _made(name, call)
        if answer.status < 400 and returned.is_set():
            found = answer.began + answer.seconds - since[0]
            outage.first_success[name] = min(found, outage.first_success.get(name, found))
            return
        if was_away:
            outage.answers.append(answer)
        time.sleep(_BETWEEN_SECONDS)


def _made(name: str, call: Callable[[], httpx.Response]) -> Answer:
    began = time.monotonic()
    response = call()
    seconds = time.monotonic() - began
    code = response.json().get("code", "") if response.status_code >= 400 else ""
    return Answer(name, began, seconds, response.status_code, code, response.headers.get("retry-after", ""))

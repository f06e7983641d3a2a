"""Looks at the service all through the load: what it takes every few seconds, and how soon it answers."""

import http.client
import statistics
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from typing import Any, LiteralString
from urllib.parse import urlsplit

import psycopg

from tests.server import Server
from tests.soak.samples import sample

KEPT_TRACKS = 500
"""Older ones are deleted, as an operator may do, so that the database does not grow by what it is there for."""
_ASK_SECONDS = 0.1
_ANSWER_SECONDS = 30
_TELL_SECONDS = 300
_DELETE: LiteralString = "DELETE FROM tracks WHERE track_id <= (SELECT max(track_id) FROM tracks) - %s"


class Probe(threading.Thread):
    """Asks for `/health/live`, which does nothing, again and again: what it takes longer, everybody waits."""

    def __init__(self, server: Server) -> None:
        super().__init__(name="probe")
        self._netloc = urlsplit(server.url).netloc
        self._ended = threading.Event()
        self._latest: list[float] = []
        self.all: list[float] = []
        """Milliseconds of every answer."""
        self.errors: list[str] = []

    def run(self) -> None:
        with closing(http.client.HTTPConnection(self._netloc, timeout=_ANSWER_SECONDS)) as connection:
            while not self._ended.wait(_ASK_SECONDS):
                try:
                    self._ask(connection)
                except (OSError, http.client.HTTPException) as error:
                    self.errors.append(f"/health/live: {type(error).__name__}")
                    connection.close()

    def latest(self) -> list[float]:
        """Milliseconds of the answers since this was called last."""
        latest, self._latest = self._latest, []
        self.all += latest
        return latest

    def end(self) -> None:
        """Return when it asks no more."""
        self._ended.set()
        self.join()

    def _ask(self, connection: http.client.HTTPConnection) -> None:
        began = time.perf_counter()
        connection.request("GET", "/health/live")
        answer = connection.getresponse()
        answer.read()
        self._latest.append((time.perf_counter() - began) * 1000)
        if answer.status != 200:
            self.errors.append(f"/health/live: {answer.status}")


@dataclass
class Samples:
    """What was seen, each value by its name, at so many `hours` after the beginning."""

    hours: list[float] = field(default_factory=list)
    values: dict[str, list[float]] = field(default_factory=dict)

    def add(self, hours: float, values: dict[str, float]) -> None:
        """One more moment."""
        self.hours.append(hours)
        for name, value in values.items():
            self.values.setdefault(name, []).append(value)

    def since(self, hours: float) -> "Samples":
        """Those from a moment on."""
        first = sum(hour < hours for hour in self.hours)
        return Samples(self.hours[first:], {name: values[first:] for name, values in self.values.items()})


@contextmanager
def probing(server: Server) -> Iterator[Probe]:
    """A probe that asks until the context ends."""
    probe = Probe(server)
    probe.start()
    try:
        yield probe
    finally:
        probe.end()


def watch(server: Server, connection: psycopg.Connection[Any], probe: Probe, minutes: float, every: float) -> Samples:
    """Look `every` so many seconds, for so many minutes; now and then, print a line."""
    samples, began, told = Samples(), time.monotonic(), 0.0
    while (seconds := time.monotonic() - began) < minutes * 60:
        connection.execute(_DELETE, [KEPT_TRACKS])
        if latest := probe.latest():
            answered = {"/health/live, median": statistics.median(latest), "/health/live, slowest": max(latest)}
            samples.add(seconds / 3600, sample(server, connection) | answered)
        if seconds >= told:
            told += _TELL_SECONDS
            print(
                f"{seconds / 60:3.0f} min",
                {name: round(seen[-1], 1) for name, seen in samples.values.items()},
                flush=True,
            )
        time.sleep(every)
    probe.latest()
    return samples

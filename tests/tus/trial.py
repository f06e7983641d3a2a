"""Uploads, each by one of the clients, while the service is killed and started again."""

import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from subprocess import TimeoutExpired

from tests.crash.service import Service
from tests.patience import answered
from tests.tus import by_hand, javascript, python
from tests.tus.proxy import CuttingProxy
from tests.tus.uploading import Caller, Recording, track_of

TRIES = 3000
"""Of each client: for minutes, as a start takes long on a machine that is busy with others."""
BETWEEN_MS = 100
CLIENT_SECONDS = 600.0
"""For one upload with all its kills."""
REQUEST_BYTES = 4000
"""More than the requests before and after the bytes of a recording have."""
LATEST_SECONDS = 1.0
"""After a start, of a kill that is not at a byte."""

Told = tuple[str | None, str | None]
"""The link and the SHA-256 of the WAV, as the last answer has them."""
Client = Callable[[str, Caller, Recording, Path], Told]


def _javascript(**options: object) -> Client:
    def upload(url: str, caller: Caller, what: Recording, _: Path) -> Told:
        delays = [BETWEEN_MS] * TRIES
        client = javascript.Upload(url, caller.token, what.path, retry_delays=delays, **options)  # type: ignore[arg-type] # checked by the class
        done = javascript.outcome(client.begin(), CLIENT_SECONDS)
        if not done.succeeded:
            raise RuntimeError(f"ended with {done.last}")
        return done.link, done.sha256

    return upload


def _tuspy(**options: object) -> Client:
    def upload(url: str, caller: Caller, what: Recording, _: Path) -> Told:
        delay = BETWEEN_MS / 1000
        client = python.Upload(url, caller.token, what.content, retries=TRIES, retry_delay=delay, **options)  # type: ignore[arg-type] # checked by the class
        done = client.run()
        if done.problem:
            raise RuntimeError(f"ended with {done.problem}")
        return done.link, done.sha256

    return upload


def _curl(url: str, caller: Caller, what: Recording, folder: Path) -> Told:
    client = by_hand.Curl(url, caller.token, folder)
    answer = client.finish(client.create(what.path), what.path)
    if answer.status != 204:
        raise RuntimeError(f"ended with {answer}")
    return answer.headers.get("upload-track-location"), answer.headers.get("x-audio-sha256")


CLIENTS: dict[str, Client] = {
    "tus-js-client, bytes": _javascript(),
    "tus-js-client, file": _javascript(source="file"),
    "tus-js-client, pieces": _javascript(chunk_size=1 << 20),
    "tus-js-client, stream of unknown length": _javascript(source="stream", chunk_size=1 << 18, deferred=True),
    "tuspy": _tuspy(),
    "tuspy, pieces with checksums": _tuspy(chunk_size=1 << 20, checksum=True),
    "curl": _curl,
}


@dataclass
class Result:
    """What came of one upload; `problem` is empty where it arrived whole."""

    client: str
    size: int
    kills: int
    seconds: float = 0.0
    problem: str = ""

    def line(self) -> str:
        """For the table."""
        came = self.problem or "whole"
        return f"{self.client:40} {self.size:>10} bytes, {self.kills} kills, {self.seconds:5.1f} s: {came}"


class Lane:
    """One service and one user, who uploads one recording after the other."""

    def __init__(self, service: Service, dice: random.Random, kills: int) -> None:
        self._service = service
        self._dice = dice
        self._kills = kills
        self._killing = threading.Lock()
        self._caller = Caller.new(service.running)
        self._expected: list[str] = []

    def upload(self, name: str, what: Recording) -> Result:
        """Have the client upload it, kill the service meanwhile, and compare what is stored with what was sent."""
        result = Result(name, len(what.content), 0)
        began = time.monotonic()
        with CuttingProxy(self._service.running.address, self._cuts(len(what.content)), self._lost()) as proxy:
            late = threading.Timer(self._dice.uniform(0, LATEST_SECONDS), self._kill, (proxy, result))
            proxy.when_cut = lambda: self._kill(proxy, result, then=late)
            try:
                told = CLIENTS[name](f"{proxy.url}/uploads", self._caller, what, self._service.folder)
                _wait_for(late)
                result.problem = result.problem or self._compare(what, *told)
            except (RuntimeError, TimeoutError, AssertionError, TimeoutExpired) as error:
                result.problem = result.problem or f"{type(error).__name__}: {error}"
            finally:
                _wait_for(late)
        result.seconds = time.monotonic() - began
        return result

    def _cuts(self, size: int) -> list[int]:
        """Where in what is sent all kills but the last one are: their sum is less than all that is sent."""
        places = sorted(self._dice.randrange(REQUEST_BYTES, size) for _ in range(self._kills - 1))
        return [max(1, place - before) for before, place in zip([0, *places], places, strict=False)]

    def _lost(self) -> list[bytes]:
        return [b"upload-track-location"] if self._dice.random() < 0.3 else []

    def _kill(self, proxy: CuttingProxy, result: Result, then: threading.Timer | None = None) -> None:
        with self._killing:
            self._service.kill("service", self._dice)
            result.kills += 1
            try:
                self._service.start()
            except AssertionError as error:
                result.problem = str(error)
                return
            proxy.target = self._service.running.address
            if then and not then.ident:
                then.start()

    def _compare(self, what: Recording, link: str | None, sha256: str | None) -> str:
        self._expected.append(what.sha256)
        tracks = self._caller.tracks()
        if sorted(tracks.values()) != sorted(self._expected):
            return f"{len(tracks)} tracks after {len(self._expected)} uploads: {tracks}"
        if not sha256 == tracks[track_of(link)] == what.sha256:
            return f"{what.sha256} was sent, {sha256} answered, {tracks[track_of(link)]} is stored"
        with self._service.running.client() as client:
            status = answered(client, f"/record?{str(link).partition('?')[2]}").status_code
        return "" if status == 200 else f"the record is answered {status}"


def _wait_for(late: threading.Timer) -> None:
    """Until what it was begun for is done, if it was."""
    if late.ident:
        late.join()

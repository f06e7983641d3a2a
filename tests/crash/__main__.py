"""`python -m tests.crash [options]`: is anything lost, changed or left when processes are killed?

Eight clients upload without end; at random moments the service, one ffmpeg (with that converter) or the postmaster
gets SIGKILL, as often each. Exit code 1 where what was answered 201 is not there with the same bytes, a row has no
audio, or a file or a process is left.
"""

import argparse
import contextlib
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import httpx

from tests.crash.checks import Checker
from tests.crash.uploads import Book, Uploader, make_clips
from tests.crash.victims import KINDS, kill, open_in_spool, started_by
from tests.processes import wait_until
from tests.server import Server, running_server

UPLOADERS = 8
MOST_SECONDS_BETWEEN = 1.0
READY_SECONDS = 90
"""For PostgreSQL to be started again and to recover."""
EXPECTED_ANSWERS = {
    "201",
    "broken off",
    "500 service.converter_failed",
    "503 service.database_away",
    "503 service.overloaded",
}


def main(arguments: list[str]) -> int:
    """Kill, check, and print what came of it; 1 if something is wrong."""
    parser = argparse.ArgumentParser(prog="python -m tests.crash")
    parser.add_argument("--kills", type=int, default=300)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1 << 32))
    parser.add_argument("--converter", choices=("lame", "ffmpeg"), default="ffmpeg")
    options = parser.parse_args(arguments)
    print(f"seed {options.seed}", flush=True)
    with tempfile.TemporaryDirectory(prefix="music-app-crash-") as folder:
        return _Trial(Path(folder), random.Random(options.seed), options.converter).run(options.kills)


class _Trial:
    def __init__(self, folder: Path, dice: random.Random, converter: str) -> None:
        self._folder = folder
        self._dice = dice
        self._converter = converter
        self._kinds = [kind for kind in KINDS if kind == converter or kind != "ffmpeg"]
        self._book = Book()
        self._checker = Checker(dice)
        self._kills: Counter[str] = Counter()
        self._server: Server | None = None
        self._life = contextlib.ExitStack()

    def run(self, kills: int) -> int:
        began = time.monotonic()
        with self._life_ended(), self._uploading():
            for kind in self._order(kills):
                self._kill(kind)
        self._print(time.monotonic() - began)
        return 1 if self._checker.violations else 0

    def _order(self, kills: int) -> list[str]:
        order = [self._kinds[number % len(self._kinds)] for number in range(kills)]
        self._dice.shuffle(order)
        return order

    @contextlib.contextmanager
    def _life_ended(self) -> Iterator[None]:
        """In the end the service is stopped, as an operator would, and must leave nothing."""
        self._start()
        try:
            yield
            self._check_idle(self._running)
            processes = started_by(self._running)
            self._checker.require(self._running.stop() == 0, "the service did not stop cleanly")
            self._gone(processes)
        finally:
            self._life.close()

    @contextlib.contextmanager
    def _uploading(self) -> Iterator[None]:
        clips = make_clips(self._folder)
        uploaders = [
            Uploader(self._book, clips, self._running.register(), random.Random(self._dice.random()))
            for _ in range(UPLOADERS)
        ]
        for uploader in uploaders:
            uploader.start()
        try:
            yield
        finally:
            self._book.ended.set()
            for uploader in uploaders:
                uploader.join()

    @property
    def _running(self) -> Server:
        if self._server is None:
            raise RuntimeError("the service is not running")
        return self._server

    def _start(self) -> None:
        self._life.close()
        self._server = self._life.enter_context(running_server(self._folder, CONVERTER=self._converter))
        self._book.url = self._running.url

    def _kill(self, kind: str) -> None:
        time.sleep(self._dice.uniform(0, MOST_SECONDS_BETWEEN))
        kill(kind, self._running, self._dice)
        self._kills[kind] += 1
        if kind == "service":
            self._book.url = ""
            if self._dice.random() < 0.5:  # else it is started while its PostgreSQL still stops
                self._gone(started_by(self._running))
            self._start()
        self._await_ready()
        self._checker.check(self._running, self._book.promises, everything=False)

    def _gone(self, processes: set[int]) -> None:
        """Nothing that the service has started is left, nor anything that those started meanwhile."""
        try:
            wait_until(lambda: not started_by(self._running))
        except AssertionError:
            self._checker.require(False, f"processes are left: {started_by(self._running)} of {processes}")

    def _await_ready(self) -> None:
        end = time.monotonic() + READY_SECONDS
        with self._running.client() as client:
            while True:
                with contextlib.suppress(httpx.HTTPError):
                    if client.get("/health/ready").status_code == 200:
                        return
                if time.monotonic() > end:
                    raise TimeoutError("the service did not get ready again")
                time.sleep(0.05)

    def _check_idle(self, server: Server) -> None:
        """With no upload under way there is neither a nameless file nor a conversion, and every link works."""
        self._checker.check(server, self._book.promises, everything=True)
        try:
            wait_until(lambda: not open_in_spool(server))
        except AssertionError:
            self._checker.require(False, f"files are left: {open_in_spool(server)}")

    def _print(self, seconds: float) -> None:
        answers = self._book.answers
        strange = {answer: count for answer, count in answers.items() if answer not in EXPECTED_ANSWERS}
        self._checker.require(not strange, f"answers that were not to come: {strange}")
        print("killed      " + "   ".join(f"{kind} {self._kills[kind]}" for kind in self._kinds))
        print("answered    " + "   ".join(f"{answer}: {count}" for answer, count in sorted(answers.items())))
        print(f"promised    {len(self._book.promises)} tracks, each downloaded with the same bytes in the end")
        print(f"violations  {len(self._checker.violations)}")
        print(f"took        {seconds:.0f} s", flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""One round: a service, its clients, and one step of the plan after the other."""

import contextlib
import time
from collections.abc import Iterator
from pathlib import Path

from tests.clusters import give_cluster
from tests.crash.book import Book, Clip
from tests.crash.checks import Checker
from tests.crash.expected import Expected
from tests.crash.operator import Operator
from tests.crash.plan import Round, Step
from tests.crash.report import Outcome
from tests.crash.service import Service
from tests.crash.uploads import ANSWER_SECONDS, Uploader
from tests.crash.victims import left_behind

UPLOADERS = 3
ENOUGH_VIOLATIONS = 20
"""After a step with so many, a round ends: more of them tell nothing more."""


class Trial:
    """A round in an empty folder. `decoded` is shared with other rounds, see `Checker`."""

    def __init__(self, what: Round, folder: Path, clips: list[Clip], decoded: dict[str, float]) -> None:
        self._round = what
        self._clips = clips
        self._outcome = Outcome(what)
        self._book = Book()
        self._expected = Expected()
        self._dice = what.dice("victims")
        self._checker = Checker(self._expected, what.dice("samples"), self._outcome.wrong, decoded)
        self._operator = Operator(folder, self._expected, what.dice("deletions"))
        self._service = Service(folder, {"CONVERTER": what.converter} | what.settings)
        self._absorbed = 0

    def run(self) -> Outcome:
        """All steps, and what came of them; where one could not be taken, that is a violation and the end."""
        began = time.monotonic()
        try:
            give_cluster(self._service.data_dir)
            self._service.start()
            with self._uploading():
                for step in self._round.steps():
                    self._take(step)
                    if len(self._outcome.violations) >= ENOUGH_VIOLATIONS:
                        break
            self._end()
        except Exception as error:  # noqa: BLE001 - a round that cannot go on tells why, and others go on
            self._outcome.wrong(f"the round could not go on: {type(error).__name__}: {error}")
        finally:
            self._close()
        self._outcome.close(self._book, time.monotonic() - began)
        return self._outcome

    @contextlib.contextmanager
    def _uploading(self) -> Iterator[None]:
        uploaders = [
            Uploader(self._book, self._clips, self._service.running.register(), self._round.dice(f"uploader {number}"))
            for number in range(UPLOADERS)
        ]
        self._book.open(self._service.running.url)
        for uploader in uploaders:
            uploader.start()
        try:
            yield
        finally:
            self._book.ended.set()
            for uploader in uploaders:
                uploader.join()

    def _take(self, step: Step) -> None:
        if step.backup:
            self._absorb()
            self._operator.back_up()
            self._outcome.done["backups"] += 1
        if step.restore and not step.restore.down:
            self._restore_below_the_service(step)
        time.sleep(step.pause)
        self._absorb()
        for _ in range(step.deletions):
            self._outcome.done["deletions"] += self._operator.delete_track()
        self._service.kill(step.kind, self._dice)
        self._outcome.kills[step.kind] += 1
        if step.kind == "service":
            self._start_again(step)
        self._service.await_ready()
        self._absorb()
        restored = not self._operator.is_settled
        self._settle()
        self._checker.check(self._service.running, every_row=restored)

    def _restore_below_the_service(self, step: Step) -> None:
        """While it serves, but nobody uploads: else nobody could tell what is there afterwards."""
        self._quiet()
        self._restore(step)
        self._settle()
        self._book.open(self._service.running.url)

    def _start_again(self, step: Step) -> None:
        """After the service was killed."""
        self._quiet()
        if not step.orphans:
            self._gone()
        if step.restore and step.restore.down:
            self._restore(step)
        if step.cut_start is not None:
            self._service.start_and_kill(step.cut_start)
            self._outcome.kills["start"] += 1
        self._service.start()
        if self._operator.is_settled:
            self._book.open(self._service.running.url)

    def _restore(self, step: Step) -> None:
        assert step.restore
        if self._operator.restore(step.restore):
            self._outcome.done["restores"] += 1
            self._outcome.kills["restore"] = self._operator.killed_restores

    def _settle(self) -> None:
        if not self._operator.is_settled:
            if problem := self._operator.settle():
                self._outcome.wrong(problem)
            self._book.open(self._service.running.url)

    def _quiet(self) -> None:
        """Nobody uploads from now on, and every promise is in the book."""
        self._book.close()
        if not self._book.await_quiet(ANSWER_SECONDS):
            raise TimeoutError("an upload was not answered")
        self._absorb()

    def _absorb(self) -> None:
        """Every promise up to now has to be kept from now on."""
        promises = self._book.promises[self._absorbed :]
        self._absorbed += len(promises)
        self._expected.promise(promises)

    def _gone(self) -> None:
        """Nothing that the service has started is left, nor anything that those started meanwhile."""
        if left := left_behind(self._service.data_dir):
            self._outcome.wrong(f"processes are left: {sorted(left)}")

    def _end(self) -> None:
        self._absorb()
        self._checker.check_idle(self._service.running)
        for wrong in self._service.stop():
            self._outcome.wrong(wrong)

    def _close(self) -> None:
        """Whatever went wrong, no process of the round is left when the next one begins."""
        try:
            self._service.close()
        except Exception as error:  # noqa: BLE001 - as above
            self._outcome.wrong(f"the service could not be ended: {type(error).__name__}: {error}")

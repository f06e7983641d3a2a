"""One operation after the other, call by call, error by error, number by number."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from threading import Event
from typing import TypeVar

from tests.failures.faults import ERRORS, KILL, READING, Fault, errors_of
from tests.failures.operation import Operation
from tests.failures.strace import Watch

MOST_MORE = 5
"""Numbers tried beyond those of the run in which nothing failed: another run may have more calls, but not many."""
NEAR = 10
"""Calls at which the short form tries an error until it comes about."""
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the report."""

    operation: str
    process: str
    name: str


@dataclass
class Report:
    """How many numbers there are in each row, and at how many of them which error came about."""

    there: Counter[Row] = field(default_factory=Counter)
    met: Counter[tuple[Row, str]] = field(default_factory=Counter)

    def add(self, other: "Report") -> None:
        self.there += other.there
        self.met += other.met

    def lines(self) -> Iterator[str]:
        """A table."""
        yield f"{'operation':<24} {'process':<11} {'call':<10} {'there':>5} {'ENOSPC':>6} {'EIO':>6} {'KILL':>6}"
        for row, there in self.there.items():
            met = " ".join(f"{self.met[row, error]:>6}" for error in ("ENOSPC", "EIO", KILL))
            yield f"{row.operation:<24} {row.process:<11} {row.name:<10} {there:>5} {met}"
        yield f"{self.met.total()} points"


class Trial:
    """Tries one operation."""

    def __init__(self, operation: Operation, report: Report, ended: Event) -> None:
        """Nothing more is tried once `ended` is set."""
        self._operation = operation
        self._report = report
        self._ended = ended

    def whole(self, most: int) -> None:
        """With each error at each number of each call, or at `most` of them, evenly."""
        with self._operation.opened():
            for watch in self._operation.watches:
                for name, numbers in self._survey(watch).items():
                    for error in errors_of(name):
                        self._try(watch, name, error, numbers, min(most, watch.most))

    def short(self, points: int) -> None:
        """With each error at so many of the calls of a sample of all there are, from its first to its last, evenly."""
        with self._operation.opened():
            calls = [
                (watch, name, number)
                for watch in self._operation.sample
                for name, numbers in self._survey(watch).items()
                for number in numbers
            ]
            turns = points * len(ERRORS)
            for turn in range(turns):
                error, at = ERRORS[turn % len(ERRORS)], (len(calls) - 1) * turn / (turns - 1)
                self._operation.book.require(self._comes_about_near(at, calls, error), f"no {error} came about")

    def _comes_about_near(self, at: float, calls: Sequence[tuple[Watch, str, int]], error: str) -> bool:
        """Try the error at one call after the other, the nearest first: another run may have fewer calls."""
        able = [(abs(place - at), place) for place, (_, name, _) in enumerate(calls) if error in errors_of(name)]
        nearest = [calls[place] for _, place in sorted(able)[:NEAR]]
        return any(self._comes_about(watch, Fault(name, error, number)) for watch, name, number in nearest)

    def _survey(self, watch: Watch) -> dict[str, list[int]]:
        """The numbers of the calls where nothing fails."""
        self._operation.book.now = f"{self._operation.name}, {watch.process}, nothing fails"
        found = self._operation.attempt(watch, None).numbers
        numbers = {name: sorted(found[name]) for name in watch.names if found[name]}
        for name, there in numbers.items():
            self._report.there[self._row(watch, name)] = len(there)
        return numbers

    def _try(self, watch: Watch, name: str, error: str, numbers: list[int], most: int) -> None:
        met = sum(self._comes_about(watch, Fault(name, error, number)) for number in spread(numbers, most))
        # What PostgreSQL reads, and the files that it opens for it, depend on what it keeps in memory.
        depends = not watch.ours and name in (READING, "openat")
        self._operation.book.require(met > 0 or depends, "none of the numbers was met")
        if len(numbers) > most or watch.ours:
            return
        for number in range(numbers[-1] + 1, numbers[-1] + 1 + MOST_MORE):
            if not self._comes_about(watch, Fault(name, error, number)):
                return

    def _comes_about(self, watch: Watch, fault: Fault) -> bool:
        """Try it; whether the fault came about, since there was such a call."""
        if self._ended.is_set():
            raise KeyboardInterrupt
        self._operation.book.now = (
            f"{self._operation.name}, {watch.process}, {fault.name} {fault.number}, {fault.error}"
        )
        found = self._operation.attempt(watch, fault)
        met = found.killed if fault.error == KILL else found.injected
        self._report.met[self._row(watch, fault.name), fault.error] += met
        return met

    def _row(self, watch: Watch, name: str) -> Row:
        return Row(self._operation.name, watch.process, name)


def spread(found: Sequence[T], most: int) -> list[T]:
    """All of them, or as many as `most`, evenly: the first, the last, and some between."""
    if len(found) <= most:
        return list(found)
    step = (len(found) - 1) / max(most - 1, 1)
    return [found[round(number * step)] for number in range(most)]

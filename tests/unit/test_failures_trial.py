"""What the trial of failures tries in short, and what it leaves where something goes wrong in the trial itself."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import Event

import pytest

from tests.failures import first_start
from tests.failures.faults import KILL, Fault
from tests.failures.first_start import FirstStart
from tests.failures.operation import Book, Operation
from tests.failures.strace import Seen, Watch
from tests.failures.trial import NEAR, Report, Trial
from tests.failures.wrapped import Wrapped

WATCH = Watch("service", ("write", "pread64"))


class Numbered(Operation):
    """So many writes, then so many reads; of the calls those come about that are in `there`."""

    name = "numbered"

    def __init__(self, folder: Path, writes: int, reads: int, there: Sequence[tuple[str, int]]) -> None:
        super().__init__(folder, Book())
        self._numbers = {"write": set(range(1, writes + 1)), "pread64": set(range(1, reads + 1))}
        self._there = there
        self.tried: list[tuple[str, str, int]] = []

    @contextmanager
    def opened(self) -> Iterator[None]:
        yield

    @property
    def watches(self) -> Sequence[Watch]:
        return [WATCH]

    def attempt(self, watch: Watch, fault: Fault | None) -> Seen:
        if fault is None:
            return Seen(self._numbers)
        self.tried.append((fault.error, fault.name, fault.number))
        met = (fault.name, fault.number) in self._there
        return Seen(injected=met and fault.error != KILL, killed=met and fault.error == KILL)


def short(operation: Numbered, points: int = 1) -> Report:
    report = Report()
    Trial(operation, report, Event()).short(points)
    return report


def test_the_short_form_meets_each_error_from_the_first_call_to_the_last(tmp_path: Path) -> None:
    operation = Numbered(tmp_path, 5, 4, [("write", number) for number in range(1, 6)] + [("pread64", 4)])

    report = short(operation)

    assert operation.tried == [("ENOSPC", "write", 1), ("EIO", "write", 5), (KILL, "pread64", 4)]
    assert sorted(error for _, error in report.met.elements()) == ["EIO", "ENOSPC", KILL]
    assert operation.book.violations == []


def test_more_points_are_spread_over_the_operation(tmp_path: Path) -> None:
    operation = Numbered(tmp_path, 11, 0, [("write", number) for number in range(1, 12)])

    short(operation, points=2)

    assert [number for _, _, number in operation.tried] == [1, 3, 5, 7, 9, 11]
    assert [error for error, _, _ in operation.tried] == ["ENOSPC", "EIO", KILL] * 2


def test_a_call_that_does_not_come_again_is_replaced_by_the_nearest(tmp_path: Path) -> None:
    operation = Numbered(tmp_path, 9, 0, [("write", number) for number in (1, 3, 7)])

    short(operation)

    assert [number for error, _, number in operation.tried if error == "EIO"] == [5, 4, 6, 3]
    assert [number for error, _, number in operation.tried if error == KILL] == [9, 8, 7]
    assert operation.book.violations == []


def test_an_error_that_does_not_come_about_is_a_violation(tmp_path: Path) -> None:
    operation = Numbered(tmp_path, 50, 0, [("write", 1)])

    short(operation)

    assert len(operation.tried) == 1 + 2 * NEAR
    assert [violation.rpartition(": ")[2] for violation in operation.book.violations] == [
        "no EIO came about",
        "no KILL came about",
    ]


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """What is started in place of the service."""
    script = tmp_path / "program"
    script.touch(0o755)
    monkeypatch.setattr(first_start, "MUSIC_APP", str(script))
    return script


def test_a_start_has_ended_whatever_comes_between(program: Path, tmp_path: Path) -> None:
    program.write_text("#!/bin/sh\nexec sleep 1000\n")
    operation = FirstStart(tmp_path, Book())
    (tmp_path / "service").mkdir()

    with pytest.raises(ZeroDivisionError), operation.running([]) as (process, _):
        raise ZeroDivisionError

    assert process.returncode == -9


def test_an_attempt_leaves_nothing_when_it_cannot_be_judged(program: Path, tmp_path: Path) -> None:
    program.write_text("#!/bin/sh\nprintf '\\377' >&2\n")  # no text, and no exit code of ours
    operation = FirstStart(tmp_path, Book())
    before = sorted(tmp_path.rglob("*"))

    with pytest.raises(UnicodeDecodeError):
        operation.attempt(Watch("initdb", ("write",)), None)

    assert sorted(tmp_path.rglob("*")) == before


def test_a_program_is_watched_no_longer_than_said(tmp_path: Path) -> None:
    program, log = Wrapped(tmp_path / "program", "/bin/true", "*"), tmp_path / "log"

    arguments = tmp_path / "program.strace"

    with program.watched(WATCH, log, None):
        assert "--seccomp-bpf" in arguments.read_text()
    assert not arguments.exists()

    with pytest.raises(ZeroDivisionError), program.watched(WATCH, log, None):
        raise ZeroDivisionError

    assert not arguments.exists()

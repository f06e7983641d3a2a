"""How the log of strace is read, and which numbers are tried."""

from pathlib import Path

import pytest

from tests.failures.faults import CALLS, Fault
from tests.failures.strace import Seen, Watch, options, seen
from tests.failures.trial import spread

HERE = "/data/spool"


def read(folder: Path, *lines: str, ours: str = "") -> Seen:
    log = folder / "log"
    log.write_text("".join(f"{line}\n" for line in lines))
    return seen(Watch("service", tuple(CALLS), ours=ours), log)


def test_calls_are_numbered_in_each_thread_and_by_themselves(tmp_path: Path) -> None:
    found = read(
        tmp_path,
        '10 openat(AT_FDCWD, "/data/spool", O_RDWR) = 3',
        "11 pwrite64(3, ..., 5, 0) = 5",
        "10 pwrite64(3, ..., 5, 0) = 5",
        "10 pwrite64(3, ..., 5, 5) = 5",
        "10 fdatasync(3) = 0",
        "10 fsync(3) = 0",
    )
    assert found.numbers == {"openat": {1}, "pwrite64": {1, 2}, "fsync": {1}}
    assert (found.injected, found.killed) == (False, False)


def test_what_is_not_ours_is_counted_and_no_more(tmp_path: Path) -> None:
    found = read(
        tmp_path,
        '10 openat(AT_FDCWD, "/etc/passwd", O_RDONLY) = -1 EIO (Input/output error) (INJECTED)',
        '10 openat(AT_FDCWD, "/data/spool", O_RDWR) = 3',
        ours=HERE,
    )
    assert (found.numbers, found.injected) == ({"openat": {2}}, False)


@pytest.mark.parametrize(
    "lines",
    [
        ('10 openat(AT_FDCWD, "/data/spool", O_RDWR) = -1 EIO (Input/output error) (INJECTED)',),
        (
            '10 openat(AT_FDCWD, "/data/spool", O_RDWR <unfinished ...>',
            "11 fsync(3) = 0",
            "10 <... openat resumed>) = -1 EIO (Input/output error) (INJECTED)",
        ),
    ],
)
def test_what_was_made_to_fail_is_known(tmp_path: Path, lines: tuple[str, ...]) -> None:
    assert read(tmp_path, *lines, ours=HERE).injected


@pytest.mark.parametrize(
    "lines", [("10 fsync(3) = ?",), ("10 fsync(3 <unfinished ...>", "10 +++ killed by SIGKILL +++")]
)
def test_what_was_killed_is_known(tmp_path: Path, lines: tuple[str, ...]) -> None:
    assert read(tmp_path, *lines).killed


def test_nothing_but_the_calls_of_the_fault_is_traced(tmp_path: Path) -> None:
    given = options(Watch("service", tuple(CALLS), paths=(Path(HERE),)), tmp_path, Fault("mkdir", "EIO", 3))
    assert "trace=?mkdir,?mkdirat" in given
    assert "inject=?mkdir,?mkdirat:error=EIO:when=3" in given
    assert f"--trace-path={HERE}" in given


def test_some_of_many_are_the_first_the_last_and_some_between() -> None:
    assert spread(range(1, 101), 4) == [1, 34, 67, 100]
    assert spread(range(1, 4), 4) == [1, 2, 3]
    assert spread(range(1, 101), 1) == [1]

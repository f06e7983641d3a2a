"""What the keeper of the embedded PostgreSQL does about errors, without a server."""

import errno
import os
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from adapters.embedded_postgres import supervisor
from adapters.embedded_postgres.cluster import reason
from adapters.embedded_postgres.supervisor import Supervisor
from domain.errors import WrongSetting

BY_INITDB = """\
2026-11-28 00:54:41.744 UTC [7] FATAL:  could not write to file "pg_wal/xlogtemp.7": No space left on device
2026-11-28 00:54:41.744 UTC [7] STATEMENT:  CREATE VIEW pg_seclabels AS
\tSELECT
\t    l.objoid, l.classoid
child process exited with exit code 1
initdb: removing contents of data directory "/proc/self/cwd"
"""


def test_why_a_program_failed_is_one_line_without_statements() -> None:
    assert reason(BY_INITDB) == BY_INITDB.split("\n", maxsplit=1)[0]


def test_a_program_that_told_no_error_is_told_by_its_last_words() -> None:
    assert reason("Killed\nchild process exited with exit code 137\n") == (
        "Killed; child process exited with exit code 137"
    )


def test_a_lock_that_cannot_be_opened_is_tried_again(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """As where no more files may be open: who watches another program's server goes on watching."""
    tried: list[None] = []

    def try_acquire() -> bool:
        tried.append(None)
        raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))

    watching = Supervisor(tmp_path)
    monkeypatch.setattr(supervisor, "_WATCH_SECONDS", 0)
    monkeypatch.setattr(watching._owner, "try_acquire", try_acquire)

    assert watching._watch()
    assert watching._watch()
    assert len(tried) == 2
    watching.close()


class TestTheShortWayToTheSocket:
    @pytest.fixture(autouse=True)
    def temporary(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
        temporary = tmp_path / "tmp"
        temporary.mkdir()
        monkeypatch.setattr("adapters.embedded_postgres.socket_folder.gettempdir", lambda: str(temporary))
        monkeypatch.setattr("adapters.embedded_postgres.socket_folder._MAX_SOCKET_PATH", len(str(temporary)) + 64)
        return temporary

    @pytest.fixture
    def data_dir(self, tmp_path: Path) -> Path:
        folder = tmp_path / ("long" * 20)
        (folder / "postgres").mkdir(parents=True)
        return folder

    def test_it_goes_with_who_watches_where_nobody_runs_the_server(self, data_dir: Path, temporary: Path) -> None:
        watching = Supervisor(data_dir)
        watching._cluster.socket.keep()
        assert list(temporary.iterdir())

        watching.close()

        assert not list(temporary.iterdir())

    def test_it_stays_for_the_program_that_runs_the_server(self, data_dir: Path, temporary: Path) -> None:
        owner, watching = Supervisor(data_dir), Supervisor(data_dir)
        assert owner._owner.try_acquire()
        owner._cluster.socket.keep()
        watching._cluster.socket.keep()

        watching.close()
        assert list(temporary.iterdir())

        owner.close()
        assert not list(temporary.iterdir())

    @pytest.mark.parametrize("there_before", [True, False])
    def test_where_the_lock_cannot_be_opened_it_goes_if_it_was_made_here(
        self, data_dir: Path, temporary: Path, there_before: bool
    ) -> None:
        (data_dir / "postgres" / "owner.lock").mkdir()
        owner, watching = Supervisor(data_dir), Supervisor(data_dir)
        if there_before:
            owner._cluster.socket.keep()
        watching._cluster.socket.keep()

        watching.close()

        assert bool(list(temporary.iterdir())) == there_before


class Time:
    """A clock that moves only where a supervisor waits or its server runs."""

    def __init__(self) -> None:
        self.now = 0.0
        self.waits: list[float] = []

    def monotonic(self) -> float:
        return self.now

    def wait(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.now += seconds


def waits_between(
    monkeypatch: pytest.MonkeyPatch, folder: Path, lives: list[float], starts: Callable[[], None]
) -> list[float]:
    """Of a guarded server that ends by itself after each of these lives; all in seconds."""
    clock, guarded, ahead = Time(), Supervisor(folder), iter(lives)

    def watch() -> bool:
        if (life := next(ahead, None)) is None:
            guarded.stop()
            return True
        clock.now += life
        return False

    monkeypatch.setattr(supervisor, "time", clock)
    monkeypatch.setattr(guarded._stopping, "wait", clock.wait)
    monkeypatch.setattr(guarded, "_watch", watch)
    monkeypatch.setattr(guarded, "_serve", starts)
    guarded.guard()
    return clock.waits


def test_n3_a_server_that_ends_after_hours_is_started_again_at_once(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert waits_between(monkeypatch, tmp_path, [3600, 7200, 60], lambda: None) == [0, 0, 0]


def test_n3_a_server_that_keeps_ending_is_started_ever_less_often(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    waits = waits_between(monkeypatch, tmp_path, [3600, *[1.5] * 1200, 61, 1.5], lambda: None)

    assert waits[:6] == pytest.approx([0, 0.1, 0.2, 0.4, 0.8, 1.6])
    assert waits[10:-2] == [30] * (len(waits) - 12)
    assert waits[-2:] == pytest.approx([0, 0.1])  # it has served for a minute meanwhile


def test_n3_a_server_that_cannot_be_started_is_tried_ever_less_often(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    def fail() -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    waits = waits_between(monkeypatch, tmp_path, [3600, 0, 0, 0], fail)

    assert waits == pytest.approx([0, 0.1, 0.2, 0.4])
    assert [record.message for record in caplog.records] == [
        "PostgreSQL does not run: [Errno 28] No space left on device"
    ] * 4


def test_why_no_database_can_be_kept_is_one_line(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def fail() -> None:
        raise psycopg.OperationalError("connection failed:\n\tis the server running?\n")

    opened = Supervisor(tmp_path)
    monkeypatch.setattr(opened._cluster, "prepare", fail)

    with pytest.raises(WrongSetting, match=r"connection failed: is the server running\?$"):
        opened.open()

"""The short form of `python -m tests.failures`: some of the calls to the system fail, of each operation."""

from pathlib import Path

import pytest

from tests.failures.__main__ import OPERATIONS, main
from tests.failures.faults import CHANGING, Fault
from tests.failures.operation import Book
from tests.failures.service import Service
from tests.failures.strace import Watch, attached, why_not
from tests.failures.uploads import upload

POINTS = 1
"""Of each operation with each error: one where it begins, one in its middle, one where it ends."""


@pytest.fixture(autouse=True)
def _calls_can_be_made_to_fail() -> None:
    if problem := why_not():
        pytest.skip(problem)


@pytest.mark.timeout(300)
@pytest.mark.parametrize("operation", OPERATIONS)
def test_nothing_is_lost_half_done_or_left_when_a_call_fails(operation: str, capfd: pytest.CaptureFixture[str]) -> None:
    wrong = main([operation, "--points", str(POINTS)])

    assert not wrong, capfd.readouterr().out


def test_n2_a_commit_over_which_postgresql_ends_is_not_called_undone(tmp_path: Path) -> None:
    """Its log was written and could not be brought to the disk: after its recovery the track may be there."""
    service = Service(tmp_path / "service", Book())
    with service.running():
        user = service.server.register()
        fault = Fault("fsync", "ENOSPC", 1)
        with attached(service.processes("PostgreSQL"), Watch("PostgreSQL", CHANGING), tmp_path / "strace", fault):
            answer, _ = upload(service.server, user, "credentials")
        service.recover(killed=False)

        assert answer == "503 service.database_away"
        assert upload(service.server, user, "credentials")[0] == "201"

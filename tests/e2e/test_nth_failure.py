"""The short form of `python -m tests.failures`: some of the calls to the system fail, of each operation."""

import pytest

from tests.failures.__main__ import OPERATIONS, main
from tests.failures.strace import why_not

POINTS = 4
"""Of each operation: one where it begins, one where it ends, two between."""


@pytest.mark.timeout(300)
@pytest.mark.parametrize("operation", OPERATIONS)
def test_nothing_is_lost_half_done_or_left_when_a_call_fails(operation: str, capfd: pytest.CaptureFixture[str]) -> None:
    if problem := why_not():
        pytest.skip(problem)

    wrong = main([operation, "--points", str(POINTS)])

    assert not wrong, capfd.readouterr().out

"""How long a client may keep the service waiting."""

import pytest

from entrypoints.http.patience import Patience


def test_waiting_is_paid_for_by_bytes_that_move() -> None:
    patience = Patience(rate=100, grace=10, most=30)
    assert patience.left() == 10
    patience.waited(4, 0)
    assert patience.left() == 6
    patience.waited(1, 500)
    assert patience.left() == 10
    assert patience.left(200) == 12


def test_no_more_is_kept_than_may_be() -> None:
    patience = Patience(rate=100, grace=10, most=30)
    patience.waited(0, 1_000_000)
    assert patience.left() == 30
    patience.waited(31, 0)
    assert patience.left() < 0
    patience.waited(0, 101)
    assert patience.left() == pytest.approx(0.01)


@pytest.mark.parametrize(("rate", "survives"), [(99, False), (100, True), (101, True)])
def test_who_keeps_the_rate_never_runs_out(rate: int, survives: bool) -> None:
    patience = Patience(rate=100, grace=10, most=10)
    for _ in range(2000):
        patience.waited(1, rate)
    assert (patience.left() > 0) == survives

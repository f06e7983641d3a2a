"""Asking too often."""

from datetime import timedelta

import pytest

from adapters.memory.clock import FixedClock
from application.admission import rate_limit
from application.admission.rate_limit import WINDOW, RateLimit
from domain.errors import TooOften


def test_one_call_too_many_in_a_minute_is_refused_until_the_minute_is_over() -> None:
    clock = FixedClock()
    limit = RateLimit(3, clock)
    for _ in range(3):
        limit.count("a")
        clock.advance(timedelta(seconds=10))
    with pytest.raises(TooOften) as refused:
        limit.count("a")
    assert refused.value.retry_after == 30
    clock.advance(timedelta(seconds=refused.value.retry_after))
    limit.count("a")


def test_refused_calls_do_not_make_the_minute_longer() -> None:
    clock = FixedClock()
    limit = RateLimit(1, clock)
    limit.count("a")
    for _ in range(59):
        clock.advance(timedelta(seconds=1))
        with pytest.raises(TooOften):
            limit.count("a")
    clock.advance(timedelta(seconds=1))
    limit.count("a")


def test_callers_do_not_count_for_each_other() -> None:
    limit = RateLimit(1, FixedClock())
    for caller in ("a", "b", "c"):
        limit.count(caller)


def test_a_clock_that_is_set_back_locks_nobody_out() -> None:
    clock = FixedClock()
    limit = RateLimit(1, clock)
    limit.count("a")
    clock.advance(-timedelta(days=1))
    limit.count("a")
    with pytest.raises(TooOften) as refused:
        limit.count("a")
    assert refused.value.retry_after <= WINDOW.total_seconds()


def test_no_more_callers_are_remembered_than_the_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rate_limit, "MAX_REMEMBERED", 5)
    limit = RateLimit(1, FixedClock())
    for number in range(100):
        limit.count(str(number))
    assert len(limit._minutes) == 5
    with pytest.raises(TooOften):
        limit.count("99")
    limit.count("0")

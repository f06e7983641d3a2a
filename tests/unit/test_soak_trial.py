"""The soak finds what grows, and does not call noise growth."""

import random
from collections import Counter

import pytest

from tests.benchmarks.report import Report
from tests.soak.callers import KINDS, Answers
from tests.soak.calls import INSTEAD
from tests.soak.leftovers import ALLOWED_DESCRIPTORS, Idle
from tests.soak.report import BOUNDS, print_latency, print_slopes
from tests.soak.slopes import slope
from tests.soak.watching import Samples

HOURS = [second / 3600 for second in range(600, 3600, 5)]
"""Those of a whole run, after its warm-up."""


def samples(**growing: float) -> Samples:
    """A run with noise in everything, in which what is named grows by so much an hour."""
    dice, found = random.Random(1), Samples()
    for hour in HOURS:
        found.add(hour, {name: 100 + growing.get(name, 0) * hour + dice.gauss(0, 2) for name in BOUNDS})
    return found


def missed(found: Samples) -> list[str]:
    report = Report()
    print_slopes(found, report)
    return report.missed


def test_a_line_has_its_slope_and_no_error() -> None:
    found = slope([0, 1, 2, 3], [5, 7, 9, 11])

    assert found.per_hour == pytest.approx(2)
    assert found.error == pytest.approx(0, abs=1e-9)


def test_the_error_is_the_one_of_the_textbook() -> None:
    """By hand: slope 1.5, residuals -0.25, 0.25, 0.25 and -0.25, so √(0.25 / 2 / 5)."""
    found = slope([0, 1, 2, 3], [1.0, 3.0, 4.5, 5.5])

    assert found.per_hour == pytest.approx(1.5)
    assert found.error == pytest.approx((0.25 / 2 / 5) ** 0.5)
    assert found.at_most == pytest.approx(1.5 + 2 * found.error)


def test_two_values_have_no_slope() -> None:
    with pytest.raises(ValueError, match="three values"):
        slope([0, 1], [0, 1])


def test_noise_is_no_growth() -> None:
    assert missed(samples()) == []


@pytest.mark.parametrize("name", BOUNDS)
def test_what_grows_by_more_than_its_bound_is_found(name: str) -> None:
    bound, _ = BOUNDS[name]

    [line] = missed(samples(**{name: 2 * bound + 3}))

    assert name in line


def test_a_run_that_is_too_short_to_tell_is_no_pass() -> None:
    found = Samples()
    dice = random.Random(1)
    for second in range(0, 60, 5):
        found.add(second / 3600, {name: 100 + dice.gauss(0, 2) for name in BOUNDS})

    assert missed(found)


def test_samples_of_the_warm_up_do_not_count() -> None:
    found = samples(threads=50)

    later = found.since(0.5)

    assert min(later.hours) >= 0.5
    assert {len(values) for values in later.values.values()} == {len(later.hours)}
    assert later.values["threads"] == found.values["threads"][-len(later.hours) :]


def test_a_loop_that_is_late_is_found() -> None:
    quick, late = Report(), Report()

    print_latency([1.0] * 1000, quick)
    print_latency([1.0] * 980 + [500.0] * 20, late)

    assert quick.missed == []
    assert len(late.missed) == 1


def test_an_answer_that_was_not_to_come_is_told() -> None:
    answers = Answers()
    for _ in range(2):
        answers.note("upload", "201")
        answers.note("download", f"500 service.error{INSTEAD}200")

    assert answers.counts["upload"] == Counter({"201": 2})
    assert answers.strange == {"download: 500 service.error instead of 200": 2}
    assert set(answers.counts) == set(KINDS)


def test_an_idle_service_that_holds_something_is_found() -> None:
    before = Idle(descriptors=20, spooled=0, ffmpegs=0)

    assert Idle(20 + ALLOWED_DESCRIPTORS, 0, 0).problems(before) == []
    assert len(Idle(21 + ALLOWED_DESCRIPTORS, 0, 0).problems(before)) == 1
    assert len(Idle(21 + ALLOWED_DESCRIPTORS, 2, 1).problems(before)) == 3

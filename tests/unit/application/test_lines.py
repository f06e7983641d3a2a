"""Who is served next: holder by holder, and those first who come anew."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from application.admission.lines import NEW_IN_A_ROW, Lines


def filled(*holders: str) -> Lines[str]:
    """With somebody of each of these, who are called `a1`, `a2`, `b1` and so on."""
    lines, counts = Lines[str](), Counter[str]()
    for holder in holders:
        counts[holder] += 1
        lines.join(holder, f"{holder}{counts[holder]}")
    return lines


def all_of(lines: Lines[str]) -> list[str]:
    return [lines.next() for _ in range(len(lines))]


def test_holders_are_served_in_turns_and_within_one_who_came_first() -> None:
    assert all_of(filled("a", "a", "a", "b", "b", "c")) == ["a1", "b1", "c1", "a2", "b2", "a3"]


def test_who_comes_anew_is_served_before_those_who_have_waited_through_a_turn() -> None:
    lines = filled("a", "a", "a", "b", "b")
    assert [lines.next(), lines.next()] == ["a1", "b1"]
    lines.join("c", "c1")
    assert all_of(lines) == ["c1", "a2", "b2", "a3"]


def test_who_comes_one_by_one_is_new_once_in_a_turn() -> None:
    lines = filled("a", "a", "a", "b")
    assert [lines.next(), lines.next()] == ["a1", "b1"]
    lines.join("b", "b2")
    assert all_of(lines) == ["a2", "b2", "a3"]


def test_others_go_on_however_many_come_anew() -> None:
    lines = filled(*["old"] * 10)
    served = [lines.next()]
    for number in range(30):
        lines.join(f"new {number}", "new")
        served.append(lines.next())
    assert served.count("new") == 30 * NEW_IN_A_ROW // (NEW_IN_A_ROW + 1) + 1


def test_of_those_who_have_been_served_no_more_are_remembered_than_a_turn_takes() -> None:
    lines = filled("old", "old")
    for number in range(10_000):
        lines.join("old", f"old {number}")
        lines.join(f"new {number}", "new")
        lines.next()
        lines.next()
    assert len(lines._old) + len(lines._new) < 20


def test_nobody_is_served_where_nobody_waits() -> None:
    lines = filled("a")
    lines.leave("a", "a1")
    with pytest.raises(LookupError):
        lines.next()


@given(st.lists(st.tuples(st.sampled_from(["join", "join", "next", "leave"]), st.integers(0, 9)), max_size=80))
def test_each_is_served_once_in_order_of_the_holder_unless_it_left(steps: list[tuple[str, int]]) -> None:
    lines = Lines[tuple[str, int]]()
    waiting: list[tuple[str, int]] = []
    for number, (step, chosen) in enumerate(steps):
        if step == "join":
            who = ("abc"[chosen % 3], number)
            lines.join(who[0], who)
            waiting.append(who)
        elif step == "leave" and waiting:
            who = waiting.pop(chosen % len(waiting))
            lines.leave(who[0], who)
        elif waiting:
            who = lines.next()
            assert who == next(other for other in waiting if other[0] == who[0])
            waiting.remove(who)
        assert len(lines) == len(waiting)
        assert lines.lengths() == Counter(holder for holder, _ in waiting)
    assert {lines.next() for _ in range(len(lines))} == {*waiting}
    assert {**lines._new, **lines._old} == {}

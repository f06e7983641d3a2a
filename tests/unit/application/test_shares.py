"""How much of what is bounded one client may hold."""

import pytest

from application.admission.shares import Shares


def taken(shares: Shares, *holders: str) -> int:
    """How many more this one gets."""
    count = 0
    while shares.take_if_free(*holders):
        count += 1
    return count


@pytest.mark.parametrize(("count", "alone"), [(1, 1), (4, 3), (100, 75), (4096, 3072)])
def test_one_alone_gets_three_quarters(count: int, alone: int) -> None:
    assert taken(Shares(count), "a") == alone


def test_each_gets_three_quarters_of_what_the_others_leave() -> None:
    shares = Shares(1024)
    got = [taken(shares, holder) for holder in "abcde"]
    assert got == [768, 192, 48, 12, 3]
    assert (taken(shares, "f"), taken(shares, "g")) == (1, 0)


def test_who_has_no_share_gets_all() -> None:
    assert taken(Shares(7)) == 7


def test_what_is_given_back_is_there_again_and_nobody_is_remembered() -> None:
    shares = Shares(4)
    for number in range(1000):
        assert shares.take_if_free(f"client {number}")
        shares.give_back(f"client {number}")
    assert shares.take_if_free()
    shares.give_back()
    assert taken(shares, "a") == 3
    assert [*shares.holders()] == ["a"]


def test_amounts_are_taken_whole_or_not_at_all() -> None:
    shares = Shares(100)
    assert not shares.take_if_free("a", count=101)
    assert shares.take_if_free("a", count=70)
    assert not shares.take_if_free("b", count=31)
    assert shares.take_if_free("b", count=30)


@pytest.mark.parametrize(("count", "for_one", "for_all"), [(8, 6, 7), (16, 12, 14), (64, 48, 56), (4, 3, 3), (3, 3, 3)])
def test_h30_one_user_keeps_no_other_of_the_same_address_out(count: int, for_one: int, for_all: int) -> None:
    shares = Shares(count)
    assert taken(shares, "address", "greedy") == for_one
    others = [shares.take_if_free("address", f"user {number}") for number in range(count)]
    assert sum(others) == for_all - for_one
    assert not shares.take_if_free("address")
    assert shares.take_if_free("elsewhere") == (for_all < count)


def test_h30_who_has_something_behind_a_greedy_address_gets_no_more() -> None:
    shares = Shares(16)
    taken(shares, "address", "greedy")
    assert taken(shares, "address", "other") == 1
    shares.give_back("address", "other")
    assert taken(shares, "address", "other") == 1


def test_h30_more_for_who_has_nothing_else_is_for_newcomers_alone() -> None:
    shares = Shares(16)
    taken(shares, "address", "greedy")
    assert shares.with_its_share(("address", "other")) is None
    shares.take("address", "other")
    assert shares.with_its_share(("address", "other"), beside=1) is None
    assert shares.with_its_share(("address", "other")) == "address"

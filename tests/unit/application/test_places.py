"""Places for those who are let in at once, and for those who wait."""

import asyncio
from collections import Counter
from contextlib import ExitStack, suppress

import pytest

from application.admission.places import Places
from domain.errors import Overloaded, ShareTaken

GREEDY = "address 203.0.113.7"


def taken(places: Places, stack: ExitStack, *holders: str) -> int:
    """How many places these holders get until they are refused one for their share, or all are taken."""
    count = 0
    while True:
        try:
            stack.enter_context(places.take(*holders))
        except (ShareTaken, Overloaded):
            return count
        count += 1


def test_no_more_places_are_taken_than_there_are() -> None:
    places = Places(3, "uploads")
    with ExitStack() as held:
        for _ in range(3):
            held.enter_context(places.take())
        with pytest.raises(Overloaded) as refused, places.take():
            pass
        with pytest.raises(Overloaded):
            places.refuse_if_full()
    assert refused.value.retry_after > 0
    assert "places for uploads" in str(refused.value)
    places.refuse_if_full()


def test_a_place_is_given_back_however_the_upload_ends() -> None:
    places = Places(1, "uploads")
    for error in (RuntimeError, KeyboardInterrupt, GeneratorExit):
        with pytest.raises(error), places.take():
            raise error
    with places.take():
        pass


@pytest.mark.parametrize(("count", "most"), [(1, 1), (2, 2), (3, 3), (4, 3), (8, 6), (16, 12), (400, 300)])
def test_h30_one_who_is_greedy_gets_three_quarters(count: int, most: int) -> None:
    places = Places(count, "uploads")
    with ExitStack() as stack:
        assert taken(places, stack, GREEDY) == most
        assert taken(places, stack) == count - most  # whom nobody can name has no share
    assert (places.shares.free, len(places.shares.holders())) == (count, 0)


@pytest.mark.parametrize(("greedy", "most"), [(2, 300), (3, 210), (10, 68)])
def test_h30_several_who_are_greedy_get_the_same_and_leave_some(greedy: int, most: int) -> None:
    places = Places(700, "uploads")
    held: Counter[str] = Counter()
    with ExitStack() as stack:
        for number in range(700 * greedy):
            holder = f"user {number % greedy}"
            with suppress(ShareTaken):
                stack.enter_context(places.take(holder))
                held[holder] += 1
        assert set(held.values()) <= {most - 1, most}
        stack.enter_context(places.take("user 99"))


def test_h30_every_holder_of_a_place_is_counted() -> None:
    places = Places(16, "uploads")
    with ExitStack() as stack:
        for number in range(12):
            stack.enter_context(places.take(GREEDY, f"user {number}"))
        with pytest.raises(ShareTaken) as refused:
            places.refuse_if_full("address 198.51.100.1", GREEDY)
        places.refuse_if_full("user 1")
    assert (refused.value.holder, refused.value.held, refused.value.what) == (GREEDY, 12, "places for uploads")


def test_h30_nobody_is_remembered_who_holds_nothing() -> None:
    places = Places(16, "uploads")
    for number in range(10_000):
        places.refuse_if_full(f"address {number}")
        with places.take(f"address {number}", f"user {number}"):
            assert len(places.shares.holders()) == 2
    assert len(places.shares.holders()) == 0


class Caller:
    """Somebody who waits for a place, and keeps it until `leave`."""

    def __init__(self, places: Places, *holders: str, seconds: float = 60) -> None:
        self.has_place = False
        self._done = asyncio.Event()
        self.task = asyncio.create_task(self._wait(places, holders, seconds))

    async def leave(self) -> None:
        """Give the place back."""
        self._done.set()
        await self.task
        await settled()

    async def _wait(self, places: Places, holders: tuple[str, ...], seconds: float) -> None:
        async with places.wait(*holders, seconds=seconds):
            self.has_place = True
            await self._done.wait()


async def settled() -> None:
    """Let everybody get as far as they can."""
    for _ in range(10):
        await asyncio.sleep(0)


async def test_who_waits_for_a_free_place_has_it_at_once() -> None:
    places = Places(1, "uploads")
    async with places.wait("user 1", seconds=60):
        with pytest.raises(Overloaded):
            places.refuse_if_full()
    assert (places.shares.free, len(places.shares.holders()), places.waiting) == (1, 0, 0)


async def test_h31_places_are_given_in_order_of_coming() -> None:
    places = Places(1, "uploads")
    callers = [Caller(places, f"user {number}") for number in range(4)]
    await settled()
    for number, caller in enumerate(callers):
        assert [one.has_place for one in callers] == [one <= number for one in range(4)]
        with pytest.raises(Overloaded):  # nor does anybody come in between
            places.refuse_if_full("user 9")
        await caller.leave()
    assert (places.shares.free, len(places.shares.holders()), places.waiting) == (1, 0, 0)


async def test_h31_who_has_its_share_is_passed_over_by_others_until_it_has_it_no_more() -> None:
    places = Places(4, "uploads")
    greedy = [Caller(places, GREEDY) for _ in range(5)]
    await settled()
    assert [one.has_place for one in greedy] == [True, True, True, False, False]
    other = Caller(places, "user 1")
    await settled()
    assert other.has_place
    await other.leave()
    assert [one.has_place for one in greedy] == [True, True, True, False, False]
    await greedy[0].leave()
    assert [one.has_place for one in greedy] == [True, True, True, True, False]
    for caller in greedy[1:]:
        await caller.leave()
    assert (places.shares.free, len(places.shares.holders()), places.waiting) == (4, 0, 0)


@pytest.mark.parametrize(("count", "error"), [(3, Overloaded), (4, ShareTaken)])
async def test_h31_nobody_waits_for_ever(count: int, error: type[Exception]) -> None:
    places = Places(count, "uploads")
    with ExitStack() as stack:
        assert taken(places, stack, GREEDY) == 3
        with pytest.raises(error):
            await Caller(places, GREEDY, seconds=0.001).task
        assert (places.shares.free, places.shares.held(GREEDY), places.waiting) == (count - 3, 3, 0)


@pytest.mark.parametrize("is_given_one", [False, True])
async def test_h31_a_place_is_not_lost_with_who_is_cancelled(is_given_one: bool) -> None:
    places = Places(1, "uploads")
    with ExitStack() as stack:
        stack.enter_context(places.take())
        caller = Caller(places, "user 1")
        await settled()
        if is_given_one:
            stack.close()
        caller.task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await caller.task
    assert (places.shares.free, len(places.shares.holders()), places.waiting) == (1, 0, 0)

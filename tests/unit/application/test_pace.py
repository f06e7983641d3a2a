"""Turns on the event loop: one of those who wait goes on in a round, holder by holder."""

import asyncio
from collections import Counter
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from application.admission.pace import Pace
from tests.unit.application.test_fair_queue import GREEDY, OTHER


class Rounds:
    """Counts the rounds of the loop, and notes in which of them somebody went on."""

    def __init__(self, pace: Pace) -> None:
        self.pace = pace
        self.number = 0
        self.went_on: list[tuple[int, str]] = []

    async def next(self) -> None:
        """Wait until the next one."""
        self.number += 1
        await asyncio.sleep(0)

    async def pass_all(self, tasks: list[asyncio.Task[None]], each: int = 1) -> None:
        """As many as it takes until these have gone on, but no more than are certain to be enough."""
        for _ in range(each * len(tasks) + 5):
            await self.next()
        assert all(task.done() for task in tasks)

    def come(self, *holders: str) -> asyncio.Task[None]:
        """Somebody who wants to go on."""
        return asyncio.create_task(self._go_on(holders))

    async def _go_on(self, holders: tuple[str, ...]) -> None:
        await self.pace.turn(*holders)
        self.went_on.append((self.number, holders[0] if holders else ""))


async def test_who_comes_alone_goes_on_at_once() -> None:
    pace = Pace()
    for _ in range(3):
        going_on = pace.turn(OTHER)
        try:
            going_on.send(None)
        except StopIteration:
            pass
        else:
            raise AssertionError("it waited")
        await asyncio.sleep(0)


async def test_h40_of_many_of_one_client_one_goes_on_in_a_round() -> None:
    rounds = Rounds(Pace(at_once=3))
    await rounds.pass_all([rounds.come(GREEDY) for _ in range(50)])
    assert max(Counter(number for number, _ in rounds.went_on).values()) == 1
    assert rounds.pace.waiting() == {}


async def test_h40_no_more_go_on_in_a_round_than_may() -> None:
    rounds = Rounds(Pace(at_once=3))
    await rounds.pass_all([rounds.come(f"address 203.0.113.{number % 7}") for number in range(50)])
    assert max(Counter(number for number, _ in rounds.went_on).values()) == 3
    assert max(Counter(rounds.went_on).values()) == 1


async def test_h40_between_two_there_are_so_many_rounds() -> None:
    rounds = Rounds(Pace(rounds=8))
    await rounds.pass_all([rounds.come(GREEDY) for _ in range(10)], each=8)
    numbers = [number for number, _ in rounds.went_on]
    assert min(after - before for before, after in pairwise(numbers)) == 8


async def test_h40_who_rests_lets_others_have_a_turn_also_where_nobody_waits() -> None:
    rounds = Rounds(Pace())
    resting = asyncio.create_task(rounds.pace.rest(OTHER))
    await rounds.next()
    assert not resting.done()
    await rounds.pass_all([resting])


async def test_h40_another_waits_for_one_however_many_came_before() -> None:
    rounds = Rounds(Pace())
    greedy = [rounds.come(GREEDY) for _ in range(300)]
    await rounds.next()
    other = rounds.come(OTHER)
    while not other.done():
        await rounds.next()
    assert len(rounds.went_on) <= 4
    await rounds.pass_all(greedy)


async def test_who_has_no_name_is_one_like_others() -> None:
    rounds = Rounds(Pace())
    await rounds.pass_all([rounds.come(*holders) for holders in ((), (), (), (OTHER, "user 7"))])
    assert [holder for _, holder in rounds.went_on] == ["", "", OTHER, ""]


@given(st.lists(st.tuples(st.sampled_from(["come", "come", "leave", "next"]), st.integers(0, 9)), max_size=60))
def test_all_go_on_but_those_who_leave(steps: list[tuple[str, int]]) -> None:
    async def play() -> None:
        rounds = Rounds(Pace())
        came: list[asyncio.Task[None]] = []
        for step, number in steps:
            waiting = [task for task in came if not task.done()]
            if step == "come":
                came.append(rounds.come("abc"[number % 3]))
            elif step == "leave" and waiting:
                waiting[number % len(waiting)].cancel()
            else:
                await rounds.next()
        await rounds.pass_all(came)
        assert sum(not task.cancelled() for task in came) == len(rounds.went_on)
        assert rounds.pace.waiting() == {}
        await rounds.pass_all([rounds.come("d")])  # nobody has kept the turn

    asyncio.run(play())

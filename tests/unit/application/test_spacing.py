"""Requests of one client are kept apart in time while others are served."""

import asyncio
from collections.abc import Callable, Coroutine
from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from application.admission.spacing import LATELY_SECONDS, TICK_SECONDS, WAIT_SECONDS, Spacing
from tests import virtual_time
from tests.unit.application.test_fair_queue import GREEDY, OTHER

PER_SECOND, AT_ONCE = 8, 4
"""Intervals that are exact in binary."""


class Play:
    """Who comes, and when each began, in seconds from the start."""

    def __init__(self, busy: float) -> None:
        self._time = asyncio.get_running_loop().time
        self.spacing = Spacing(PER_SECOND, AT_ONCE, lambda: busy * self._time())
        self.begun: list[tuple[float, str]] = []
        self.order: list[int] = []
        """Those that began, by when they came."""
        self.gave_up: list[float] = []
        self._come = 0
        self._start = self._time()

    def come(self, holder: str, seconds: float = 0.0) -> asyncio.Task[None]:
        """Somebody who is served for so long."""
        return asyncio.create_task(self._be_served(holder, seconds))

    async def _be_served(self, holder: str, seconds: float) -> None:
        number, self._come = self._come, self._come + 1
        with self.spacing.presence(holder) as turn:
            if turn is not None and not await turn:
                self.gave_up.append(self._time() - self._start)
                return
            self.begun.append((self._time() - self._start, holder))
            self.order.append(number)
            await asyncio.sleep(seconds)

    def begun_by(self, holder: str, until: float) -> int:
        """How many of this one's began until then."""
        return sum(name == holder and when <= until for when, name in self.begun)


def played(play: Callable[[Play], Coroutine[None, None, None]], busy: float = 1.0) -> Play:
    """`busy` is the part of the time in which the event loop has something to do."""

    async def whole() -> Play:
        made = Play(busy)
        await play(made)
        return made

    return virtual_time.run(whole())


def test_h42_who_is_served_alone_waits_for_nothing() -> None:
    async def alone(play: Play) -> None:
        await asyncio.gather(*(play.come(GREEDY) for _ in range(1000)))

    assert played(alone).begun_by(GREEDY, until=0) == 1000


def test_h42_one_that_asks_without_end_is_spaced_while_others_are_served() -> None:
    async def beside(play: Play) -> None:
        other = play.come(OTHER, seconds=10)
        await asyncio.sleep(0)
        greedy = [play.come(GREEDY) for _ in range(90)]
        await asyncio.gather(other, *greedy)

    play = played(beside)
    assert [play.begun_by(GREEDY, until + 2 * TICK_SECONDS) for until in (0, 1, 2, 4)] == [5, 13, 21, 37]
    assert play.begun_by(OTHER, until=0) == 1


def test_h42_who_waits_for_too_long_is_told() -> None:
    async def beside(play: Play) -> None:
        other = play.come(OTHER, seconds=10)
        await asyncio.sleep(0)
        await asyncio.gather(other, *(play.come(GREEDY) for _ in range(90)))

    play = played(beside)
    assert len(play.gave_up) == 90 - play.begun_by(GREEDY, until=10)
    assert 5 + 39 <= play.begun_by(GREEDY, until=10) <= 5 + 40
    assert all(WAIT_SECONDS <= when <= WAIT_SECONDS + 2 * TICK_SECONDS for when in play.gave_up)


def test_h42_the_last_to_come_begins_first_as_the_first_may_have_left() -> None:
    async def beside(play: Play) -> None:
        other = play.come(OTHER, seconds=2)
        await asyncio.sleep(0)
        await asyncio.gather(other, *(play.come(GREEDY) for _ in range(10)))

    assert played(beside).order == [0, 1, 2, 3, 4, 5, 10, 9, 8, 7, 6]


def test_h42_who_waits_begins_sooner_while_the_loop_is_idle() -> None:
    async def beside(play: Play) -> None:
        other = play.come(OTHER, seconds=2)
        await asyncio.sleep(0)
        await asyncio.gather(other, *(play.come(GREEDY) for _ in range(100)))

    assert played(beside, busy=0.4).begun_by(GREEDY, until=100 * 2 * TICK_SECONDS) == 100
    assert played(beside, busy=0.6).begun_by(GREEDY, until=100 * 2 * TICK_SECONDS) == 5 + 3


def test_h42_who_was_served_of_late_is_still_looked_out_for() -> None:
    async def beside(play: Play) -> None:
        await play.come(OTHER)
        await asyncio.gather(*(play.come(GREEDY) for _ in range(90)))

    play = played(beside)
    assert play.begun_by(GREEDY, until=0.9 * LATELY_SECONDS) == 5 + 7
    assert play.begun_by(GREEDY, until=LATELY_SECONDS + 2 * TICK_SECONDS) == 90


def test_h42_what_one_asked_while_alone_gives_nobody_a_wait_afterwards() -> None:
    async def afterwards(play: Play) -> None:
        await asyncio.gather(*(play.come(GREEDY) for _ in range(1000)))
        await asyncio.gather(play.come(OTHER, seconds=3), play.come(GREEDY), play.come(GREEDY))

    play = played(afterwards)
    assert play.begun_by(OTHER, until=0) == 1
    assert play.begun_by(GREEDY, until=2 / PER_SECOND + 4 * TICK_SECONDS) == 1002


def test_h42_who_gives_up_is_in_nobodys_way() -> None:
    async def giving_up(play: Play) -> None:
        other = play.come(OTHER, seconds=10)
        await asyncio.sleep(0)
        greedy = [play.come(GREEDY) for _ in range(500)]
        await asyncio.sleep(0)
        for task in greedy[5:-1]:
            task.cancel()
        await asyncio.sleep(0)
        assert play.spacing.waiting() == {GREEDY: 1}
        await asyncio.gather(other, *greedy, return_exceptions=True)

    assert played(giving_up).begun_by(GREEDY, until=1 / PER_SECOND + 2 * TICK_SECONDS) == 6


def test_h42_only_those_are_remembered_who_were_served_of_late() -> None:
    async def coming(play: Play) -> None:
        for number in range(1000):
            await play.come(f"address {number}")
        assert len(play.spacing.holders()) == 1000
        await asyncio.sleep(2 * LATELY_SECONDS)
        await play.come(OTHER)
        assert play.spacing.holders() == {OTHER}

    played(coming)


STEPS = st.tuples(st.sampled_from(["come", "come", "stay", "leave", "pass"]), st.integers(0, 29))


@given(st.lists(STEPS, max_size=80))
def test_h42_whatever_comes_no_one_is_faster_and_all_are_told(steps: list[tuple[str, int]]) -> None:
    async def stepping(play: Play) -> None:
        watching = play.come("watching", seconds=1000)
        came: list[asyncio.Task[None]] = []
        for step, number in steps:
            if step in ("come", "stay"):
                came.append(play.come("abc"[number % 3], seconds=number / 10 if step == "stay" else 0))
            elif step == "leave" and came:
                came[number % len(came)].cancel()
            else:
                await asyncio.sleep(number / 20)
        await asyncio.wait([*came, watching])
        assert play.spacing.waiting() == {}
        assert all(task.cancelled() or task.exception() is None for task in came)

    begun = played(stepping).begun
    for holder in "abc":
        times = [when for when, name in begun if name == holder]
        for (first, start), (last, end) in combinations(enumerate(times, start=1), 2):
            assert 1 + last - first <= 1 + AT_ONCE + PER_SECOND * (end - start + 2 * TICK_SECONDS)

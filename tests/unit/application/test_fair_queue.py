"""Turns for those who look something up: holder by holder, however many of one wait."""

import asyncio
from collections import Counter, OrderedDict
from collections.abc import Hashable, Iterable, Iterator
from typing import NoReturn

import pytest
from hypothesis import given
from hypothesis import strategies as st

from application.admission import fair_queue, lines
from application.admission.fair_queue import FairQueue
from domain.errors import Overloaded, StoreAway, TrackDamaged

GREEDY, OTHER = "address 203.0.113.7", "address 198.51.100.1"


class Callers:
    """Callers of a queue, who keep their turn until they are let go; `served` names them in order of their turns."""

    def __init__(self, queue: FairQueue, seconds: float) -> None:
        self.queue, self.seconds = queue, seconds
        self.served: list[str] = []
        self.under_way: list[asyncio.Task[None]] = []
        self.most_at_once = 0
        self._let_go: dict[asyncio.Task[None], asyncio.Event] = {}

    def come(self, *holders: str) -> asyncio.Task[None]:
        """One more, who gets as far as it can with the next `settled`."""
        let_go = asyncio.Event()
        task = asyncio.create_task(self._ask(let_go, holders))
        self._let_go[task] = let_go
        return task

    def let_go(self) -> None:
        """Let the one end who has had its turn for longest."""
        self._let_go[self.under_way[0]].set()

    async def end(self) -> None:
        """Let everybody end."""
        while self._let_go.keys() - {task for task in self._let_go if task.done()}:
            await settled()
            if self.under_way:
                self.let_go()
        await asyncio.gather(*self._let_go, return_exceptions=True)

    async def _ask(self, let_go: asyncio.Event, holders: tuple[str, ...]) -> None:
        async with self.queue.turn(*holders, seconds=self.seconds):
            task = asyncio.current_task()
            assert task is not None
            self.under_way.append(task)
            self.most_at_once = max(self.most_at_once, len(self.under_way))
            self.served.append(holders[0] if holders else "")
            try:
                await let_go.wait()
            finally:
                self.under_way.remove(task)


async def settled() -> None:
    """Let everybody get as far as they can."""
    for _ in range(5):
        await asyncio.sleep(0)


class Clock:
    """What the queue takes for the time, in seconds, so that a slow machine refuses nobody."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.seconds = 0.0
        monkeypatch.setattr(fair_queue, "monotonic", lambda: self.seconds)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock(monkeypatch)


@pytest.fixture
def callers(clock: Clock) -> Callers:
    """Of a queue with one turn, in which nobody waits for too long unless a test says so."""
    return Callers(FairQueue(1), seconds=60)


async def test_holders_are_served_in_turns_and_within_one_who_came_first(callers: Callers) -> None:
    names = ["a", "a", "a", "a", "b", "b", "c"]
    for name in names:
        callers.come(name)
        await settled()
    assert callers.queue.waiting() == {"a": 3, "b": 2, "c": 1}
    await callers.end()
    assert callers.served == ["a", "a", "b", "c", "a", "b", "a"]
    assert (callers.queue.free, callers.queue.waiting()) == (1, {})


async def test_h38_who_asks_once_waits_for_one_of_another_however_many_these_are(callers: Callers) -> None:
    for _ in range(300):
        callers.come(GREEDY)
    await settled()
    callers.come(OTHER)
    await settled()
    callers.let_go()
    await settled()
    callers.let_go()
    await settled()
    assert callers.served == [GREEDY, GREEDY, OTHER]
    await callers.end()
    assert Counter(callers.served) == {GREEDY: 300, OTHER: 1}


async def test_who_has_no_name_is_served_in_turns_with_others(callers: Callers) -> None:
    for holders in ((), (), (), (OTHER, "user 1"), (OTHER, "user 2")):
        callers.come(*holders)
    await callers.end()
    assert callers.served == ["", "", OTHER, "", OTHER]


class Watch:
    """Sees to it that while somebody waits, no other holder has two turns before that one has one."""

    def __init__(self, callers: Callers) -> None:
        self._callers = callers
        self._seen = 0
        self._passed: dict[Hashable, Counter[str]] = {}

    def look(self, waited: Iterable[Hashable]) -> None:
        """`waited` are those who had somebody waiting before the last step."""
        self._passed = {holder: self._passed.get(holder, Counter()) for holder in waited}
        for served in self._callers.served[self._seen :]:
            self._passed.pop(served, None)
            for passed in self._passed.values():
                passed[served] += 1
                assert passed[served] == 1
        self._seen = len(self._callers.served)


STEPS = st.tuples(st.sampled_from(["come", "come", "let go", "leave", "break off"]), st.integers(0, 9))


@given(st.integers(1, 3), st.lists(STEPS, max_size=60))
def test_h38_nobody_starves_and_no_more_are_under_way_than_may_be(count: int, steps: list[tuple[str, int]]) -> None:
    async def play() -> None:
        callers = Callers(FairQueue(count), seconds=60)
        watch = Watch(callers)
        came: list[asyncio.Task[None]] = []
        for step, number in steps:
            waited = callers.queue.waiting()
            waiting = [task for task in came if not task.done() and task not in callers.under_way]
            if step == "come":
                came.append(callers.come("abc"[number % 3]))
            elif step == "let go" and callers.under_way:
                callers.let_go()
            elif chosen := waiting if step == "leave" else callers.under_way:
                chosen[number % len(chosen)].cancel()
            await settled()
            watch.look(waited)
            still = sum(callers.queue.waiting().values())
            assert len(callers.under_way) == count - callers.queue.free
            assert still == 0 or callers.queue.free == 0
            assert still + len(callers.under_way) == sum(not task.done() for task in came)
        await callers.end()
        assert callers.most_at_once <= count
        assert (callers.queue.free, callers.queue.waiting()) == (count, {})

    asyncio.run(play())


async def test_a_turn_is_passed_on_by_who_leaves_in_the_moment_of_getting_it(callers: Callers) -> None:
    first, second, third = (callers.come(name) for name in ("a", "b", "c"))
    await settled()
    first.add_done_callback(lambda _: second.cancel())  # at once, before it wakes up
    callers.let_go()
    await settled()
    assert second.cancelled()
    assert callers.under_way == [third]
    await callers.end()
    assert callers.queue.free == 1


async def test_h38_who_waits_too_long_is_told_so(callers: Callers) -> None:
    callers.come(OTHER)
    await settled()
    callers.seconds = 0.01
    refused = [callers.come(*holders) for holders in ((GREEDY,), (GREEDY,), ())]
    await asyncio.wait(refused)
    assert [type(task.exception()) for task in refused] == [Overloaded] * 3
    assert callers.queue.waiting() == {}
    await callers.end()
    assert callers.served == [OTHER]


async def test_h38_while_nothing_is_found_out_those_who_waited_do_not_ask_in_vain(
    callers: Callers, clock: Clock
) -> None:
    tasks = [callers.come(name) for name in (GREEDY, GREEDY, OTHER)]
    await settled()
    clock.seconds = 2.0
    tasks[0].cancel()  # as any lookup that ends in an error
    await asyncio.wait(tasks)
    assert [type(task.exception()) for task in tasks[1:]] == [StoreAway, StoreAway]
    assert (callers.served, callers.queue.free) == ([GREEDY], 1)


async def test_h38_who_saw_others_succeed_learns_as_soon_that_the_store_went_away(
    callers: Callers, clock: Clock
) -> None:
    tasks = [callers.come(GREEDY) for _ in range(5)]
    await settled()
    clock.seconds = 0.1
    callers.let_go()  # it has found out what it wanted
    await settled()
    clock.seconds = 2.1
    tasks[1].cancel()  # it had no answer
    await asyncio.wait(tasks)
    assert [type(task.exception()) for task in tasks[2:]] == [StoreAway] * 3
    assert callers.served == [GREEDY] * 2


@pytest.mark.parametrize(("error", "told"), [(TrackDamaged("bytes"), None), (StoreAway(), StoreAway)])
async def test_an_error_is_an_answer_unless_the_store_is_away(
    callers: Callers, clock: Clock, error: Exception, told: type[Exception] | None
) -> None:
    async def fails() -> None:
        async with callers.queue.turn(OTHER):
            next_one.append(callers.come(GREEDY))
            await settled()
            clock.seconds = 2.0
            raise error

    next_one: list[asyncio.Task[None]] = []
    with pytest.raises(type(error)):
        await fails()
    await callers.end()
    failed = next_one[0].exception()
    assert (type(failed) if failed else None) == told


async def test_while_others_find_out_what_they_want_nobody_is_told_that_the_store_is_away(
    callers: Callers, clock: Clock
) -> None:
    for _ in range(20):
        callers.come(GREEDY)
    await settled()
    while callers.under_way:
        clock.seconds += 1  # each lookup takes long
        callers.let_go()
        await settled()
    assert len(callers.served) == 20


async def test_nobody_goes_through_those_who_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lines, "OrderedDict", NotGoneThrough)
    callers = Callers(FairQueue(1), seconds=60)
    tasks = [callers.come(f"address {number % 50}") for number in range(200)]
    await settled()
    tasks[100].cancel()
    await callers.end()
    assert len(callers.served) == 199


class NotGoneThrough(OrderedDict[object, object]):
    """May be asked for one thing at a time, so that however many there are makes no difference."""

    def __iter__(self) -> Iterator[object]:
        yield next(super().__iter__())
        self._refuse()

    def _refuse(self) -> NoReturn:
        raise AssertionError("all who wait were gone through")

    __reversed__ = keys = values = items = copy = _refuse

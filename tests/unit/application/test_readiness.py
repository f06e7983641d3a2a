"""Whether the service is well."""

import asyncio
from datetime import timedelta

import pytest

from adapters.memory.clock import FixedClock
from application.readiness import KEPT_FOR, Readiness
from domain.errors import DiskFull, MusicAppError, StoreAway


class Part:
    """Something to be checked: counts, fails, or takes forever, as it is told."""

    def __init__(self, error: MusicAppError | None = None) -> None:
        self.error = error
        self.checks = 0
        self.asked = asyncio.Event()
        self.answer = asyncio.Event()
        self.answer.set()

    async def check(self) -> None:
        self.checks += 1
        self.asked.set()
        await self.answer.wait()
        if self.error:
            raise self.error


async def test_each_part_is_named_with_what_is_wrong_with_it() -> None:
    error = StoreAway()
    readiness = Readiness({"database": Part(error).check, "disk": Part().check}, FixedClock())
    assert await readiness() == {"database": error, "disk": None}


async def test_a_part_that_does_not_answer_is_not_well(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("application.readiness.CHECK_SECONDS", 0.01)
    stuck = Part()
    stuck.answer.clear()
    found = await Readiness({"disk": stuck.check}, FixedClock())()
    assert "did not answer" in str(found["disk"])


async def test_many_who_ask_at_once_cause_one_check() -> None:
    part = Part()
    readiness = Readiness({"converter": part.check}, FixedClock())
    part.answer.clear()
    asking = [asyncio.create_task(readiness()) for _ in range(50)]
    await part.asked.wait()
    part.answer.set()
    assert await asyncio.gather(*asking) == [{"converter": None}] * 50
    assert part.checks == 1


async def test_an_answer_is_kept_for_its_time_and_no_longer() -> None:
    part, clock = Part(), FixedClock()
    readiness = Readiness({"disk": part.check}, clock)
    await readiness()
    part.error = DiskFull()
    clock.advance(KEPT_FOR - timedelta(milliseconds=1))
    assert await readiness() == {"disk": None}
    clock.advance(timedelta(milliseconds=1))
    assert await readiness() == {"disk": part.error}
    assert part.checks == 2


async def test_a_clock_set_back_makes_no_answer_last_longer() -> None:
    part, clock = Part(), FixedClock()
    readiness = Readiness({"disk": part.check}, clock)
    await readiness()
    clock.advance(timedelta(days=-1))
    await readiness()
    assert part.checks == 2


async def test_one_who_stops_asking_does_not_stop_the_others() -> None:
    part = Part()
    readiness = Readiness({"disk": part.check}, FixedClock())
    part.answer.clear()
    first, second = asyncio.create_task(readiness()), asyncio.create_task(readiness())
    await part.asked.wait()
    first.cancel()
    part.answer.set()
    assert await second == {"disk": None}

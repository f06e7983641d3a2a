"""Anything may be done once, however often it is asked for."""

import asyncio
import logging
from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from adapters.memory.clock import FixedClock
from adapters.memory.identifiers import SeededIdentifiers
from adapters.memory.repeats import InMemoryRepeatableRequests
from adapters.memory.users import InMemoryUserRepository
from application import forget_repeats
from application.admission.fair_queue import FairQueue
from application.forget_repeats import BATCH, ForgetRepeats
from application.repeatable import DEAD_AFTER, KEPT, MOST_KEYS, Repeatable, moments_at
from domain.errors import InvalidUserName, RepeatOfAnother, RepeatRunning, StoreAway, TooManyKeys
from domain.repeats import Outcome, RepeatableRequests, RepeatKey
from domain.users import token_digest

KEY = RepeatKey(1, "links", "a-key")
ONE, OTHER = b"1" * 32, b"2" * 32


class Maker:
    """Makes something each time, unless it is told to fail; `made` has the identifiers."""

    def __init__(self) -> None:
        self.made: list[UUID] = []
        self.error: Exception | None = None

    async def make(self, reserved: UUID) -> Mapping[str, Any]:
        if self.error:
            raise self.error
        self.made.append(reserved)
        return {"link_id": str(reserved)}

    async def find(self, reserved: UUID) -> Outcome | None:
        return Outcome(ONE, {"link_id": str(reserved)}) if reserved in self.made else None


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock()


@pytest.fixture
async def requests(clock: FixedClock) -> InMemoryRepeatableRequests:
    users = InMemoryUserRepository()
    await users.add("Ann", token_digest("secret"), clock.now())
    return InMemoryRepeatableRequests(users)


def over(requests: RepeatableRequests | None, clock: FixedClock) -> Repeatable:
    return Repeatable(requests, SeededIdentifiers(), clock, FairQueue(1))


async def once(repeatable: Repeatable, maker: Maker, fingerprint: bytes = ONE) -> Mapping[str, Any]:
    return await repeatable.once(KEY, fingerprint, maker.make, maker.find, "address 203.0.113.7")


async def test_it_is_made_once_and_told_each_time(requests: InMemoryRepeatableRequests, clock: FixedClock) -> None:
    repeatable, maker = over(requests, clock), Maker()

    told = [await once(repeatable, maker) for _ in range(3)]

    assert told == [{"link_id": str(made)} for made in maker.made] * 3
    with pytest.raises(RepeatOfAnother):
        await once(repeatable, maker, OTHER)
    assert len(maker.made) == 1


async def test_without_a_key_or_a_store_it_is_made_each_time(
    requests: InMemoryRepeatableRequests, clock: FixedClock
) -> None:
    maker = Maker()
    for _ in range(2):
        await over(requests, clock).once(None, ONE, maker.make, maker.find)
        await once(over(None, clock), maker, OTHER)

    assert len(maker.made) == 4
    assert requests.kept == {}
    assert (over(None, clock).remembers, over(requests, clock).remembers) == (False, True)


async def test_what_failed_is_made_by_the_next_one_under_the_same_identifier(
    requests: InMemoryRepeatableRequests, clock: FixedClock
) -> None:
    repeatable, maker = over(requests, clock), Maker()
    maker.error = InvalidUserName("is empty")
    with pytest.raises(InvalidUserName):
        await once(repeatable, maker)
    [kept] = requests.kept.values()
    maker.error = None

    await once(repeatable, maker, OTHER)

    assert maker.made == [kept.claim.reserved]


async def test_what_a_dead_one_made_is_found(requests: InMemoryRepeatableRequests, clock: FixedClock) -> None:
    maker = Maker()
    reserved = UUID(int=7)
    await requests.claim(KEY, reserved, moments_at(clock.now()), MOST_KEYS)
    maker.made.append(reserved)
    with pytest.raises(RepeatRunning):
        await once(over(requests, clock), maker)
    clock.advance(DEAD_AFTER + timedelta(seconds=1))

    assert await once(over(requests, clock), maker) == {"link_id": str(reserved)}
    assert maker.made == [reserved]


async def test_a_user_cannot_fill_the_store(
    requests: InMemoryRepeatableRequests, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("application.repeatable.MOST_KEYS", 1)
    repeatable, maker = over(requests, clock), Maker()
    await once(repeatable, maker)

    with pytest.raises(TooManyKeys):
        await repeatable.once(RepeatKey(1, "links", "another"), ONE, maker.make, maker.find)

    assert len(maker.made) == 1


async def test_all_that_is_old_is_forgotten(
    requests: InMemoryRepeatableRequests, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(forget_repeats, "_PAUSE_SECONDS", 0)
    for number in range(2 * BATCH + 1):
        await requests.claim(RepeatKey(1, "links", str(number)), UUID(int=number), moments_at(clock.now()), MOST_KEYS)
    clock.advance(KEPT + timedelta(seconds=1))
    await requests.claim(KEY, UUID(int=0), moments_at(clock.now()), MOST_KEYS)

    assert await ForgetRepeats(requests, clock)() == 2 * BATCH + 1
    assert [*requests.kept] == [KEY]


@pytest.mark.parametrize("error", [StoreAway(), RuntimeError("a mistake")])
async def test_forgetting_goes_on_whatever_goes_wrong(
    requests: InMemoryRepeatableRequests,
    clock: FixedClock,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    error: Exception,
) -> None:
    monkeypatch.setattr(forget_repeats, "EVERY", timedelta(0))
    called = asyncio.Event()
    calls = 0

    async def forget(*_: object) -> int:
        nonlocal calls
        calls += 1
        if calls == 1:
            raise error
        called.set()
        return 0

    monkeypatch.setattr(requests, "forget", forget)
    with caplog.at_level(logging.WARNING):
        forgetting = asyncio.create_task(ForgetRepeats(requests, clock).hourly())
        await called.wait()
        forgetting.cancel()
        await asyncio.wait([forgetting])

    assert caplog.records[0].message.startswith("old keys not forgotten")

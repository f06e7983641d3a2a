"""Events are written in batches beside what they tell of, which never waits for them nor fails."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta

import pytest

from adapters.memory.audit import InMemoryAuditTrail
from adapters.memory.clock import FixedClock
from application.audit_log import ENDING_SECONDS, FLUSH_SECONDS, MAX_UNWRITTEN, AuditLog
from application.read_audit import ReadAudit
from domain.audit import MAX_EVENTS_AT_ONCE, Action, AuditEvent, KeptEvent, Wanted
from domain.errors import StoreAway
from tests.contract.calls import listed
from tests.virtual_time import run

ANY = Wanted()


class Watched(InMemoryAuditTrail):
    """Writes down the size of each batch and page. A batch takes `seconds`; while `is_slow` is set, for ever."""

    def __init__(self) -> None:
        super().__init__()
        self.batches: list[int] = []
        self.pages: list[int] = []
        self.seconds = 0.0
        self.is_slow = False

    async def record(self, events: Sequence[AuditEvent]) -> None:
        await asyncio.sleep(1e9 if self.is_slow else self.seconds)
        await super().record(events)
        self.batches.append(len(events))

    async def page(self, wanted: Wanted, before: KeptEvent | None, count: int) -> list[KeptEvent]:
        self.pages.append(count)
        return await super().page(wanted, before, count)


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock()


@pytest.fixture
def trail() -> Watched:
    return Watched()


@pytest.fixture
def log(trail: Watched, clock: FixedClock) -> AuditLog:
    return AuditLog(trail, clock, days=30)


def event(number: int, clock: FixedClock) -> AuditEvent:
    return AuditEvent(clock.now(), Action.UPLOAD, number)


def users(trail: Watched) -> list[int | None]:
    return [kept.event.user_id for kept in trail.kept]


async def test_what_was_told_is_written_once_in_its_order(log: AuditLog, trail: Watched, clock: FixedClock) -> None:
    for number in range(2 * MAX_EVENTS_AT_ONCE + 1):
        log.tell(event(number, clock))

    await log.write()
    await log.write()

    assert users(trail) == list(range(2 * MAX_EVENTS_AT_ONCE + 1))
    assert trail.batches == [MAX_EVENTS_AT_ONCE, MAX_EVENTS_AT_ONCE, 1]


async def test_what_could_not_be_written_is_written_later(log: AuditLog, trail: Watched, clock: FixedClock) -> None:
    log.tell(event(1, clock))
    trail.is_away = True
    with pytest.raises(StoreAway):
        await log.write()
    log.tell(event(2, clock))
    trail.is_away = False

    await log.write()

    assert users(trail) == [1, 2]


async def test_what_there_is_no_room_for_is_counted(log: AuditLog, trail: Watched, clock: FixedClock) -> None:
    for number in range(MAX_UNWRITTEN + 3):
        log.tell(event(number, clock))

    await log.write()

    assert log.lost == 3
    assert users(trail) == list(range(MAX_UNWRITTEN))


def test_it_is_written_within_a_second_or_two_and_losses_are_logged(caplog: pytest.LogCaptureFixture) -> None:
    trail, clock = Watched(), FixedClock()
    log = AuditLog(trail, clock, days=30)

    async def played() -> None:
        writing = asyncio.create_task(log.writing())
        log.tell(event(1, clock))
        await asyncio.sleep(2)
        assert users(trail) == [1]
        trail.is_away = True
        for number in range(MAX_UNWRITTEN + 5):
            log.tell(event(number, clock))
        await asyncio.sleep(2)
        trail.is_away = False
        await asyncio.sleep(2)
        assert len(trail.kept) == 1 + MAX_UNWRITTEN
        writing.cancel()
        await asyncio.wait([writing])

    run(played())

    told = [record.getMessage() for record in caplog.records]
    assert told.count("audit trail: 5 events lost") == 1
    assert "audit trail not written: the store did not answer in time" in told


def test_what_is_being_written_when_the_service_ends_is_written_once() -> None:
    trail, clock = Watched(), FixedClock()
    log = AuditLog(trail, clock, days=30)

    async def played() -> None:
        writing = asyncio.create_task(log.writing())
        log.tell(event(1, clock))
        trail.seconds = 1.5
        await asyncio.sleep(1.5)
        writing.cancel()
        await asyncio.wait([writing])
        assert writing.cancelled()
        await log.flush()

    run(played())

    assert users(trail) == [1]


async def test_the_end_writes_what_is_left(log: AuditLog, trail: Watched, clock: FixedClock) -> None:
    log.tell(event(1, clock))

    await log.flush()

    assert users(trail) == [1]


@pytest.mark.parametrize("attribute", ["is_away", "is_slow"])
def test_the_end_does_not_wait_for_a_store_that_is_away(caplog: pytest.LogCaptureFixture, attribute: str) -> None:
    trail, clock = Watched(), FixedClock()
    log = AuditLog(trail, clock, days=30)
    setattr(trail, attribute, True)

    async def played() -> float:
        log.tell(event(1, clock))
        begun = asyncio.get_running_loop().time()
        await log.flush()
        return asyncio.get_running_loop().time() - begun

    assert run(played()) <= FLUSH_SECONDS + ENDING_SECONDS
    assert [record.getMessage() for record in caplog.records] == ["audit trail: 1 events lost"]


async def test_what_is_older_than_it_is_to_be_kept_is_forgotten(
    log: AuditLog, trail: Watched, clock: FixedClock
) -> None:
    for number in range(3):
        log.tell(event(number, clock))
        clock.advance(timedelta(days=15))
    await log.write()

    assert await log.forget() == 1
    assert users(trail) == [1, 2]
    assert await log.forget() == 0


@pytest.mark.parametrize(
    ("limit", "told", "pages"),
    [
        (None, 1500, [1000, 1000, 1000]),
        (1, 1, [1]),
        (1000, 1000, [1000]),
        (1200, 1200, [1000, 200]),
        (10_000, 1500, [1000, 1000, 1000]),
    ],
)
async def test_as_many_are_read_as_are_wanted_in_pages(
    trail: Watched, clock: FixedClock, limit: int | None, told: int, pages: list[int]
) -> None:
    await trail.record([event(number, clock) for number in range(1500)])

    events = await listed(ReadAudit(trail)(ANY, limit))

    assert [one.user_id for one in events] == list(range(1499, 1499 - told, -1))
    assert trail.pages == pages

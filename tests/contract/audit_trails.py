"""What every audit trail owes.

Subclass, and supply the fixture `audit_trail`; and of the optional ones `break_store` and `fill_disk` those that the
store can offer.
"""

import asyncio
from datetime import UTC, datetime, timedelta, timezone
from uuid import UUID

import pytest

from domain.audit import (
    MAX_EVENTS_AT_ONCE,
    MAX_LINK_ID_LENGTH,
    Action,
    AuditEvent,
    AuditTrail,
    KeptEvent,
    Wanted,
)
from domain.errors import DiskFull, StoreAway
from tests.contract.calls import PATIENCE_SECONDS, Act, errors
from tests.contract.offers import needs
from tests.contract.tracks import ANY_INTEGER

NOW = datetime(2026, 11, 23, 10, 30, 0, 123456, tzinfo=UTC)
ANY, MINUTE = Wanted(), timedelta(minutes=1)
TRACK = UUID("0f2e8a6c-6d0b-4b7e-9a55-0c1d2e3f4a5b")


def an_event(minutes: int = 0, action: Action = Action.UPLOAD, user_id: int | None = 1) -> AuditEvent:
    return AuditEvent(NOW + minutes * MINUTE, action, user_id)


async def told(trail: AuditTrail, wanted: Wanted = ANY, count: int = MAX_EVENTS_AT_ONCE) -> list[AuditEvent]:
    """All that is wanted, in pages of that many."""
    events, before = list[AuditEvent](), None
    while page := await trail.page(wanted, before, count):
        assert len(page) <= count
        events += [one.event for one in page]
        before = page[-1]
    return events


class AuditTrailContract:
    @pytest.mark.parametrize(
        "event",
        [
            AuditEvent(NOW, Action.REGISTER),
            AuditEvent(NOW, Action.DOWNLOAD_BY_LINK, 2**63 - 1, TRACK, "Az09-_" * 16 + "last", "2001:db8:ffff::/48"),
            AuditEvent(NOW, Action.MAKE_LINK, None, TRACK, "x" * MAX_LINK_ID_LENGTH, "192.0.2.0/24"),
            AuditEvent(NOW.astimezone(timezone(timedelta(hours=5, minutes=45))), Action.EXPORT, 1),
            *(AuditEvent(NOW, action, 1) for action in Action),
        ],
    )
    async def test_an_event_is_told_as_it_was_recorded(self, audit_trail: AuditTrail, event: AuditEvent) -> None:
        await audit_trail.record([event])

        assert await told(audit_trail) == [event]

    async def test_nothing_may_be_recorded(self, audit_trail: AuditTrail) -> None:
        await audit_trail.record([])

        assert await told(audit_trail) == []

    async def test_the_newest_come_first_and_the_later_of_one_moment(self, audit_trail: AuditTrail) -> None:
        events = [an_event(minutes, user_id=user_id) for user_id, minutes in enumerate([3, 1, 1, 2, 1], start=1)]
        await audit_trail.record(events[:3])
        await audit_trail.record(events[3:])

        assert [event.user_id for event in await told(audit_trail)] == [1, 4, 5, 3, 2]

    @pytest.mark.parametrize("count", [1, 2, 7, 1000])
    async def test_pages_together_have_each_event_once(self, audit_trail: AuditTrail, count: int) -> None:
        events = [an_event(number // 3, user_id=number) for number in range(20)]
        await audit_trail.record(events)

        assert await told(audit_trail, count=count) == events[::-1]

    async def test_what_is_recorded_meanwhile_leaves_the_pages_as_they_are(self, audit_trail: AuditTrail) -> None:
        events = [an_event(number) for number in range(4)]
        await audit_trail.record(events)
        first = await audit_trail.page(ANY, None, 2)
        await audit_trail.record([an_event(9)])

        second = await audit_trail.page(ANY, first[-1], 2)

        assert [one.event for one in [*first, *second]] == events[::-1]

    @pytest.mark.parametrize(
        ("wanted", "numbers"),
        [
            (Wanted(since=NOW + MINUTE), [1, 2, 3]),
            (Wanted(until=NOW + 2 * MINUTE), [0, 1]),
            (Wanted(since=NOW + MINUTE, until=NOW + 2 * MINUTE), [1]),
            (Wanted(user_id=2), [1, 3]),
            (Wanted(action=Action.EXPORT), [2, 3]),
            (Wanted(user_id=2, action=Action.EXPORT, since=NOW), [3]),
            (Wanted(action=Action.DELETE_USER), []),
        ],
    )
    async def test_what_is_wanted_is_told(self, audit_trail: AuditTrail, wanted: Wanted, numbers: list[int]) -> None:
        events = [
            an_event(0, Action.UPLOAD, 1),
            an_event(1, Action.UPLOAD, 2),
            an_event(2, Action.EXPORT, None),
            an_event(3, Action.EXPORT, 2),
        ]
        await audit_trail.record(events)

        for count in (1, 100):
            assert await told(audit_trail, wanted, count) == [events[number] for number in reversed(numbers)]

    @pytest.mark.parametrize("nobody", ANY_INTEGER)
    async def test_any_integer_may_be_asked_for(self, audit_trail: AuditTrail, nobody: int) -> None:
        await audit_trail.record([an_event()])

        assert await told(audit_trail, Wanted(user_id=nobody)) == []

    async def test_as_many_as_may_be_are_recorded_and_told_at_once(self, audit_trail: AuditTrail) -> None:
        events = [an_event(user_id=number) for number in range(MAX_EVENTS_AT_ONCE)]
        await audit_trail.record(events)

        page = await audit_trail.page(ANY, None, MAX_EVENTS_AT_ONCE)

        assert [one.event for one in page] == events[::-1]
        assert await audit_trail.page(ANY, page[-1], 1) == []

    async def test_what_is_recorded_at_once_is_all_told(self, audit_trail: AuditTrail) -> None:
        await asyncio.gather(*(audit_trail.record([an_event(user_id=n), an_event(user_id=n)]) for n in range(10)))

        assert sorted(event.user_id or 0 for event in await told(audit_trail)) == [n for n in range(10) for _ in "12"]

    async def test_what_is_too_old_is_forgotten(self, audit_trail: AuditTrail) -> None:
        events = [an_event(minutes) for minutes in range(5)]
        await audit_trail.record(events)

        forgotten = await audit_trail.forget(NOW + 3 * MINUTE)

        assert forgotten == 3
        assert await told(audit_trail) == [events[4], events[3]]
        assert await audit_trail.forget(NOW + 3 * MINUTE) == 0

    async def test_a_page_goes_on_behind_an_event_that_is_forgotten(self, audit_trail: AuditTrail) -> None:
        await audit_trail.record([an_event(0), an_event(1), an_event(2)])
        before: list[KeptEvent] = await audit_trail.page(ANY, None, 2)
        await audit_trail.forget(NOW + 2 * MINUTE)

        assert await audit_trail.page(ANY, before[-1], 2) == []

    @needs("break_store")
    async def test_every_method_says_that_the_store_is_away(self, audit_trail: AuditTrail, break_store: Act) -> None:
        await break_store()

        raised = await errors(
            audit_trail.record([an_event()]),
            audit_trail.page(ANY, None, 1),
            audit_trail.forget(NOW),
            seconds=PATIENCE_SECONDS,
        )

        assert raised == [StoreAway] * 3

    @needs("fill_disk")
    async def test_a_full_disk_is_told(self, audit_trail: AuditTrail, fill_disk: Act) -> None:
        await fill_disk()

        with pytest.raises(DiskFull):
            await audit_trail.record([an_event()])

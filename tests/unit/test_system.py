"""The machine's clock and identifiers."""

from datetime import UTC, datetime, timedelta

from adapters.system.clock import SystemClock
from adapters.system.identifiers import RandomIdentifiers


def test_the_clock_tells_the_present_in_utc() -> None:
    before = datetime.now(UTC)
    now = SystemClock().now()

    assert before <= now <= datetime.now(UTC)
    assert now.utcoffset() == timedelta(0)


def test_identifiers_are_random_uuids() -> None:
    made = [RandomIdentifiers().new_uuid() for _ in range(100)]

    assert len(set(made)) == 100
    assert {uuid.version for uuid in made} == {4}

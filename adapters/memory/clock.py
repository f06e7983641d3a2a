"""A clock that is set by hand."""

from datetime import UTC, datetime, timedelta

from domain.system import Clock


class FixedClock(Clock):
    """Shows `time`, which moves only by `advance`."""

    def __init__(self, time: datetime = datetime(2026, 1, 1, tzinfo=UTC)) -> None:
        self.time = time

    def now(self) -> datetime:
        return self.time

    def advance(self, by: timedelta) -> None:
        self.time += by

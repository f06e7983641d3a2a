"""The machine's clock."""

from datetime import UTC, datetime

from domain.system import Clock


class SystemClock(Clock):
    """Tells the machine's time."""

    def now(self) -> datetime:
        return datetime.now(UTC)

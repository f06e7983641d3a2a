"""The audit trail in a list."""

from collections.abc import Sequence
from datetime import datetime

from domain.audit import AuditEvent, AuditTrail, KeptEvent, Wanted
from domain.errors import StoreAway


class InMemoryAuditTrail(AuditTrail):
    """Keeps events until the process ends, in `kept`. While `is_away` is set it does not answer."""

    def __init__(self) -> None:
        self.kept: list[KeptEvent] = []
        self.is_away = False
        self._last_number = 0

    async def record(self, events: Sequence[AuditEvent]) -> None:
        self._answer()
        for event in events:
            self._last_number += 1
            self.kept.append(KeptEvent(self._last_number, event))

    async def page(self, wanted: Wanted, before: KeptEvent | None, count: int) -> list[KeptEvent]:
        self._answer()
        newest = sorted(self.kept, key=_moment, reverse=True)
        found = [one for one in newest if _is_wanted(one.event, wanted)]
        return [one for one in found if before is None or _moment(one) < _moment(before)][:count]

    async def forget(self, before: datetime) -> int:
        self._answer()
        left = [one for one in self.kept if one.event.at >= before]
        forgotten = len(self.kept) - len(left)
        self.kept = left
        return forgotten

    def _answer(self) -> None:
        if self.is_away:
            raise StoreAway


def _moment(kept: KeptEvent) -> tuple[datetime, int]:
    return kept.event.at, kept.number


def _is_wanted(event: AuditEvent, wanted: Wanted) -> bool:
    return (
        (wanted.since is None or event.at >= wanted.since)
        and (wanted.until is None or event.at < wanted.until)
        and wanted.user_id in (None, event.user_id)
        and wanted.action in (None, event.action)
    )

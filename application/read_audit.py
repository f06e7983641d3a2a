"""Reading the audit trail."""

from collections.abc import AsyncGenerator

from domain.audit import MAX_EVENTS_AT_ONCE, AuditEvent, AuditTrail, KeptEvent, Wanted


class ReadAudit:
    """Goes through the audit trail, page by page."""

    def __init__(self, trail: AuditTrail) -> None:
        self._trail = trail

    async def __call__(self, wanted: Wanted, limit: int | None = None) -> AsyncGenerator[AuditEvent, None]:
        """The events that are wanted, the newest first, at most `limit`, from 1 on. Raises `StoreAway`."""
        left, before = limit, None
        while page := await self._page(wanted, before, left):
            for one in page:
                yield one.event
            left, before = None if left is None else left - len(page), page[-1]

    async def _page(self, wanted: Wanted, before: KeptEvent | None, left: int | None) -> list[KeptEvent]:
        """The next events; none where no more are wanted."""
        count = MAX_EVENTS_AT_ONCE if left is None else min(left, MAX_EVENTS_AT_ONCE)
        return await self._trail.page(wanted, before, count) if count else []

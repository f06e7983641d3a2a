"""The audit trail in PostgreSQL."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, LiteralString

from psycopg.rows import kwargs_row

from adapters.postgres.database import Database
from adapters.postgres.track_rows import LARGEST_ID
from domain.audit import Action, AuditEvent, AuditTrail, KeptEvent, Wanted

FORGOTTEN_AT_ONCE = 10_000

_RECORD: LiteralString = """
    INSERT INTO audit_events (at, action, user_id, track_uuid, link_id, address_prefix)
    SELECT * FROM unnest(%s::timestamptz[], %s::text[], %s::bigint[], %s::uuid[], %s::text[], %s::text[])"""
_PAGE: LiteralString = """
    SELECT event_id, at, action, user_id, track_uuid, link_id, address_prefix
      FROM audit_events
     WHERE (%(since)s::timestamptz IS NULL OR at >= %(since)s)
       AND (%(until)s::timestamptz IS NULL OR at < %(until)s)
       AND (%(user_id)s::bigint IS NULL OR user_id = %(user_id)s)
       AND (%(action)s::text IS NULL OR action = %(action)s)
       AND (%(before)s::bigint IS NULL OR (at, event_id) < (%(before_at)s, %(before)s))
     ORDER BY at DESC, event_id DESC
     LIMIT %(count)s"""
_FORGET: LiteralString = """
    DELETE FROM audit_events
     WHERE event_id IN (SELECT event_id FROM audit_events WHERE at < %s ORDER BY at LIMIT %s FOR UPDATE SKIP LOCKED)"""


class PsycopgAuditTrail(AuditTrail):
    def __init__(self, database: Database) -> None:
        self.database = database

    async def record(self, events: Sequence[AuditEvent]) -> None:
        columns = zip(*map(_values, events), strict=True)
        async with self.database.connection() as connection:
            if events:
                await connection.execute(_RECORD, [list(column) for column in columns])

    async def page(self, wanted: Wanted, before: KeptEvent | None, count: int) -> list[KeptEvent]:
        if wanted.user_id is not None and not 1 <= wanted.user_id <= LARGEST_ID:
            return []
        values = {
            "since": wanted.since,
            "until": wanted.until,
            "user_id": wanted.user_id,
            "action": wanted.action,
            "before": before and before.number,
            "before_at": before and before.event.at,
            "count": count,
        }
        async with self.database.connection() as connection:
            cursor = connection.cursor(row_factory=kwargs_row(_kept))
            # Planned for these values: a plan for any would go through all events for each page.
            return await (await cursor.execute(_PAGE, values, prepare=False)).fetchall()

    async def forget(self, before: datetime) -> int:
        async with self.database.connection() as connection:
            return (await connection.execute(_FORGET, [before, FORGOTTEN_AT_ONCE])).rowcount


def _values(event: AuditEvent) -> tuple[object, ...]:
    return (event.at, event.action, event.user_id, event.track_uuid, event.link_id, event.address_prefix)


def _kept(event_id: int, action: str, **known: Any) -> KeptEvent:
    return KeptEvent(event_id, AuditEvent(action=Action(action), **known))

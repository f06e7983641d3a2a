"""Requests that may be repeated, in PostgreSQL."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any, LiteralString
from uuid import UUID

import msgspec
import psycopg
from psycopg.rows import dict_row
from psycopg.types.json import Jsonb

from adapters.postgres.database import Database
from adapters.postgres.track_rows import LARGEST_ID
from adapters.shared.cancellation import finish as to_its_end
from domain.errors import RepeatRunning, TooManyKeys, UnknownUser
from domain.repeats import Claim, Moments, Outcome, RepeatableRequests, RepeatKey

# A row comes back for whoever has the claim; of several at once, the others wait for the first, and find it alive.
# What was claimed in the same moment is not seen by the count, nor need it be.
_CLAIM: LiteralString = """
    INSERT INTO repeatable_requests AS known (user_id, operation, key, track_uuid, attempt, alive_at, created_at)
    SELECT %(user_id)s, %(operation)s, %(key)s, %(new)s, 1, %(now)s, %(now)s
     WHERE (SELECT count(*) FROM (SELECT FROM repeatable_requests WHERE user_id = %(user_id)s LIMIT %(most)s) AS theirs)
           < %(most)s
        OR EXISTS (
               SELECT FROM repeatable_requests
                WHERE user_id = %(user_id)s AND operation = %(operation)s AND key = %(key)s
           )
    ON CONFLICT (user_id, operation, key) DO UPDATE
       SET track_uuid = CASE WHEN known.created_at < %(kept_since)s THEN EXCLUDED.track_uuid ELSE known.track_uuid END,
           attempt = CASE WHEN known.created_at < %(kept_since)s THEN 1 ELSE known.attempt + 1 END,
           created_at = CASE WHEN known.created_at < %(kept_since)s THEN EXCLUDED.created_at ELSE known.created_at END,
           alive_at = EXCLUDED.alive_at,
           fingerprint = NULL,
           result = NULL
     WHERE (known.alive_at IS NULL OR known.alive_at < %(dead_before)s)
       AND (known.result IS NULL OR known.created_at < %(kept_since)s)
    RETURNING track_uuid, attempt"""
_LOOK: LiteralString = """
    SELECT fingerprint, result
      FROM repeatable_requests
     WHERE user_id = %(user_id)s AND operation = %(operation)s AND key = %(key)s"""
_CHANGE: LiteralString = """
    UPDATE repeatable_requests
       SET alive_at = %(alive_at)s, fingerprint = %(fingerprint)s, result = %(result)s
     WHERE user_id = %(user_id)s AND operation = %(operation)s AND key = %(key)s
       AND track_uuid = %(reserved)s AND attempt = %(attempt)s AND alive_at IS NOT NULL"""
_FORGET: LiteralString = """
    DELETE FROM repeatable_requests
     WHERE ctid = ANY (ARRAY (
               SELECT ctid FROM repeatable_requests
                WHERE created_at < %(kept_since)s AND (alive_at IS NULL OR alive_at < %(dead_before)s)
                ORDER BY created_at
                LIMIT %(at_most)s
                  FOR UPDATE SKIP LOCKED
           ))"""


class PsycopgRepeatableRequests(RepeatableRequests):
    def __init__(self, database: Database) -> None:
        self.database = database

    async def claim(self, key: RepeatKey, new: UUID, moments: Moments, most: int) -> Claim | Outcome:
        with _constraints_translated(key):
            claimed = await self._row(_CLAIM, {**_named(key), **_times(moments), "new": new, "most": most})
        if claimed is not None:
            return Claim(key, claimed["track_uuid"], claimed["attempt"])
        known = await self._row(_LOOK, _named(key))
        if known is None:  # or forgotten between the two, in which case asking again is right as well
            raise TooManyKeys(most)
        if known["result"] is None:
            raise RepeatRunning
        return Outcome(known["fingerprint"], known["result"])

    async def renew(self, claim: Claim, now: datetime) -> None:
        await self._change(claim, alive_at=now)

    async def finish(self, claim: Claim, outcome: Outcome) -> None:
        result = Jsonb(outcome.result, dumps=msgspec.json.encode)
        await self._change(claim, fingerprint=outcome.fingerprint, result=result)

    async def give_up(self, claim: Claim) -> None:
        await self._change(claim)

    async def forget(self, moments: Moments, at_most: int) -> int:
        async with self.database.connection() as connection:
            cursor = await connection.execute(_FORGET, {**_times(moments), "at_most": at_most})
            return cursor.rowcount

    async def _change(self, claim: Claim, **changed: object) -> None:
        nothing = dict.fromkeys(("alive_at", "fingerprint", "result"))
        values = {**_named(claim.key), "reserved": claim.reserved, "attempt": claim.attempt, **nothing, **changed}
        # Who beats is cancelled at its end: that must not cost the connection.
        await to_its_end(self._execute(_CHANGE, values))

    async def _execute(self, statement: LiteralString, values: dict[str, Any]) -> None:
        async with self.database.query() as connection:
            await connection.execute(statement, values)

    async def _row(self, statement: LiteralString, values: dict[str, Any]) -> dict[str, Any] | None:
        async with self.database.query() as connection:
            cursor = await connection.cursor(row_factory=dict_row).execute(statement, values)
            return await cursor.fetchone()


def _named(key: RepeatKey) -> dict[str, Any]:
    return {"user_id": key.user_id, "operation": key.operation, "key": key.key}


def _times(moments: Moments) -> dict[str, Any]:
    return {"now": moments.now, "dead_before": moments.dead_before, "kept_since": moments.kept_since}


@contextmanager
def _constraints_translated(key: RepeatKey) -> Iterator[None]:
    if not 1 <= key.user_id <= LARGEST_ID:
        raise UnknownUser(key.user_id)
    try:
        yield
    except psycopg.errors.ForeignKeyViolation as error:
        raise UnknownUser(key.user_id) from error

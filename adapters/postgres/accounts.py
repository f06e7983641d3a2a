"""What belongs to a user as a whole, in PostgreSQL."""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from typing import LiteralString

from psycopg.rows import class_row, dict_row
from psycopg.sql import SQL

from adapters.postgres.database import Database
from adapters.postgres.track_rows import KNOWN, LARGEST_ID, MORE_OF_MP3, stored_mp3_of, track_of
from domain.accounts import DELETED_USER_NAME, AccountRepository, Totals
from domain.errors import UnknownUser
from domain.tracks import StoredMp3, Track

_PAGE = 20
"""How many tracks are listed at a time: each is some milliseconds' work."""

_TOTALS: LiteralString = """
    SELECT tracks, bytes, duration FROM user_totals JOIN users USING (user_id)
     WHERE user_id = %s AND deleted_at IS NULL"""
_IS_THERE: LiteralString = "SELECT FROM users WHERE user_id = %s AND deleted_at IS NULL"
_RENAME: LiteralString = "UPDATE users SET user_name = %s WHERE user_id = %s AND deleted_at IS NULL"
_REPLACE_DIGEST: LiteralString = """
    UPDATE users SET token_sha256 = %s WHERE user_id = %s AND token_sha256 = %s AND deleted_at IS NULL"""
# Changing the token, which a unique index has, locks the row as FOR UPDATE does. Without totals there is nothing to
# keep right while the tracks are removed.
_DELETE: LiteralString = """
    WITH gone AS (
        UPDATE users SET deleted_at = %s, token_sha256 = %s, user_name = %s
         WHERE user_id = %s AND token_sha256 = %s AND deleted_at IS NULL RETURNING user_id
    ), uncounted AS (
        DELETE FROM user_totals WHERE user_id IN (SELECT user_id FROM gone)
    )
    SELECT user_id FROM gone"""
_TRACKS = SQL("""
    SELECT {}, {}, track_id
      FROM tracks
     WHERE user_id = %(user_id)s AND created_at <= %(until)s
       AND (created_at, track_id) > (%(created_at)s::timestamptz, %(track_id)s)
       AND NOT EXISTS (SELECT FROM users WHERE users.user_id = tracks.user_id AND deleted_at IS NOT NULL)
     ORDER BY created_at, track_id
     LIMIT %(count)s""").format(KNOWN, MORE_OF_MP3)


class PsycopgAccountRepository(AccountRepository):
    def __init__(self, database: Database) -> None:
        self.database = database

    async def totals(self, user_id: int) -> Totals | None:
        if not 1 <= user_id <= LARGEST_ID:
            return None
        async with self.database.query() as connection:
            cursor = await connection.cursor(row_factory=class_row(Totals)).execute(_TOTALS, [user_id])
            return await cursor.fetchone()

    async def rename(self, user_id: int, name: str) -> bool:
        return await self._changed(user_id, _RENAME, name, user_id)

    async def replace_token(self, user_id: int, old_sha256: bytes, new_sha256: bytes) -> bool:
        return await self._changed(user_id, _REPLACE_DIGEST, new_sha256, user_id, old_sha256)

    async def delete(self, user_id: int, old_sha256: bytes, new_sha256: bytes, now: datetime) -> bool:
        return await self._changed(user_id, _DELETE, now, new_sha256, DELETED_USER_NAME, user_id, old_sha256)

    async def _changed(self, user_id: int, statement: LiteralString, *values: object) -> bool:
        """Whether the statement, in which the user is named, found one row."""
        if not 1 <= user_id <= LARGEST_ID:
            return False
        async with self.database.query() as connection:
            return (await connection.execute(statement, values)).rowcount == 1

    async def pages(self, user_id: int, until: datetime) -> AsyncIterator[Sequence[tuple[Track, StoredMp3]]]:
        if not 1 <= user_id <= LARGEST_ID:
            raise UnknownUser(user_id)
        wanted = {"user_id": user_id, "until": until, "count": _PAGE, "created_at": "-infinity", "track_id": 0}
        while rows := await self._rows(wanted):
            yield [(track_of(row), stored_mp3_of(row)) for row in rows]
            wanted |= {"created_at": rows[-1]["created_at"], "track_id": rows[-1]["track_id"]}

    async def _rows(self, wanted: dict[str, object]) -> list[dict[str, object]]:
        """A page; none only where the user is there and has no more. Raises `UnknownUser`."""
        async with self.database.query() as connection:
            cursor = await connection.cursor(row_factory=dict_row).execute(_TRACKS, wanted)
            if not (rows := await cursor.fetchall()):
                user_id = wanted["user_id"]
                if await (await connection.execute(_IS_THERE, [user_id])).fetchone() is None:
                    raise UnknownUser(int(str(user_id)))
        return rows

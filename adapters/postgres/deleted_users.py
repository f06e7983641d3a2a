"""Removing what deleted users have left in PostgreSQL, in steps that keep nobody waiting."""

from collections.abc import Sequence
from typing import LiteralString

import psycopg
from psycopg.rows import scalar_row

from adapters.postgres.connection import Connection
from adapters.postgres.database import Database
from adapters.postgres.long_transactions import BYTES_AT_ONCE, STEP_SECONDS, TRACKS_AT_ONCE, long_transaction
from adapters.postgres.track_rows import LARGEST_ID
from domain.accounts import DeletedUsers, Removed

_USERS = 100

_SOME: LiteralString = """
    SELECT user_id FROM users WHERE deleted_at IS NOT NULL AND user_id > %s ORDER BY user_id LIMIT %s"""
# What others are removing is passed over.
_REMOVE_TRACKS: LiteralString = """
    WITH first AS (
        SELECT track_id, mp3_size FROM tracks
         WHERE user_id = (SELECT user_id FROM users WHERE user_id = %(user_id)s AND deleted_at IS NOT NULL)
         ORDER BY created_at DESC, track_id DESC LIMIT %(count)s
           FOR UPDATE SKIP LOCKED
    ), counted AS (
        SELECT track_id, sum(mp3_size) OVER (ORDER BY track_id) - mp3_size AS bytes_before FROM first
    )
    DELETE FROM tracks USING counted
     WHERE tracks.track_id = counted.track_id AND bytes_before < %(bytes)s
    RETURNING audio_key"""
_REMOVE_USER: LiteralString = "DELETE FROM users WHERE user_id = %s AND deleted_at IS NOT NULL"
_IS_THERE: LiteralString = "SELECT FROM users WHERE user_id = %s"


class PsycopgDeletedUsers(DeletedUsers):
    def __init__(self, database: Database) -> None:
        self.database = database

    async def some(self, after: int) -> Sequence[int]:
        async with self.database.connection() as connection:
            cursor = await connection.cursor(row_factory=scalar_row).execute(_SOME, [after, _USERS])
            return await cursor.fetchall()

    async def remove_some(self, user_id: int) -> Removed:
        if not 1 <= user_id <= LARGEST_ID:
            return Removed(0, is_all=True)
        async with long_transaction(self.database, STEP_SECONDS) as connection:
            keys = await _remove_tracks(connection, user_id)
        if keys:
            return Removed(len(keys), [key for key in keys if key is not None])
        async with self.database.connection(STEP_SECONDS) as connection:
            return Removed(0, is_all=await _remove_user(connection, user_id))


async def _remove_tracks(connection: Connection, user_id: int) -> list[str | None]:
    """For each of the tracks that were removed its key in an audio store."""
    wanted = {"user_id": user_id, "count": TRACKS_AT_ONCE, "bytes": BYTES_AT_ONCE}
    cursor = await connection.cursor(row_factory=scalar_row).execute(_REMOVE_TRACKS, wanted)
    return await cursor.fetchall()


async def _remove_user(connection: Connection, user_id: int) -> bool:
    """Whether the user is gone now, with all rows that name them: these go with the user, but for tracks."""
    try:
        await connection.execute(_REMOVE_USER, [user_id])
    except psycopg.errors.ForeignKeyViolation:
        return False  # others are removing the last tracks
    return await (await connection.execute(_IS_THERE, [user_id])).fetchone() is None

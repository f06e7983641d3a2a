"""Quotas in PostgreSQL, where a trigger refuses what is beyond them (`0010_quotas_and_audit.sql`)."""

from collections.abc import Mapping
from datetime import datetime
from typing import LiteralString

import psycopg
from psycopg.rows import tuple_row

from adapters.postgres.database import Database
from adapters.postgres.long_transactions import BYTES_AT_ONCE, STEP_SECONDS, TRACKS_AT_ONCE, long_transaction
from adapters.postgres.track_rows import LARGEST_ID
from domain.errors import UnknownUser
from domain.quotas import OwnQuota, Quota, QuotaRepository, Removed

USERS_AT_ONCE = 500
"""Who are looked at in one step of removing."""
_PUT: LiteralString = """
    INSERT INTO user_quotas (user_id, tracks, bytes, seconds, uploads, retention_days) VALUES (%s, %s, %s, %s, %s, %s)
        ON CONFLICT (user_id) DO UPDATE
       SET (tracks, bytes, seconds, uploads, retention_days)
         = (excluded.tracks, excluded.bytes, excluded.seconds, excluded.uploads, excluded.retention_days)"""
# By the index of a user's tracks, so that those who have none that is too old cost next to nothing.
_REMOVE_OUTLIVED: LiteralString = """
    WITH page AS MATERIALIZED (
        SELECT user_id, %(now)s - make_interval(days => coalesce(retention_days, %(general)s)) AS earliest
          FROM users LEFT JOIN user_quotas USING (user_id)
         WHERE user_id > %(after)s AND coalesce(retention_days, %(general)s) > 0
         ORDER BY user_id
         LIMIT %(users)s),
    outlived AS MATERIALIZED (
        SELECT old.track_id, old.mp3_size
          FROM page,
               LATERAL (SELECT track_id, mp3_size
                          FROM tracks
                         WHERE tracks.user_id = page.user_id AND created_at < earliest
                         ORDER BY created_at
                         LIMIT %(tracks)s
                           FOR UPDATE SKIP LOCKED) AS old
         LIMIT %(tracks)s),
    chosen AS (
        SELECT track_id
          FROM (SELECT track_id, sum(mp3_size) OVER (ORDER BY track_id) - mp3_size AS before FROM outlived) AS summed
         WHERE before < %(bytes)s),
    removed AS (
        DELETE FROM tracks USING chosen WHERE tracks.track_id = chosen.track_id RETURNING audio_key)
    SELECT (SELECT count(*) FROM removed),
           (SELECT coalesce(array_agg(audio_key), '{}') FROM removed WHERE audio_key IS NOT NULL),
           (SELECT max(user_id) FROM page)"""


def settings_of(general: Quota) -> Mapping[str, str]:
    """What a connection has to say for the trigger to know what holds for all; nothing where there are no bounds."""
    said = {"tracks": general.tracks, "bytes": general.bytes, "seconds": general.seconds}
    return {f"music_app.max_user_{what}": str(bound) for what, bound in said.items() if bound}


class PsycopgQuotaRepository(QuotaRepository):
    """The database's connections have the `settings_of` what holds for all."""

    def __init__(self, database: Database) -> None:
        self.database = database

    async def put(self, user_id: int, quota: OwnQuota) -> None:
        if not 1 <= user_id <= LARGEST_ID:
            raise UnknownUser(user_id)
        values = [user_id, quota.tracks, quota.bytes, quota.seconds, quota.uploads, quota.retention_days]
        try:
            async with self.database.connection() as connection:
                await connection.execute(_PUT, values)
        except psycopg.errors.ForeignKeyViolation as error:
            raise UnknownUser(user_id) from error

    async def remove_outlived(self, general: Quota, now: datetime, after: int) -> Removed:
        bounds = {"users": USERS_AT_ONCE, "tracks": TRACKS_AT_ONCE, "bytes": BYTES_AT_ONCE}
        values = {"now": now, "general": general.retention_days, "after": after} | bounds
        async with long_transaction(self.database, STEP_SECONDS) as connection:
            cursor = await connection.cursor(row_factory=tuple_row).execute(_REMOVE_OUTLIVED, values)
            [(tracks, keys, last)] = await cursor.fetchall()
        return Removed(tracks, tuple(keys), after if tracks else last)

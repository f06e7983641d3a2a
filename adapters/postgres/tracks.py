"""What is known of tracks, in PostgreSQL."""

from collections.abc import AsyncIterator, Collection
from typing import LiteralString
from uuid import UUID

from psycopg.rows import dict_row, scalar_row
from psycopg.sql import SQL, Placeholder

from adapters.postgres.database import Database
from adapters.postgres.track_rows import (
    COLUMNS,
    KNOWN,
    LARGEST_ID,
    MORE_OF_MP3,
    MP3,
    TYPES,
    constraints_translated,
    stored_mp3_of,
    track_of,
    values,
)
from domain.tracks import StoredMp3, Track, TrackCatalogue, TrackRepository

_PAGE = 100
"""How many tracks are listed at a time."""

_ADD = SQL("INSERT INTO tracks ({}, audio_key) VALUES ({}, %s)").format(
    COLUMNS, SQL(", ").join([Placeholder()] * len(TYPES))
)
_FIND = SQL("""
    SELECT {}
      FROM tracks
     WHERE track_uuid = %s AND user_id = %s
       AND NOT EXISTS (SELECT FROM users WHERE users.user_id = tracks.user_id AND deleted_at IS NOT NULL)""").format(
    MP3
)
_KEYS_IN_USE: LiteralString = "SELECT audio_key FROM tracks WHERE audio_key = ANY(%s)"
_LIST = SQL("""
    SELECT {}, {}
      FROM tracks
     WHERE %(after)s::uuid IS NULL OR track_uuid > %(after)s
     ORDER BY track_uuid
     LIMIT %(count)s""").format(KNOWN, MORE_OF_MP3)


class PsycopgTrackRepository(TrackRepository, TrackCatalogue):
    def __init__(self, database: Database) -> None:
        self.database = database

    async def add(self, track: Track, audio_key: str) -> None:
        with constraints_translated(track):
            async with self.database.connection() as connection:
                await connection.execute(_ADD, [*values(track), audio_key])

    async def find(self, track_uuid: UUID, user_id: int) -> StoredMp3 | None:
        if not 1 <= user_id <= LARGEST_ID:
            return None
        async with self.database.query() as connection:
            cursor = await connection.cursor(row_factory=dict_row).execute(_FIND, [track_uuid, user_id])
            row = await cursor.fetchone()
        return stored_mp3_of(row) if row else None

    async def audio_keys_in_use(self, keys: Collection[str]) -> set[str]:
        async with self.database.connection() as connection:
            cursor = await connection.cursor(row_factory=scalar_row).execute(_KEYS_IN_USE, [list(keys)])
            return set(await cursor.fetchall())

    async def all(self) -> AsyncIterator[tuple[Track, StoredMp3]]:
        after: UUID | None = None
        while page := await self._page(after):
            for track, mp3 in page:
                yield track, mp3
            after = page[-1][1].track_uuid

    async def _page(self, after: UUID | None) -> list[tuple[Track, StoredMp3]]:
        async with self.database.connection() as connection:
            cursor = connection.cursor(row_factory=dict_row)
            await cursor.execute(_LIST, {"after": after, "count": _PAGE})
            return [(track_of(row), stored_mp3_of(row)) for row in await cursor.fetchall()]

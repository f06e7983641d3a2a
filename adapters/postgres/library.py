"""The tracks of one user, in PostgreSQL."""

from collections.abc import Mapping, Sequence
from typing import Any, LiteralString
from uuid import UUID

import psycopg
from psycopg.rows import dict_row
from psycopg.sql import SQL
from psycopg.types.json import Jsonb

from adapters.postgres.connection import Connection
from adapters.postgres.connection_limits import ConnectionLimit
from adapters.postgres.database import SHORT_SECONDS, Database
from adapters.postgres.track_keeper import LARGE_BYTES, STORING_RATE
from adapters.postgres.track_rows import (
    KNOWN,
    LARGEST_ID,
    MORE_OF_MP3,
    MP3,
    stored_mp3_of,
    texts_column,
    texts_of,
    track_of,
    words,
)
from adapters.postgres.track_search import LIMITS, TrackSearch
from domain.library import Changed, Page, Position, TrackLibrary, Wanted
from domain.tracks import StoredMp3, Track

WALKED = 2_000
"""So many rows are looked at for a page before the index of words is asked."""
WALKED_AT_MOST = 50_000
"""So many more where that cannot help; then the page is what was found so far."""
SEARCH_SECONDS = 1.0
"""What the index of words may take; a beginning that a million tracks have takes longer."""

_FIND = SQL("SELECT {}, {} FROM tracks WHERE track_uuid = %s AND user_id = %s").format(KNOWN, MORE_OF_MP3)
_CHANGE: LiteralString = """
    UPDATE tracks
       SET track_file_name = %(file_name)s, texts = %(texts)s, words = %(words)s,
           tag = %(tag)s, tag_replaces = %(replaces)s, tagged_size = %(size)s, tagged_sha256 = %(sha256)s
     WHERE track_uuid = %(track_uuid)s AND user_id = %(user_id)s
       AND track_file_name = %(file_name_before)s AND texts = %(texts_before)s"""
_SIZE: LiteralString = "SELECT mp3_size FROM tracks WHERE track_uuid = %s AND user_id = %s AND audio_key IS NULL"
_ALLOW: LiteralString = "SELECT set_config('statement_timeout', %s, true)"
_REMOVE = SQL("DELETE FROM tracks WHERE track_uuid = %s AND user_id = %s RETURNING {}").format(MP3)
# Several that do this at once share the work, and wait for nobody.
_WITHOUT_WORDS: LiteralString = """
    SELECT track_id, user_id, track_file_name, texts
      FROM tracks
     WHERE words IS NULL
     ORDER BY track_id
     LIMIT %s
       FOR UPDATE SKIP LOCKED"""
_INDEX: LiteralString = """
    UPDATE tracks SET words = new.words
      FROM jsonb_to_recordset(%s) AS new (track_id bigint, words text[])
     WHERE tracks.track_id = new.track_id"""


class PsycopgTrackLibrary(TrackLibrary):
    def __init__(self, database: Database, walked: int = WALKED, walked_at_most: int = WALKED_AT_MOST) -> None:
        self.database = database
        self._walked, self._walked_at_most = walked, walked_at_most
        self._removing_large = ConnectionLimit(database.pool_size // 5)

    async def page(self, user_id: int, wanted: Wanted, after: Position | None, limit: int) -> Page:
        if not 1 <= user_id <= LARGEST_ID:
            return Page([], None)
        search = TrackSearch(user_id, wanted)
        if not search.has_filters:
            async with self.database.query() as connection:
                rows = await _rows(connection, *search.walk(after, None, limit + 1, limit + 1))
            return _page(rows, limit, None)
        rows, end = await self._walk(search, after, self._walked, limit + 1)
        if len(rows) > limit or end is None:
            return _page(rows, limit, None)
        return await self._further(search, rows, end, limit)

    async def _walk(
        self, search: TrackSearch, after: Position | None, walked: int, count: int
    ) -> tuple[list[dict[str, Any]], Position | None]:
        """Rows of a bounded walk, and where it ended before the last row of the user's.

        The end is known before the walk: rows that are removed meanwhile do not move it.
        """
        async with self.database.query() as connection:
            ends = await _rows(connection, *search.end(after, walked))
            end = _position(ends[0]) if ends else None
            return await _rows(connection, *search.walk(after, end, None, count)), end

    async def _further(self, search: TrackSearch, rows: list[dict[str, Any]], end: Position, limit: int) -> Page:
        missing = limit + 1 - len(rows)
        if search.has_words and (found := await self._by_words(search, end, missing)) is not None:
            return _page([*rows, *found], limit, None)
        more, last = await self._walk(search, end, self._walked_at_most, missing)
        return _page([*rows, *more], limit, last)

    async def _by_words(self, search: TrackSearch, after: Position, count: int) -> list[dict[str, Any]] | None:
        """None where it takes too long."""
        async with self.database.query() as connection:
            try:
                async with connection.transaction():
                    await connection.execute(LIMITS, [f"{SEARCH_SECONDS * 1000:.0f}ms"])
                    found = await _rows(connection, *search.numbers(after, count))
            except psycopg.errors.QueryCanceled:
                return None
            return await _rows(connection, *search.numbered([row["track_id"] for row in found]))

    async def find(self, track_uuid: UUID, user_id: int) -> tuple[Track, StoredMp3] | None:
        if not 1 <= user_id <= LARGEST_ID:
            return None
        async with self.database.query() as connection:
            rows = await _rows(connection, _FIND, [track_uuid, user_id])
        return (track_of(rows[0]), stored_mp3_of(rows[0])) if rows else None

    async def change(self, before: Track, after: Changed) -> bool:
        if not 1 <= before.user_id <= LARGEST_ID:
            return False
        async with self.database.query() as connection:
            cursor = await connection.execute(_CHANGE, _values_of_change(before, after))
            return cursor.rowcount == 1

    async def remove(self, track_uuid: UUID, user_id: int) -> StoredMp3 | None:
        if not 1 <= user_id <= LARGEST_ID:
            return None
        async with self.database.query() as connection:
            sizes = await _rows(connection, _SIZE, [track_uuid, user_id])
            size = sizes[0]["mp3_size"] if sizes else 0
            if size <= LARGE_BYTES:
                return _removed(await _rows(connection, _REMOVE, [track_uuid, user_id]))
        return await self._remove_large(track_uuid, user_id, size)

    async def _remove_large(self, track_uuid: UUID, user_id: int, size: int) -> StoredMp3 | None:
        """The server marks each piece of an MP3 as gone, so that a large one may take as long as to store it."""
        seconds = SHORT_SECONDS + size / STORING_RATE
        async with (
            self._removing_large.take(SHORT_SECONDS),
            self.database.connection(seconds) as connection,
            connection.transaction(),
        ):
            await connection.execute(_ALLOW, [f"{seconds * 1000:.0f}ms"])
            return _removed(await _rows(connection, _REMOVE, [track_uuid, user_id]))

    async def index(self, limit: int) -> int:
        async with self.database.connection() as connection, connection.transaction():
            rows = await _rows(connection, _WITHOUT_WORDS, [limit])
            if rows:
                await connection.execute(_INDEX, [Jsonb([_indexed(row) for row in rows])])
            return len(rows)


async def _rows(
    connection: Connection, statement: Any, values: Sequence[object] | Mapping[str, object]
) -> list[dict[str, Any]]:
    cursor = await connection.cursor(row_factory=dict_row).execute(statement, values)
    return await cursor.fetchall()


def _page(rows: Sequence[Mapping[str, Any]], limit: int, searched_to: Position | None) -> Page:
    """The first `limit` rows; what comes next begins behind them, or where the search ended."""
    after = _position(rows[limit - 1]) if len(rows) > limit else searched_to
    return Page([track_of(row) for row in rows[:limit]], after)


def _position(row: Mapping[str, Any]) -> Position:
    return Position(row["created_at"], row["track_id"])


def _removed(rows: Sequence[Mapping[str, Any]]) -> StoredMp3 | None:
    return stored_mp3_of(rows[0]) if rows else None


def _values_of_change(before: Track, after: Changed) -> dict[str, object]:
    tag = after.tag
    return {
        "track_uuid": before.track_uuid,
        "user_id": before.user_id,
        "file_name_before": before.file_name,
        "texts_before": texts_column(before.conversion.texts),
        "file_name": after.file_name,
        "texts": texts_column(after.texts),
        "words": words(before.user_id, after.file_name, after.texts),
        "tag": tag and tag.data,
        "replaces": tag and tag.replaces,
        "size": after.mp3_size if tag else None,
        "sha256": after.mp3_sha256 if tag else None,
    }


def _indexed(row: Mapping[str, Any]) -> dict[str, object]:
    return {
        "track_id": row["track_id"],
        "words": words(row["user_id"], row["track_file_name"], texts_of(row["texts"])),
    }

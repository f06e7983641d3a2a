"""The tracks of one user, in PostgreSQL."""

from collections.abc import Mapping, Sequence
from typing import Any, LiteralString
from uuid import UUID

from psycopg.sql import SQL
from psycopg.types.json import Jsonb

from adapters.postgres.connection_limits import ConnectionLimit
from adapters.postgres.database import SHORT_SECONDS, Database
from adapters.postgres.long_transactions import long_transaction
from adapters.postgres.track_keeper import LARGE_BYTES, STORING_RATE
from adapters.postgres.track_pages import MOST_FOUND, WALK_SECONDS, WALKED, TrackPages, rows_of
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
from domain.library import Changed, Page, Position, TrackLibrary, Wanted
from domain.tracks import StoredMp3, Track

_FIND = SQL("SELECT {}, {} FROM tracks WHERE track_uuid = %s AND user_id = %s").format(KNOWN, MORE_OF_MP3)
_CHANGE: LiteralString = """
    UPDATE tracks
       SET track_file_name = %(file_name)s, texts = %(texts)s, words = %(words)s,
           tag = %(tag)s, tag_replaces = %(replaces)s, tagged_size = %(size)s, tagged_sha256 = %(sha256)s
     WHERE track_uuid = %(track_uuid)s AND user_id = %(user_id)s
       AND track_file_name = %(file_name_before)s AND texts = %(texts_before)s"""
_SIZE: LiteralString = "SELECT mp3_size FROM tracks WHERE track_uuid = %s AND user_id = %s AND audio_key IS NULL"
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
    def __init__(
        self,
        database: Database,
        walked: int = WALKED,
        most_found: int = MOST_FOUND,
        walk_seconds: float = WALK_SECONDS,
    ) -> None:
        self.database = database
        self._pages = TrackPages(database, walked, most_found, walk_seconds)
        self._removing_large = ConnectionLimit(database.pool_size // 5)

    async def page(self, user_id: int, wanted: Wanted, after: Position | None, limit: int) -> Page:
        return await self._pages.page(user_id, wanted, after, limit)

    async def find(self, track_uuid: UUID, user_id: int) -> tuple[Track, StoredMp3] | None:
        if not 1 <= user_id <= LARGEST_ID:
            return None
        async with self.database.query() as connection:
            rows = await rows_of(connection, _FIND, [track_uuid, user_id])
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
            sizes = await rows_of(connection, _SIZE, [track_uuid, user_id])
            size = sizes[0]["mp3_size"] if sizes else 0
            if size <= LARGE_BYTES:
                return _removed(await rows_of(connection, _REMOVE, [track_uuid, user_id]))
        return await self._remove_large(track_uuid, user_id, size)

    async def _remove_large(self, track_uuid: UUID, user_id: int, size: int) -> StoredMp3 | None:
        """The server marks each piece of an MP3 as gone, so that a large one may take as long as to store it."""
        seconds = SHORT_SECONDS + size / STORING_RATE
        async with (
            self._removing_large.take(SHORT_SECONDS),
            long_transaction(self.database, seconds) as connection,
        ):
            return _removed(await rows_of(connection, _REMOVE, [track_uuid, user_id]))

    async def index(self, limit: int) -> int:
        async with self.database.connection() as connection, connection.transaction():
            rows = await rows_of(connection, _WITHOUT_WORDS, [limit])
            if rows:
                await connection.execute(_INDEX, [Jsonb([_indexed(row) for row in rows])])
            return len(rows)


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

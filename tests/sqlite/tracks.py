"""What is known of tracks, in the file."""

import json
import sqlite3
from collections.abc import AsyncIterator, Collection, Iterator
from contextlib import contextmanager
from typing import Any, TypeAlias
from uuid import UUID

import msgspec

from adapters.shared.cancellation import in_thread
from domain.conversions import Conversion
from domain.errors import DuplicateTrack, UnknownUser
from domain.tracks import StoredMp3, Track, TrackCatalogue, TrackRepository
from tests.sqlite.connection import inserted
from tests.sqlite.store import SqliteStore
from tests.sqlite.users import LARGEST_ID, microseconds, moment

Row: TypeAlias = tuple[Any, ...]
PAGE = 100
"""How many tracks are listed at a time."""

INSERT = """
    INSERT INTO tracks (track_uuid, user_id, file_name, mp3_size, mp3_sha256, audio_key, created_at, conversion)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?)"""
_FIND = """
    SELECT track_uuid, file_name, mp3_size, mp3_sha256, audio_key
      FROM tracks
     WHERE track_uuid = ? AND user_id = ?"""
_KEYS_IN_USE = "SELECT audio_key FROM tracks WHERE audio_key IN (SELECT value FROM json_each(?))"
LIST = """
    SELECT track_uuid, file_name, mp3_size, mp3_sha256, audio_key, track_id, user_id, created_at, conversion
      FROM tracks
     WHERE track_id > ?
     ORDER BY track_id
     LIMIT ?"""


class SqliteTrackRepository(TrackRepository, TrackCatalogue):
    def __init__(self, store: SqliteStore) -> None:
        self.store = store

    async def add(self, track: Track, audio_key: str) -> None:
        with constraints_translated(track):
            async with self.store.writing() as connection:
                await in_thread(insert, connection, track, audio_key)

    async def find(self, track_uuid: UUID, user_id: int) -> StoredMp3 | None:
        if not 1 <= user_id <= LARGEST_ID:
            return None
        values = [track_uuid.bytes, user_id]
        row = await self.store.read(lambda connection: connection.execute(_FIND, values).fetchone())
        return stored_mp3_of(row) if row else None

    async def audio_keys_in_use(self, keys: Collection[str]) -> set[str]:
        values = [json.dumps(list(keys))]
        return {key for (key,) in await self.store.read(lambda c: c.execute(_KEYS_IN_USE, values).fetchall())}

    async def all(self) -> AsyncIterator[tuple[Track, StoredMp3]]:
        after = 0
        while page := await self._page(after):
            for row in page:
                yield track_of(row), stored_mp3_of(row)
            after = page[-1][5]

    async def _page(self, after: int) -> list[Row]:
        return await self.store.read(lambda connection: connection.execute(LIST, [after, PAGE]).fetchall())


def insert(connection: sqlite3.Connection, track: Track, audio_key: str | None) -> int:
    """Add the row of a track, and return its `track_id`. Blocks."""
    made = track.conversion
    values = [track.track_uuid.bytes, track.user_id, track.file_name, made.mp3_size, made.mp3_sha256, audio_key]
    values += [microseconds(track.created_at), msgspec.json.encode(made).decode()]
    return inserted(connection, INSERT, values)


@contextmanager
def constraints_translated(track: Track) -> Iterator[None]:
    """Raise the port's errors in place of those of the table's constraints."""
    if not 1 <= track.user_id <= LARGEST_ID:
        raise UnknownUser(track.user_id)
    try:
        yield
    except sqlite3.IntegrityError as error:
        if error.sqlite_errorcode == sqlite3.SQLITE_CONSTRAINT_FOREIGNKEY:
            raise UnknownUser(track.user_id) from error
        if "tracks.track_uuid" in str(error):
            raise DuplicateTrack from error
        raise


def track_of(row: Row) -> Track:
    """The track of a row of `LIST`."""
    uuid, file_name, *_, user_id, created_at, conversion = row
    made = msgspec.json.decode(conversion, type=Conversion)
    return Track(UUID(bytes=uuid), user_id, file_name, made, moment(created_at))


def stored_mp3_of(row: Row) -> StoredMp3:
    """What a download needs, of a row that begins as those of `LIST` do."""
    uuid, file_name, size, sha256, audio_key, *_ = row
    return StoredMp3(UUID(bytes=uuid), file_name, size, sha256, audio_key)

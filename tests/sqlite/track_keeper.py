"""Tracks with their MP3s in the file: one commit keeps both."""

import sqlite3
from collections.abc import AsyncIterator
from uuid import UUID

from adapters.shared.cancellation import in_thread
from domain.errors import TrackDamaged, TrackNotFound
from domain.output.converter import Mp3
from domain.tracks import StoredMp3, Track, TrackKeeper
from tests.sqlite.store import SqliteStore
from tests.sqlite.tracks import constraints_translated, insert

BLOCK_BYTES = 256 * 1024
"""Every row of `blocks` but the last of a track has as many."""

_ADD = "INSERT INTO blocks (track_id, number, data) VALUES (?, ?, ?)"
_READ = """
    SELECT substr(data, ?, ?)
      FROM tracks LEFT JOIN blocks ON blocks.track_id = tracks.track_id AND number = ?
     WHERE track_uuid = ?"""


class SqliteTrackKeeper(TrackKeeper):
    max_mp3_bytes: int | None = None

    def __init__(self, store: SqliteStore) -> None:
        self.store = store

    async def keep(self, track: Track, mp3: Mp3) -> None:
        if mp3.size != track.conversion.mp3_size:
            raise ValueError(f"the MP3 has {mp3.size} bytes, not {track.conversion.mp3_size}")
        with constraints_translated(track):
            # Nobody else writes meanwhile: the MP3 is there already, and it is quickly copied.
            async with self.store.writing() as connection:
                track_id = await in_thread(insert, connection, track, None)
                await copy_blocks(mp3, mp3.size, connection, track_id)

    async def read(self, mp3: StoredMp3, start: int, count: int) -> AsyncIterator[bytes]:
        if mp3.audio_key is not None:
            raise TrackDamaged("an audio store has its bytes, which this wiring does not know")
        end = start + count
        while start < end:
            number, offset = divmod(start, BLOCK_BYTES)
            block = await self._slice(mp3.track_uuid, number, offset, min(BLOCK_BYTES - offset, end - start))
            start += len(block)
            yield block

    async def _slice(self, track_uuid: UUID, number: int, offset: int, count: int) -> bytes:
        values = [offset + 1, count, number, track_uuid.bytes]
        row = await self.store.read(lambda connection: connection.execute(_READ, values).fetchone())
        if row is None:
            raise TrackNotFound
        if row[0] is None or len(row[0]) != count:
            raise TrackDamaged(f"block {number} of it has no {count} bytes from byte {offset}")
        return bytes(row[0])


async def copy_blocks(mp3: Mp3, size: int, connection: sqlite3.Connection, track_id: int) -> None:
    """Add its blocks, of which few are held. Raises ValueError where they do not add up to `size`."""
    copied, number, held = 0, 0, bytearray()
    async for data in mp3.read(0, size):
        copied += len(data)
        held += data
        while len(held) >= BLOCK_BYTES and copied <= size:
            await in_thread(connection.execute, _ADD, [track_id, number, held[:BLOCK_BYTES]])
            number, held = number + 1, held[BLOCK_BYTES:]
        if copied > size:
            break
    if copied != size:
        raise ValueError(f"the MP3 has {copied} bytes or more, not {size}")
    if held:
        await in_thread(connection.execute, _ADD, [track_id, number, held])

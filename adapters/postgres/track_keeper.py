"""Tracks in PostgreSQL with the MP3 in the row: one commit keeps both."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import LiteralString
from uuid import UUID

import psycopg
from psycopg.sql import SQL

from adapters.postgres.connection import Connection
from adapters.postgres.connection_limits import ConnectionLimit
from adapters.postgres.copy_binary import write_row
from adapters.postgres.database import SHORT_SECONDS, STATEMENT_SECONDS, Database
from adapters.postgres.long_transactions import allow
from adapters.postgres.track_rows import COLUMNS, TYPES, constraints_translated, values
from adapters.shared.cancellation import finish
from domain.errors import Mp3TooLarge, TrackDamaged, TrackNotFound
from domain.output.converter import Mp3
from domain.tracks import StoredMp3, Track, TrackKeeper

MAX_VALUE_BYTES = 1_000_000_000
"""PostgreSQL keeps at most 1 GiB, less some, in one value."""
STORING_RATE = 4 * 1024 * 1024
"""Bytes of an MP3 a second at which the database must at least store it."""
LARGE_BYTES = int(SHORT_SECONDS * STORING_RATE)
"""An MP3 with more may take longer to store than a short operation."""
SLICE_BYTES = 128 * 1024
"""How much of an MP3 is read at a time."""
SLICE_PATIENCE_SECONDS = 30.0
"""How long a download that has begun waits for its turn: rather late than broken off; it holds nothing meanwhile."""

_KEEP = SQL("COPY tracks ({}, track_file_bin) FROM STDIN (FORMAT BINARY)").format(COLUMNS)
_READ: LiteralString = """
    SELECT substring(track_file_bin FROM %s FOR %s) FROM tracks WHERE track_uuid = %s"""


class PsycopgTrackKeeper(TrackKeeper):
    max_mp3_bytes: int | None = MAX_VALUE_BYTES

    def __init__(self, database: Database) -> None:
        self.database = database
        # What is left of the pool, a fifth at least from 5 connections on, is for short queries alone.
        self._storing = ConnectionLimit(2 * database.pool_size // 5)
        self._storing_large = ConnectionLimit(database.pool_size // 5)
        self._reading = ConnectionLimit(2 * database.pool_size // 5)

    async def keep(self, track: Track, mp3: Mp3) -> None:
        size = track.conversion.mp3_size
        if mp3.size != size:
            raise ValueError(f"the MP3 has {mp3.size} bytes, not {size}")
        if size > MAX_VALUE_BYTES:
            raise Mp3TooLarge(MAX_VALUE_BYTES)
        with constraints_translated(track):
            async with (
                self._time_to_store(size) as seconds,
                self.database.connection(seconds) as connection,
                _statement_of(seconds, connection),
                connection.cursor().copy(_KEEP) as copy,
            ):
                with connection.ending_soon():
                    await write_row(copy, TYPES, values(track), size, mp3.read(0, size))

    @asynccontextmanager
    async def _time_to_store(self, size: int) -> AsyncIterator[float]:
        """How many seconds storing so many bytes may take, once it is their turn."""
        transfer = size / STORING_RATE
        patience = max(SHORT_SECONDS, transfer)
        async with AsyncExitStack() as turns:
            waited = 0.0
            if size > LARGE_BYTES:
                waited = await turns.enter_async_context(self._storing_large.take(patience))
            waited += await turns.enter_async_context(self._storing.take(patience - waited))
            yield transfer + max(0.0, SHORT_SECONDS - waited)

    async def read(self, mp3: StoredMp3, start: int, count: int) -> AsyncIterator[bytes]:
        if mp3.audio_key is not None:
            raise TrackDamaged("an audio store has its bytes, which this wiring does not know")
        end = start + count
        for offset in range(start, end, SLICE_BYTES):
            # A reader that leaves in the middle of a slice would cost the connection: the slice is read to its end.
            yield await finish(self._slice(mp3.track_uuid, offset, min(SLICE_BYTES, end - offset)))

    async def _slice(self, track_uuid: UUID, start: int, count: int) -> bytes:
        async with (
            self._reading.take(SLICE_PATIENCE_SECONDS),
            self.database.connection() as connection,
        ):
            try:
                cursor = await connection.execute(_READ, [start + 1, count, track_uuid], binary=True)
            except psycopg.errors.DataCorrupted as error:
                raise TrackDamaged(str(error)) from error
            row: tuple[bytes | None] | None = await cursor.fetchone()
        if row is None:
            raise TrackNotFound
        if row[0] is None or len(row[0]) != count:
            raise TrackDamaged(f"its row has no {count} bytes from byte {start}")
        return row[0]


@asynccontextmanager
async def _statement_of(seconds: float, connection: Connection) -> AsyncIterator[None]:
    """Let one statement take so long. Where any may, it needs no transaction around it, which would cost four answers.

    Until the server ends a statement whose client has gone, it may keep the track.
    """
    if seconds <= STATEMENT_SECONDS:
        yield
        return
    async with connection.transaction():
        await allow(connection, seconds)
        yield

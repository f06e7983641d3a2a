"""Tracks in PostgreSQL, each with its MP3 in the row."""

from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from datetime import datetime, timedelta
from typing import LiteralString
from uuid import UUID

import msgspec
import psycopg
from psycopg.rows import kwargs_row, scalar_row
from psycopg.types.json import Json

from adapters.postgres.connection_limits import ConnectionLimit
from adapters.postgres.copy_binary import write_row
from adapters.postgres.database import SHORT_SECONDS, Database
from adapters.postgres.users import LARGEST_ID
from adapters.shared.cancellation import finish
from domain.errors import DuplicateTrack, TrackDamaged, TrackNotFound, UnknownUser
from domain.measuring import Sound, Waveform, WaveformLayout
from domain.output.converter import Mp3
from domain.output.format import Mp3Format, Mp3Quality
from domain.recording.repairs import Repair
from domain.tracks import Track, TrackCatalogue, TrackRepository

STORING_RATE = 4 * 1024 * 1024
"""Bytes of an MP3 a second at which the database must at least store it."""
LARGE_BYTES = int(SHORT_SECONDS * STORING_RATE)
"""An MP3 with more may take longer to store than a short operation."""
SLICE_BYTES = 128 * 1024
"""How much of an MP3 is read at a time."""
SLICE_PATIENCE_SECONDS = 30.0
"""How long a download that has begun waits for its turn: rather late than broken off; it holds nothing meanwhile."""
_PAGE = 100
"""How many tracks are listed at a time."""

_TYPES = (
    "uuid",
    "int8",
    "text",
    "interval",
    "int4",
    "int2",
    "text",
    "int8",
    "bytea",
    "int8",
    "bytea",
    "text[]",
    "json",
    "float8",
    "float8",
    "int8",
    "timestamptz",
)
_ALLOW: LiteralString = "SELECT set_config('statement_timeout', %s, true)"
_ADD: LiteralString = """
    COPY tracks (track_uuid, user_id, track_file_name, duration, sample_rate, channels, bitrate, mp3_size, mp3_sha256,
                 wav_size, wav_sha256, repairs, waveform, integrated_loudness, sample_peak, clipped_samples, created_at,
                 track_file_bin)
    FROM STDIN (FORMAT BINARY)"""
_FIND: LiteralString = """
    SELECT track_uuid, user_id, track_file_name, duration, sample_rate, channels, bitrate, mp3_size, mp3_sha256,
           wav_size, wav_sha256, repairs, waveform::text, integrated_loudness, sample_peak, clipped_samples, created_at
      FROM tracks
     WHERE track_uuid = %s AND user_id = %s"""
_LIST: LiteralString = """
    SELECT track_uuid, user_id, track_file_name, duration, sample_rate, channels, bitrate, mp3_size, mp3_sha256,
           wav_size, wav_sha256, repairs, waveform::text, integrated_loudness, sample_peak, clipped_samples, created_at
      FROM tracks
     WHERE %(after)s::uuid IS NULL OR track_uuid > %(after)s
     ORDER BY track_uuid
     LIMIT %(count)s"""
_READ: LiteralString = """
    SELECT substring(track_file_bin FROM %s FOR %s) FROM tracks WHERE track_uuid = %s"""


class PsycopgTrackRepository(TrackRepository, TrackCatalogue):
    def __init__(self, database: Database) -> None:
        self._database = database
        # What is left of the pool, a fifth at least from 5 connections on, is for short queries alone.
        self._stores = ConnectionLimit(2 * database.pool_size // 5)
        self._large_stores = ConnectionLimit(database.pool_size // 5)
        self._slices = ConnectionLimit(2 * database.pool_size // 5)

    async def add(self, track: Track, mp3: Mp3) -> None:
        if not 1 <= track.user_id <= LARGEST_ID:
            raise UnknownUser(track.user_id)
        with _constraints_translated(track):
            async with (
                self._time_to_store(track.mp3_size) as seconds,
                self._database.connection(seconds) as connection,
                connection.transaction(),
            ):
                await connection.execute(_ALLOW, [f"{seconds * 1000:.0f}ms"])
                async with connection.cursor().copy(_ADD) as copy:
                    with connection.ending_soon():
                        await write_row(copy, _TYPES, _values(track), track.mp3_size, mp3.read(0, track.mp3_size))

    @asynccontextmanager
    async def _time_to_store(self, size: int) -> AsyncIterator[float]:
        """How many seconds storing so many bytes may take, once it is their turn."""
        transfer = size / STORING_RATE
        patience = max(SHORT_SECONDS, transfer)
        async with AsyncExitStack() as shares:
            waited = 0.0
            if size > LARGE_BYTES:
                waited = await shares.enter_async_context(self._large_stores.take(patience))
            waited += await shares.enter_async_context(self._stores.take(patience - waited))
            yield transfer + max(0.0, SHORT_SECONDS - waited)

    async def find(self, track_uuid: UUID, user_id: int) -> Track | None:
        if not 1 <= user_id <= LARGEST_ID:
            return None
        async with self._database.connection() as connection:
            cursor = connection.cursor(row_factory=kwargs_row(_track))
            await cursor.execute(_FIND, [track_uuid, user_id])
            return await cursor.fetchone()

    async def read(self, track_uuid: UUID, start: int, count: int) -> AsyncIterator[bytes]:
        end = start + count
        for offset in range(start, end, SLICE_BYTES):
            # A reader that leaves in the middle of a slice would cost the connection: the slice is read to its end.
            yield await finish(self._slice(track_uuid, offset, min(SLICE_BYTES, end - offset)))

    async def _slice(self, track_uuid: UUID, start: int, count: int) -> bytes:
        async with (
            self._slices.take(SLICE_PATIENCE_SECONDS),
            self._database.connection() as connection,
        ):
            cursor = connection.cursor(row_factory=scalar_row)
            try:
                await cursor.execute(_READ, [start + 1, count, track_uuid], binary=True)
            except psycopg.errors.DataCorrupted as error:
                raise TrackDamaged(str(error)) from error
            data: bytes | None = await cursor.fetchone()
        if data is None:
            raise TrackNotFound
        return data

    async def all(self) -> AsyncIterator[Track]:
        after: UUID | None = None
        while page := await self._page(after):
            for track in page:
                yield track
            after = page[-1].track_uuid

    async def _page(self, after: UUID | None) -> list[Track]:
        async with self._database.connection() as connection:
            cursor = connection.cursor(row_factory=kwargs_row(_track))
            await cursor.execute(_LIST, {"after": after, "count": _PAGE})
            return await cursor.fetchall()


@contextmanager
def _constraints_translated(track: Track) -> Iterator[None]:
    try:
        yield
    except psycopg.IntegrityError as error:
        match error.diag.constraint_name:
            case "tracks_user_id_known":
                raise UnknownUser(track.user_id) from error
            case "tracks_track_uuid_unique":
                raise DuplicateTrack from error
        raise


def _values(track: Track) -> list[object]:
    """The row as the columns of `_ADD` and `_TYPES` have it."""
    return [
        track.track_uuid,
        track.user_id,
        track.file_name,
        track.duration,
        track.mp3_format.sample_rate,
        track.mp3_format.channels,
        str(track.mp3_format.quality),
        track.mp3_size,
        track.mp3_sha256,
        track.wav_size,
        track.wav_sha256,
        [str(repair) for repair in track.repairs],
        *_sound_values(track.sound),
        track.created_at,
    ]


def _track(
    *,
    track_uuid: UUID,
    user_id: int,
    track_file_name: str,
    duration: timedelta,
    sample_rate: int,
    channels: int,
    bitrate: str,
    mp3_size: int,
    mp3_sha256: bytes,
    wav_size: int,
    wav_sha256: bytes,
    repairs: list[str],
    waveform: str | None,
    integrated_loudness: float | None,
    sample_peak: float,
    clipped_samples: int,
    created_at: datetime,
) -> Track:
    return Track(
        track_uuid=track_uuid,
        user_id=user_id,
        file_name=track_file_name,
        duration=duration,
        mp3_format=Mp3Format(sample_rate, channels, _quality(bitrate)),
        mp3_size=mp3_size,
        mp3_sha256=mp3_sha256,
        wav_size=wav_size,
        wav_sha256=wav_sha256,
        repairs=tuple(Repair(repair) for repair in repairs),
        sound=_sound(waveform, integrated_loudness, sample_peak, clipped_samples) if waveform else None,
        created_at=created_at,
    )


def _sound_values(sound: Sound | None) -> list[object]:
    if sound is None:
        return [None] * 4
    waveform = Json(sound.waveform.layout(), dumps=msgspec.json.encode)
    return [waveform, sound.loudness, sound.sample_peak, sound.clipped_samples]


def _sound(waveform: str, loudness: float | None, sample_peak: float, clipped_samples: int) -> Sound:
    layout = msgspec.json.decode(waveform, type=WaveformLayout)
    return Sound(Waveform.from_layout(layout), loudness, sample_peak, clipped_samples)


def _quality(bitrate: str) -> Mp3Quality:
    if bitrate.startswith("V"):
        return Mp3Quality(variable=int(bitrate[1:]))
    return Mp3Quality(bit_rate=int(bitrate))

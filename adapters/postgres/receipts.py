"""Receipts of tracks in PostgreSQL."""

from typing import LiteralString
from uuid import UUID

from psycopg.rows import dict_row

from adapters.postgres.database import Database
from adapters.postgres.track_rows import LARGEST_ID
from domain.receipts import TrackReceipt, TrackReceipts
from domain.recording.repairs import Mended

_FIND: LiteralString = """
    SELECT track_uuid, user_id, duration, clipped_samples, repairs, wav_sha256
      FROM tracks
     WHERE track_uuid = %s AND user_id = %s"""


class PsycopgTrackReceipts(TrackReceipts):
    def __init__(self, database: Database) -> None:
        self.database = database

    async def find(self, track_uuid: UUID, user_id: int) -> TrackReceipt | None:
        if not 1 <= user_id <= LARGEST_ID:
            return None
        async with self.database.query() as connection:
            cursor = await connection.cursor(row_factory=dict_row).execute(_FIND, [track_uuid, user_id])
            row = await cursor.fetchone()
        if row is None:
            return None
        repairs = tuple(map(Mended.parse, row["repairs"]))
        return TrackReceipt(
            row["track_uuid"],
            row["user_id"],
            row["duration"],
            row["clipped_samples"] or 0,
            repairs,
            row["wav_sha256"],
        )

"""The database of a service, as an operator reaches it."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, LiteralString

import psycopg

from adapters.embedded_postgres.cluster import Cluster
from tests.crash.expected import Rows

PATIENCE_SECONDS = 30
_HALF_ROWS: LiteralString = """
    SELECT track_uuid::text FROM tracks
     WHERE track_id > %s AND (octet_length(track_file_bin) <> mp3_size OR sha256(track_file_bin) <> mp3_sha256)"""
_LAST_ROW: LiteralString = "SELECT coalesce(max(track_id), 0) FROM tracks"
_ROWS: LiteralString = "SELECT track_uuid::text, encode(mp3_sha256, 'hex'), encode(wav_sha256, 'hex') FROM tracks"


@contextmanager
def connected(data_dir: Path) -> Iterator[psycopg.Connection[Any]]:
    """A connection, once the database is back: a service calls itself ready for a moment after a kill."""
    end = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            connection = psycopg.connect(Cluster(data_dir).conninfo(), autocommit=True)
            break
        except psycopg.OperationalError:
            if time.monotonic() > end:
                raise
            time.sleep(0.05)
    with connection:
        yield connection


def rows_of(data_dir: Path) -> Rows:
    """Every track that is stored."""
    with connected(data_dir) as connection:
        return {track: (mp3, wav) for track, mp3, wav in connection.execute(_ROWS).fetchall()}


def half_rows(data_dir: Path, after: int) -> tuple[list[str], int]:
    """The tracks of the rows after row `after` whose bytes are not those that the row tells of; the last row."""
    with connected(data_dir) as connection:
        [(last,)] = connection.execute(_LAST_ROW).fetchall()
        return [track for (track,) in connection.execute(_HALF_ROWS, [after]).fetchall()], last


def delete(data_dir: Path, track_uuid: str) -> int:
    """How many rows the deletion of a track has deleted, for good."""
    with connected(data_dir) as connection:
        return connection.execute("DELETE FROM tracks WHERE track_uuid = %s", [track_uuid]).rowcount

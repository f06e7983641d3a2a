"""The database of a service, as an operator reaches it."""

from pathlib import Path
from typing import LiteralString

from tests.crash.expected import Rows
from tests.patience import connected

_HALF_ROWS: LiteralString = """
    SELECT track_uuid::text FROM tracks
     WHERE track_id > %s AND (octet_length(track_file_bin) <> mp3_size OR sha256(track_file_bin) <> mp3_sha256)"""
_LAST_ROW: LiteralString = "SELECT coalesce(max(track_id), 0) FROM tracks"
_ROWS: LiteralString = "SELECT track_uuid::text, encode(mp3_sha256, 'hex'), encode(wav_sha256, 'hex') FROM tracks"


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

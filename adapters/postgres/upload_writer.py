"""Writing a resumable upload in PostgreSQL, and its row."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Any, LiteralString
from uuid import UUID

from adapters.postgres.database import Database
from adapters.shared import upload_facts
from domain.errors import MusicAppError, UploadLocked
from domain.uploads import Upload, UploadWriter

PIECE_BYTES = 1 << 20
"""The most that is in one row: a value is in memory as a whole, more than once, where it is written or read."""
PIECES_AT_ONCE = 16
"""Of those that are removed in one statement, each of up to 512 rows for PostgreSQL: on a busy machine, in 0.3 s."""
LEASE_SECONDS = 5
"""After which another one may write where a writer shows no sign of life; tus clients ask for nine."""

_GROW: LiteralString = """
    UPDATE partial_uploads
       SET bytes = bytes + %(more)s, writing_until = now() + make_interval(secs => %(lease)s)
     WHERE upload_id = %(upload_id)s AND writer = %(writer)s AND bytes = %(start)s AND NOT is_ended"""
_PUT: LiteralString = "INSERT INTO partial_upload_pieces (upload_id, start, piece) VALUES (%s, %s, %b)"
_CHANGE: LiteralString = """
    UPDATE partial_uploads
       SET bytes = %(bytes)s, is_ended = %(is_ended)s, facts = %(facts)s,
           writing_until = now() + make_interval(secs => %(lease)s)
     WHERE upload_id = %(upload_id)s AND writer = %(writer)s"""
_LET_GO: LiteralString = """
    DELETE FROM partial_upload_pieces
     WHERE upload_id = %(upload_id)s
       AND start IN (SELECT start FROM partial_upload_pieces WHERE upload_id = %(upload_id)s LIMIT %(most)s)"""


def row_of(upload: Upload) -> dict[str, object]:
    """The columns of an upload that change, and its identifier."""
    return {
        "upload_id": upload.upload_id,
        "bytes": upload.offset,
        "is_ended": upload.outcome is not None,
        "facts": upload_facts.written(upload).decode(),
    }


def upload_of(row: Mapping[str, Any]) -> Upload:
    """The upload of a row with `bytes` and `facts`. Raises ValueError for facts of a version to come."""
    return replace(upload_facts.read(row["facts"].encode()), offset=row["bytes"])


class PsycopgUploadWriter(UploadWriter):
    """One of which the row says that it writes; where it does not any more, `UploadLocked` is raised."""

    def __init__(self, database: Database, upload: Upload, writer: UUID) -> None:
        self._database = database
        self._lease = {"upload_id": upload.upload_id, "writer": writer, "lease": LEASE_SECONDS}
        self.upload = upload

    async def append(self, data: bytes | bytearray) -> None:
        start, upload_id = self.upload.offset, self.upload.upload_id
        async with self._database.query() as connection, connection.transaction():
            grown = await connection.execute(_GROW, {**self._lease, "start": start, "more": len(data)})
            if not grown.rowcount:
                raise UploadLocked
            for at in range(0, len(data), PIECE_BYTES):
                await connection.execute(_PUT, [upload_id, start + at, bytes(data[at : at + PIECE_BYTES])])
        self.upload = replace(self.upload, offset=start + len(data))

    async def change(self, upload: Upload) -> None:
        kept = upload if upload.outcome else replace(upload, offset=self.upload.offset)
        async with self._database.query() as connection:
            changed = await connection.execute(_CHANGE, {**self._lease, **row_of(kept)})
            if not changed.rowcount:
                raise UploadLocked
        self.upload = kept
        if kept.outcome:
            with suppress(MusicAppError):  # what became of it is kept: the bytes go with its row at the latest
                await let_go(self._database, kept.upload_id)


async def let_go(database: Database, upload_id: UUID) -> None:
    """Remove all pieces of an upload, some at a time: all at once would take longer than any query may."""
    removed = PIECES_AT_ONCE
    while removed == PIECES_AT_ONCE:
        async with database.query() as connection:
            values = {"upload_id": upload_id, "most": PIECES_AT_ONCE}
            removed = (await connection.execute(_LET_GO, values)).rowcount

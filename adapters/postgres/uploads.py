"""Resumable uploads in PostgreSQL, where every node reaches them."""

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import LiteralString
from uuid import UUID, uuid4

from psycopg import errors
from psycopg.rows import dict_row, scalar_row

from adapters.postgres.database import Database
from adapters.postgres.upload_writer import LEASE_SECONDS, PsycopgUploadWriter, let_go, row_of, upload_of
from domain.errors import MusicAppError, UnknownUser, UploadLocked, UploadNotFound
from domain.uploads import Upload, UploadStore, UploadUsage, UploadWriter

_PAGE = 100
"""How many uploads are listed at a time."""

_ADD: LiteralString = """
    INSERT INTO partial_uploads (upload_id, user_id, created_at, bytes, is_ended, facts)
    VALUES (%(upload_id)s, %(user_id)s, %(created_at)s, %(bytes)s, %(is_ended)s, %(facts)s)"""
_FIND: LiteralString = "SELECT bytes, facts FROM partial_uploads WHERE upload_id = %s"
_BEGIN: LiteralString = """
    UPDATE partial_uploads
       SET writer = %(writer)s, writing_until = now() + make_interval(secs => %(lease)s)
     WHERE upload_id = %(upload_id)s AND (writing_until IS NULL OR writing_until < now())
    RETURNING bytes, facts"""
_END: LiteralString = "UPDATE partial_uploads SET writing_until = NULL WHERE upload_id = %s AND writer = %s"
_READ: LiteralString = """
    SELECT substring(piece FROM (%(start)s - start + 1)::integer FOR %(count)s)
      FROM partial_upload_pieces
     WHERE upload_id = %(upload_id)s AND start <= %(start)s
     ORDER BY start DESC
     LIMIT 1"""
_REMOVE: LiteralString = "DELETE FROM partial_uploads WHERE upload_id = %s"
_USAGE: LiteralString = """
    SELECT count(*) FILTER (WHERE user_id = %(user_id)s), coalesce(sum(bytes) FILTER (WHERE user_id = %(user_id)s), 0),
           count(*), coalesce(sum(bytes), 0)
      FROM partial_uploads
     WHERE NOT is_ended"""
_LIMIT_ENDED: LiteralString = """
    DELETE FROM partial_uploads
     WHERE upload_id IN (
           (SELECT upload_id FROM partial_uploads WHERE is_ended AND user_id = %(user_id)s
             ORDER BY created_at DESC, upload_id DESC OFFSET %(user_count)s)
           UNION ALL
           (SELECT upload_id FROM partial_uploads WHERE is_ended
             ORDER BY created_at DESC, upload_id DESC OFFSET %(count)s))"""
_LIST: LiteralString = """
    SELECT bytes, facts
      FROM partial_uploads
     WHERE %(after)s::uuid IS NULL OR (created_at, upload_id) > (%(created_at)s, %(after)s)
     ORDER BY created_at, upload_id
     LIMIT %(page)s"""


class PsycopgUploads(UploadStore):
    """A row for each, and one for each piece of its bytes.

    Its row says who writes it, for `LEASE_SECONDS` from each sign of life, and nothing is taken of anybody else: a node
    that dies keeps nobody away, and one that only was slow spoils nothing.
    """

    def __init__(self, database: Database) -> None:
        self.database = database

    async def add(self, upload: Upload) -> None:
        values = {**row_of(upload), "user_id": upload.user_id, "created_at": upload.created_at}
        try:
            async with self.database.query() as connection:
                await connection.execute(_ADD, values)
        except errors.ForeignKeyViolation as error:
            raise UnknownUser(upload.user_id) from error

    async def find(self, upload_id: UUID) -> Upload | None:
        async with self.database.query() as connection:
            row = await (await connection.cursor(row_factory=dict_row).execute(_FIND, [upload_id])).fetchone()
        return upload_of(row) if row else None

    @asynccontextmanager
    async def write(self, upload_id: UUID) -> AsyncGenerator[UploadWriter, None]:
        writer = uuid4()
        values = {"upload_id": upload_id, "writer": writer, "lease": LEASE_SECONDS}
        async with self.database.query() as connection:
            row = await (await connection.cursor(row_factory=dict_row).execute(_BEGIN, values)).fetchone()
        if row is None:
            raise UploadLocked if await self.find(upload_id) else UploadNotFound
        try:
            yield PsycopgUploadWriter(self.database, upload_of(row), writer)
        finally:
            with suppress(MusicAppError):  # the lease ends by itself
                async with self.database.query() as connection:
                    await connection.execute(_END, [upload_id, writer])

    async def read(self, upload_id: UUID, start: int, count: int) -> AsyncGenerator[bytes, None]:
        end = start + count
        while start < end:
            block = await self._block(upload_id, start, end - start)
            start += len(block)
            yield block

    async def _block(self, upload_id: UUID, start: int, most: int) -> bytes:
        """What its piece has from that byte on."""
        values = {"upload_id": upload_id, "start": start, "count": min(most, 1 << 30)}
        async with self.database.query() as connection:
            cursor = await connection.cursor(row_factory=scalar_row, binary=True).execute(_READ, values)
            block: bytes | None = await cursor.fetchone()
        if not block:
            raise UploadNotFound
        return block

    async def remove(self, upload_id: UUID) -> None:
        await let_go(self.database, upload_id)
        async with self.database.query() as connection:
            await connection.execute(_REMOVE, [upload_id])

    async def usage(self, user_id: int) -> UploadUsage:
        async with self.database.query() as connection:
            [row] = await (await connection.execute(_USAGE, {"user_id": user_id})).fetchall()
        return UploadUsage(*map(int, row))

    async def limit_ended(self, user_id: int, user_count: int, count: int) -> None:
        async with self.database.query() as connection:
            await connection.execute(_LIMIT_ENDED, {"user_id": user_id, "user_count": user_count, "count": count})

    async def all(self) -> AsyncIterator[Upload]:
        last: Upload | None = None
        while page := await self._page(last):
            for upload in page:
                yield upload
            last = page[-1]

    async def _page(self, last: Upload | None) -> list[Upload]:
        after, created_at = (last.upload_id, last.created_at) if last else (None, None)
        values = {"after": after, "created_at": created_at, "page": _PAGE}
        async with self.database.query() as connection:
            cursor = await connection.cursor(row_factory=dict_row).execute(_LIST, values)
            return [upload_of(row) for row in await cursor.fetchall()]

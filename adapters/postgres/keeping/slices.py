"""Rows that are too large for a message of the protocol: their large column is read in slices."""

import struct
from collections.abc import Iterator
from typing import IO

from psycopg.sql import SQL, Identifier

from adapters.postgres.copy_binary import END, HEAD, field_bytes
from adapters.postgres.keeping.archive import BLOCK_BYTES
from adapters.postgres.schema.catalog import identifiers
from adapters.postgres.session import Session
from domain.errors import BackupRefused

SLICED_TABLE, LARGE = "tracks", "track_file_bin"
"""The one table with such rows, and its large column."""

_KEY = "track_id"


def write_sliced(session: Session, columns: list[str], target: IO[bytes]) -> int:
    """Write the rows as `COPY` does it in binary, which would hold each row whole, here and in the server twice.

    `columns` come in this order, and then the large one. Returns how many rows there are. Raises `BackupRefused`.
    """
    target.write(HEAD)
    rows, last = 0, 0
    while fields := _next_row(session, columns, last):
        (last,) = struct.unpack("!q", fields[0] or b"")
        target.write(struct.pack("!h", len(columns) + 1) + b"".join(map(field_bytes, fields[2:])))
        for block in _large_field(session, last, fields[1]):
            target.write(block)
        rows += 1
    target.write(END)
    return rows


def _next_row(session: Session, columns: list[str], after: int) -> list[bytes | None]:
    """In binary: the key, the size of the large column, the columns. Nothing after the last row."""
    query = SQL("SELECT {0}, octet_length({1}), {2} FROM {3} WHERE {0} > %s ORDER BY {0} LIMIT 1").format(
        Identifier(_KEY), Identifier(LARGE), identifiers(columns), Identifier(SLICED_TABLE)
    )
    result = session.cursor(binary=True).execute(query, [after]).pgresult
    if result is None or result.ntuples == 0:
        return []
    return [result.get_value(0, column) for column in range(result.nfields)]


def _large_field(session: Session, key: int, packed_size: bytes | None) -> Iterator[bytes]:
    """Its length and its bytes, or that it is NULL."""
    if packed_size is None:
        yield field_bytes(None)
        return
    yield packed_size
    (size,) = struct.unpack("!i", packed_size)
    query = SQL("SELECT substring({} FROM %s FOR %s) FROM {} WHERE {} = %s").format(
        Identifier(LARGE), Identifier(SLICED_TABLE), Identifier(_KEY)
    )
    for offset in range(0, size, BLOCK_BYTES):
        count = min(BLOCK_BYTES, size - offset)
        [block] = session.execute(query, [offset + 1, count, key], binary=True).fetchone() or [b""]
        if len(block) != count:
            raise BackupRefused(f"the database is damaged: {_KEY} {key} ends before its {size} bytes")
        yield block

"""One row in the binary format of COPY, its last field streamed.

Source: PostgreSQL documentation, SQL command COPY, "Binary Format". All numbers are big-endian: a signature, 32 bits of
flags, 32 bits of header extension length; for each row 16 bits that count its fields, for each field 32 bits of
length and its bytes; at the end -1 in place of a count.
"""

import struct
from collections.abc import AsyncIterator, Sequence
from typing import Any

from psycopg import AsyncCopy, postgres
from psycopg.adapt import PyFormat, Transformer
from psycopg.pq import Format

HEAD = b"PGCOPY\n\xff\r\n\0" + bytes(8)
END = struct.pack("!h", -1)


async def write_row(
    copy: AsyncCopy, types: Sequence[str], values: Sequence[Any], size: int, blocks: AsyncIterator[bytes]
) -> None:
    """Write the only row of a `COPY … FROM STDIN (FORMAT BINARY)`.

    `values` are the fields but for the last, of the PostgreSQL `types`; None is NULL. The last is a `bytea` of `size`
    bytes, made of `blocks`; raises ValueError when these add up to anything else.
    """
    fields = b"".join(map(field_bytes, _binary(types, values)))
    await copy.write(HEAD + struct.pack("!h", len(values) + 1) + fields + struct.pack("!i", size))
    written = 0
    async for block in blocks:
        written += len(block)
        if written > size:
            break
        await copy.write(block)
    if written != size:
        raise ValueError(f"the blocks have {written} bytes or more, not {size}")
    await copy.write(END)


def field_bytes(value: bytes | None) -> bytes:
    """A field with its length; NULL has the length -1."""
    return struct.pack("!i", -1) if value is None else struct.pack("!i", len(value)) + value


def _binary(types: Sequence[str], values: Sequence[Any]) -> list[bytes | None]:
    transformer = Transformer()
    transformer.set_dumper_types([postgres.types.get_oid(name) for name in types], Format.BINARY)
    dumped = transformer.dump_sequence(values, [PyFormat.BINARY] * len(values))
    return [None if field is None else bytes(field) for field in dumped]

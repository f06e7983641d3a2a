"""Writing a backup of the tables of music-app, from one snapshot, while the service goes on."""

import struct
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import IO, LiteralString

import psycopg
from psycopg import IsolationLevel
from psycopg.sql import SQL, Identifier

from adapters.postgres.copy_binary import END, HEAD, field_bytes
from adapters.postgres.keeping.archive import BLOCK_BYTES, FORMAT, ArchiveWriter, Manifest, Table, written
from adapters.postgres.schema.catalog import copy_statement, identifiers, last_numbers, tables_made_by
from adapters.postgres.schema.migrate import Migration, applied_of, packaged_migrations
from adapters.postgres.session import Session, connected, lift_timeouts
from domain.errors import BackupRefused

# The one table with rows too large for a message of the protocol: its last column is read in slices.
_SLICED_TABLE, _KEY, _LARGE = "tracks", "track_id", "track_file_bin"

# A migration writes into it; so none is under way and none begins before the end.
_NO_MIGRATIONS: LiteralString = "LOCK TABLE schema_migrations IN SHARE MODE"


def back_up(conninfo: str, file: IO[bytes], migrations: Sequence[Migration] | None = None) -> dict[str, int]:
    """Write what is committed now in the tables of music-app into `file`, which can seek; how many rows of each table.

    Tables and columns that its migrations do not make are left out. Reads and uploads go on meanwhile; a migration
    waits. Memory is bounded to a few MiB, however large a row is.
    Raises `BackupRefused`, `WrongSetting`, `StoreAway`, OSError.
    """
    known = packaged_migrations() if migrations is None else migrations
    with connected(conninfo, "music-app backup") as session:
        lift_timeouts(session)
        session.isolation_level = IsolationLevel.REPEATABLE_READ
        try:
            with session.transaction(), written(file) as archive:
                session.execute(_NO_MIGRATIONS)  # comes first: the snapshot is that of the next statement
                return _write(session, archive, applied_of(session, known)).rows
        except psycopg.errors.UndefinedTable as error:
            raise BackupRefused("the database has no tables of music-app; is it the right one?") from error
        except psycopg.InternalError as error:
            if isinstance(error, psycopg.errors.ReadOnlySqlTransaction):
                raise
            raise BackupRefused(f"the database is damaged; `music-app check` tells where ({error})") from error


def _write(session: Session, archive: ArchiveWriter, applied: Sequence[Migration]) -> Manifest:
    made = tables_made_by(session, applied)
    if not made:
        raise BackupRefused("the database has no tables of music-app yet; run `music-app migrate` first")
    for migration in applied:
        archive.migration(migration.name, migration.sql)
    tables = [_write_table(session, name, columns, archive) for name, columns in made.items()]
    digests = {migration.name: migration.sha256.hex() for migration in applied}
    manifest = Manifest(FORMAT, datetime.now(UTC).isoformat(timespec="seconds"), digests, tables)
    archive.manifest(manifest)
    return manifest


def _write_table(session: Session, name: str, made: Sequence[str], archive: ArchiveWriter) -> Table:
    columns = sorted(made, key=lambda column: (name, column) == (_SLICED_TABLE, _LARGE))
    with archive.table(name) as target:
        rows = _write_rows(session, name, columns, target)
    # After the snapshot: what was given out since is skipped, and nothing is given out twice.
    return Table(name, columns, rows, last_numbers(session, name))


def _write_rows(session: Session, name: str, columns: list[str], target: IO[bytes]) -> int:
    if name == _SLICED_TABLE:
        return _write_sliced(session, columns[:-1], target)
    cursor = session.cursor()
    with cursor.copy(copy_statement("COPY {} ({}) TO STDOUT (FORMAT BINARY)", name, columns)) as copy:
        for block in copy:
            target.write(block)
    return cursor.rowcount


def _write_sliced(session: Session, columns: list[str], target: IO[bytes]) -> int:
    """As `COPY` does it, which would hold each row whole, here and in the server twice."""
    target.write(HEAD)
    rows, last = 0, 0
    while fields := _next_row(session, columns, last):
        (last,), (size,) = struct.unpack("!q", fields[0] or b""), struct.unpack("!i", fields[1] or b"")
        target.write(
            struct.pack("!h", len(columns) + 1) + b"".join(map(field_bytes, fields[2:])) + struct.pack("!i", size)
        )
        for block in _slices(session, last, size):
            target.write(block)
        rows += 1
    target.write(END)
    return rows


def _next_row(session: Session, columns: list[str], after: int) -> list[bytes | None]:
    """In binary: the key, the size of the large column, the columns. Nothing after the last row."""
    query = SQL("SELECT {0}, octet_length({1}), {2} FROM {3} WHERE {0} > %s ORDER BY {0} LIMIT 1").format(
        Identifier(_KEY), Identifier(_LARGE), identifiers(columns), Identifier(_SLICED_TABLE)
    )
    result = session.cursor(binary=True).execute(query, [after]).pgresult
    if result is None or result.ntuples == 0:
        return []
    return [result.get_value(0, column) for column in range(result.nfields)]


def _slices(session: Session, key: int, size: int) -> Iterator[bytes]:
    query = SQL("SELECT substring({} FROM %s FOR %s) FROM {} WHERE {} = %s").format(
        Identifier(_LARGE), Identifier(_SLICED_TABLE), Identifier(_KEY)
    )
    for offset in range(0, size, BLOCK_BYTES):
        count = min(BLOCK_BYTES, size - offset)
        [block] = session.execute(query, [offset + 1, count, key], binary=True).fetchone() or [b""]
        if len(block) != count:
            raise BackupRefused(f"the database is damaged: track_id {key} ends before its {size} bytes")
        yield block

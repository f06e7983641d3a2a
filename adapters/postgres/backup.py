"""Writing a backup of the whole database, from one snapshot, while the service goes on."""

import struct
from collections.abc import Iterator
from datetime import UTC, datetime
from graphlib import TopologicalSorter
from typing import IO, LiteralString, TypeAlias

import psycopg
from psycopg import IsolationLevel
from psycopg.rows import TupleRow
from psycopg.sql import SQL, Composed, Identifier

from adapters.postgres.archive import BLOCK_BYTES, FORMAT, ArchiveWriter, Manifest, Table, written
from adapters.postgres.copy_binary import END, HEAD
from adapters.postgres.migrate import connected, packaged_migrations
from domain.errors import BackupRefused

Connection: TypeAlias = psycopg.Connection[TupleRow]

# The one table with rows too large for a message of the protocol: its last column is read in slices.
_SLICED_TABLE, _KEY, _LARGE = "tracks", "track_id", "track_file_bin"

_NO_TIMEOUTS: LiteralString = """
    SELECT set_config(name, '0', false)
      FROM unnest(ARRAY['statement_timeout', 'idle_in_transaction_session_timeout', 'transaction_timeout']) AS name
      JOIN pg_settings USING (name)"""
# A migration writes into it; so none is under way and none begins before the end.
_NO_MIGRATIONS: LiteralString = "LOCK TABLE schema_migrations IN SHARE MODE"
_MIGRATIONS: LiteralString = "SELECT name, encode(sha256, 'hex') FROM schema_migrations ORDER BY name"
_TABLES: LiteralString = """
    SELECT relname FROM pg_class
     WHERE relnamespace = current_schema()::regnamespace AND relkind = 'r' AND relname <> 'schema_migrations'
     ORDER BY relname"""
_REFERENCES: LiteralString = """
    SELECT referring.relname, referred.relname
      FROM pg_constraint
      JOIN pg_class AS referring ON referring.oid = conrelid
      JOIN pg_class AS referred ON referred.oid = confrelid
     WHERE contype = 'f' AND conrelid <> confrelid AND referring.relnamespace = current_schema()::regnamespace"""
_COLUMNS: LiteralString = """
    SELECT attname FROM pg_attribute
     WHERE attrelid = format('%%I', %s::text)::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = ''
     ORDER BY attname = %s, attnum"""
_IDENTITIES: LiteralString = """
    SELECT attname, coalesce(pg_sequence_last_value(pg_get_serial_sequence(name, attname)::regclass), 0)
      FROM format('%%I', %s::text) AS name
      JOIN pg_attribute ON attrelid = name::regclass
     WHERE attidentity <> '' AND NOT attisdropped"""


def back_up(conninfo: str, file: IO[bytes]) -> dict[str, int]:
    """Write everything that is committed now into `file`, which can seek; how many rows of each table.

    Reads and uploads go on meanwhile; a migration waits. Memory is bounded to a few MiB, however large a row is.
    Raises `BackupRefused`, `WrongSetting`, `DatabaseAway`, OSError.
    """
    with connected(conninfo, "music-app backup") as connection:
        prepare(connection)
        connection.isolation_level = IsolationLevel.REPEATABLE_READ
        try:
            with connection.transaction(), written(file) as archive:
                connection.execute(_NO_MIGRATIONS)  # comes first: the snapshot is that of the next statement
                return _write(connection, archive).rows
        except psycopg.errors.UndefinedTable as error:
            raise BackupRefused("the database has no tables of music-app; is it the right one?") from error
        except psycopg.InternalError as error:
            raise BackupRefused(f"the database is damaged; `music-app check` tells where ({error})") from error


def prepare(connection: Connection) -> None:
    """Take the time that it takes."""
    connection.execute(_NO_TIMEOUTS)


def table_names(connection: Connection) -> list[str]:
    """Every table but `schema_migrations`, those that others refer to before them."""
    referred: dict[str, set[str]] = {name: set() for (name,) in connection.execute(_TABLES)}
    for referring, to in connection.execute(_REFERENCES):
        referred[referring].add(to)
    return list(TopologicalSorter(referred).static_order())


def last_numbers(connection: Connection, table: str) -> dict[str, int]:
    """The last number given out by each identity column of a table, 0 where none was."""
    return dict(connection.execute(_IDENTITIES, [table]).fetchall())


def _write(connection: Connection, archive: ArchiveWriter) -> Manifest:
    applied: dict[str, str] = dict(connection.execute(_MIGRATIONS).fetchall())
    for migration in packaged_migrations():
        if migration.name in applied:
            archive.migration(migration.name, migration.sql)
    tables = [_write_table(connection, name, archive) for name in table_names(connection)]
    manifest = Manifest(FORMAT, datetime.now(UTC).isoformat(timespec="seconds"), applied, tables)
    archive.manifest(manifest)
    return manifest


def _write_table(connection: Connection, name: str, archive: ArchiveWriter) -> Table:
    columns = [column for (column,) in connection.execute(_COLUMNS, [name, _LARGE])]
    with archive.table(name) as target:
        rows = _write_rows(connection, name, columns, target)
    # After the snapshot: what was given out since is skipped, and nothing is given out twice.
    return Table(name, columns, rows, last_numbers(connection, name))


def _write_rows(connection: Connection, name: str, columns: list[str], target: IO[bytes]) -> int:
    if name == _SLICED_TABLE:
        return _write_sliced(connection, columns[:-1], target)
    cursor = connection.cursor()
    with cursor.copy(copy_statement("COPY {} ({}) TO STDOUT (FORMAT BINARY)", name, columns)) as copy:
        for block in copy:
            target.write(block)
    return cursor.rowcount


def copy_statement(text: LiteralString, table: str, columns: list[str]) -> Composed:
    """The statement with the table's name and the list of its columns."""
    return SQL(text).format(Identifier(table), _list(columns))


def _write_sliced(connection: Connection, columns: list[str], target: IO[bytes]) -> int:
    """As `COPY` does it, which would hold each row whole, here and in the server twice."""
    target.write(HEAD)
    rows, last = 0, 0
    while fields := _next_row(connection, columns, last):
        (last,), (size,) = struct.unpack("!q", fields[0] or b""), struct.unpack("!i", fields[1] or b"")
        target.write(struct.pack("!h", len(columns) + 1) + b"".join(map(_field, fields[2:])) + struct.pack("!i", size))
        for block in _slices(connection, last, size):
            target.write(block)
        rows += 1
    target.write(END)
    return rows


def _next_row(connection: Connection, columns: list[str], after: int) -> list[bytes | None]:
    """In binary: the key, the size of the large column, the columns. Nothing after the last row."""
    query = SQL("SELECT {0}, octet_length({1}), {2} FROM {3} WHERE {0} > %s ORDER BY {0} LIMIT 1").format(
        Identifier(_KEY), Identifier(_LARGE), _list(columns), Identifier(_SLICED_TABLE)
    )
    result = connection.cursor(binary=True).execute(query, [after]).pgresult
    if result is None or result.ntuples == 0:
        return []
    return [result.get_value(0, column) for column in range(result.nfields)]


def _slices(connection: Connection, key: int, size: int) -> Iterator[bytes]:
    query = SQL("SELECT substring({} FROM %s FOR %s) FROM {} WHERE {} = %s").format(
        Identifier(_LARGE), Identifier(_SLICED_TABLE), Identifier(_KEY)
    )
    for offset in range(0, size, BLOCK_BYTES):
        count = min(BLOCK_BYTES, size - offset)
        [block] = connection.execute(query, [offset + 1, count, key], binary=True).fetchone() or [b""]
        if len(block) != count:
            raise BackupRefused(f"the database is damaged: track_id {key} ends before its {size} bytes")
        yield block


def _field(value: bytes | None) -> bytes:
    return struct.pack("!i", -1) if value is None else struct.pack("!i", len(value)) + value


def _list(columns: list[str]) -> Composed:
    return SQL(", ").join(map(Identifier, columns))

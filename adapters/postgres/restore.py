"""Reading a backup back, whole or not at all."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import IO, LiteralString

import psycopg
from psycopg.sql import SQL, Identifier

from adapters.postgres.archive import ArchiveReader, Manifest, Table, opened
from adapters.postgres.backup import Connection, copy_statement, last_numbers, prepare, table_names
from adapters.postgres.migrate import Migration, apply_missing, connected, lock_schema, packaged_migrations
from domain.errors import BackupRefused, DiskFull

_DURABLE: LiteralString = "SET synchronous_commit = on"
_CONTINUE: LiteralString = "SELECT setval(pg_get_serial_sequence(format('%%I', %s::text), %s), %s)"


def restore(
    conninfo: str, file: IO[bytes], *, replace: bool, migrations: Sequence[Migration] | None = None
) -> dict[str, int]:
    """Make the database what it was when the backup in `file` was made; how many rows of each table.

    It is one transaction: whatever goes wrong, and after a crash, the database is as it was before. Every table in the
    schema is dropped and made by the migrations of the backup; those that came later are applied to the rows. Unless
    `replace`, a database with any row in it is refused. Identifiers go on where the backup or the database was further.
    Memory is bounded to a few MiB. Raises `BackupRefused`, `WrongSetting`, `DatabaseAway`, `DiskFull`, OSError.
    """
    known = packaged_migrations() if migrations is None else migrations
    with opened(file) as archive:
        first = _migrations_of(archive.manifest, known)
        with connected(conninfo, "music-app restore") as connection, _refusals(connection):
            prepare(connection)
            connection.execute(_DURABLE)
            lock_schema(connection)
            with connection.transaction():
                given_out = _empty(connection, replace)
                apply_missing(connection, first)
                for table in archive.manifest.tables:
                    _read_table(connection, archive, table, given_out.get(table.name, {}))
                apply_missing(connection, known)
        return archive.manifest.rows


def _migrations_of(manifest: Manifest, known: Sequence[Migration]) -> list[Migration]:
    """The migrations that make the schema of the backup. Raises `BackupRefused`."""
    ours = {migration.name: migration.sha256.hex() for migration in known}
    if strange := [name for name, sha256 in manifest.migrations.items() if ours.get(name) != sha256]:
        raise BackupRefused(
            f"it was made by another, most likely newer version of music-app, with {', '.join(strange)}; "
            "restore it with that version"
        )
    return [migration for migration in known if migration.name in manifest.migrations]


def _empty(connection: Connection, replace: bool) -> dict[str, dict[str, int]]:
    """Drop every table, and return the last numbers that their identities gave out."""
    given_out = {}
    for name in table_names(connection):
        table = Identifier(name)
        connection.execute(SQL("LOCK TABLE {} IN ACCESS EXCLUSIVE MODE").format(table))
        if not replace and connection.execute(SQL("SELECT FROM {} LIMIT 1").format(table)).rowcount:
            raise BackupRefused(f"the database is not empty: there are {name}; --replace removes everything in it")
        given_out[name] = last_numbers(connection, name)
    for name in ("schema_migrations", *given_out):
        connection.execute(SQL("DROP TABLE IF EXISTS {} CASCADE").format(Identifier(name)))
    return given_out


def _read_table(connection: Connection, archive: ArchiveReader, table: Table, given_out: dict[str, int]) -> None:
    cursor = connection.cursor()
    with cursor.copy(copy_statement("COPY {} ({}) FROM STDIN (FORMAT BINARY)", table.name, table.columns)) as copy:
        for block in archive.blocks(table.name):
            copy.write(block)
    if cursor.rowcount != table.rows:
        raise BackupRefused(f"it is damaged: {cursor.rowcount} {table.name} instead of {table.rows}")
    for column, last in table.identities.items():
        if number := max(last, given_out.get(column, 0)):
            connection.execute(_CONTINUE, [table.name, column, number])


@contextmanager
def _refusals(connection: Connection) -> Iterator[None]:
    try:
        yield
    except psycopg.errors.DiskFull as error:
        raise DiskFull from error
    except psycopg.errors.LockNotAvailable as error:
        raise BackupRefused("the tables are in use; stop the service and try again") from error
    except psycopg.Error as error:
        if connection.closed:
            raise
        # The server stumbles over damaged rows in many ways, some of which count as operational.
        raise BackupRefused(f"its rows do not fit the tables: {' '.join(str(error).split())}") from error

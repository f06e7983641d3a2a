"""Reading a backup back, whole or not at all."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import IO, LiteralString

import psycopg
from psycopg.sql import SQL, Identifier

from adapters.postgres.keeping.archive import ArchiveReader, Manifest, Table, opened
from adapters.postgres.schema.catalog import copy_statement, existing, identifiers, last_numbers, tables_made_by
from adapters.postgres.schema.migrate import (
    TABLE,
    Migration,
    applied_of,
    apply_missing,
    lock_schema,
    packaged_migrations,
)
from adapters.postgres.session import Session, connected, lift_timeouts
from domain.errors import BackupRefused, DiskFull

_DURABLE: LiteralString = "SET synchronous_commit = on"
_CONTINUE: LiteralString = "SELECT setval(pg_get_serial_sequence(format('%%I', %s::text), %s), %s)"

# What `connected` says better.
_WRONG_DATABASE = (
    psycopg.errors.InsufficientPrivilege,
    psycopg.errors.ReadOnlySqlTransaction,
    psycopg.errors.DuplicateTable,
)
_IN_USE = (psycopg.errors.LockNotAvailable, psycopg.errors.DeadlockDetected)
# The server stumbles over damaged rows in many ways.
_WRONG_ROWS = (
    psycopg.DataError,
    psycopg.IntegrityError,
    psycopg.InternalError,
    psycopg.NotSupportedError,
    psycopg.errors.ProgramLimitExceeded,
    psycopg.errors.ProtocolViolation,
)


def restore(
    conninfo: str, file: IO[bytes], *, replace: bool, migrations: Sequence[Migration] | None = None
) -> dict[str, int]:
    """Make the tables of music-app what they were when the backup in `file` was made; how many rows of each table.

    It is one transaction: whatever goes wrong, and after a crash, the database is as it was before. The tables are
    dropped and made by the migrations of the backup; those that came later are applied to the rows. What else is in the
    database is left alone; where something there depends on the tables, the backup is refused. So it is, unless
    `replace`, where they have any row. Identifiers go on where the backup or the database was further.
    Memory is bounded to a few MiB. Raises `BackupRefused`, `WrongSetting`, `StoreAway`, `DiskFull`, OSError.
    """
    known = packaged_migrations() if migrations is None else migrations
    with opened(file) as archive:
        first = _migrations_of(archive.manifest, known)
        with connected(conninfo, "music-app restore") as session, _refusals(session):
            lift_timeouts(session)
            session.execute(_DURABLE)
            lock_schema(session)
            with session.transaction():
                _check_tables(archive.manifest, tables_made_by(session, first))
                given_out = _drop(session, list(tables_made_by(session, applied_of(session, known))), replace)
                apply_missing(session, first)
                for table in archive.manifest.tables:
                    _read_table(session, archive, table, given_out.get(table.name, {}))
                apply_missing(session, known)
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


def _check_tables(manifest: Manifest, made: dict[str, list[str]]) -> None:
    listed = sorted((table.name, sorted(table.columns)) for table in manifest.tables)
    if not made or listed != sorted((name, sorted(columns)) for name, columns in made.items()):
        raise BackupRefused("it is damaged: its tables are not those that its migrations make")


def _drop(session: Session, tables: Sequence[str], replace: bool) -> dict[str, dict[str, int]]:
    """Drop our tables, and return the last numbers that their identities gave out."""
    # In the order in which backups, which begin with it, and uploads, which end at `users`, take their locks.
    names = existing(session, [TABLE, *reversed(tables)])
    if not names:
        return {}
    session.execute(SQL("LOCK TABLE {} IN ACCESS EXCLUSIVE MODE").format(identifiers(names)))
    tables = [name for name in names if name != TABLE]
    for name in tables:
        if not replace and session.execute(SQL("SELECT FROM {} LIMIT 1").format(Identifier(name))).rowcount:
            raise BackupRefused(f"the database is not empty: there are {name}; --replace removes them all")
    given_out = {name: last_numbers(session, name) for name in tables}
    session.execute(SQL("DROP TABLE {}").format(identifiers(names)))
    return given_out


def _read_table(session: Session, archive: ArchiveReader, table: Table, given_out: dict[str, int]) -> None:
    cursor = session.cursor()
    with cursor.copy(copy_statement("COPY {} ({}) FROM STDIN (FORMAT BINARY)", table.name, table.columns)) as copy:
        for block in archive.blocks(table.name):
            copy.write(block)
    if cursor.rowcount != table.rows:
        raise BackupRefused(f"it is damaged: {cursor.rowcount} {table.name} instead of {table.rows}")
    for column, last in table.identities.items():
        if number := max(last, given_out.get(column, 0)):
            session.execute(_CONTINUE, [table.name, column, number])


@contextmanager
def _refusals(session: Session) -> Iterator[None]:
    try:
        yield
    except psycopg.errors.DiskFull as error:
        raise DiskFull from error
    except psycopg.errors.DependentObjectsStillExist as error:
        found = error.diag.message_detail or error
        raise _refused(
            f"what is not music-app's depends on its tables and would go with them; drop it: {found}"
        ) from error
    except psycopg.Error as error:
        if session.closed or isinstance(error, _WRONG_DATABASE):
            raise
        raise _refused(f"{_reason(error)}: {error}") from error


def _reason(error: psycopg.Error) -> str:
    if isinstance(error, _IN_USE):
        return "the tables are in use; stop the service and try again"
    if isinstance(error, _WRONG_ROWS):
        return "its rows do not fit the tables"
    return "PostgreSQL could not restore it"


def _refused(reason: str) -> BackupRefused:
    return BackupRefused(" ".join(reason.split()))

"""Reading a backup back, whole or not at all."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import IO, LiteralString

import psycopg
from psycopg.sql import SQL, Identifier

from adapters.postgres.keeping.archive import ArchiveReader, Manifest, opened
from adapters.postgres.keeping.rows import read_rows, refresh_views
from adapters.postgres.no_room import is_refused_for_room
from adapters.postgres.schema.catalog import Numbers, go_on_after, last_numbers, tables_of
from adapters.postgres.schema.migrate import (
    TABLE,
    Migration,
    applied_of,
    apply_missing,
    lock_schema,
    packaged_migrations,
)
from adapters.postgres.schema.ownership import is_migrated, ours
from adapters.postgres.schema.removal import drop, strangers
from adapters.postgres.session import ANOTHERS, Session, connected, lift_timeouts, take_rows_as_they_are
from domain.errors import BackupRefused

_DURABLE: LiteralString = "SET synchronous_commit = on"

# What `connected` says better.
_WRONG_DATABASE = (
    psycopg.errors.InsufficientPrivilege,
    psycopg.errors.ReadOnlySqlTransaction,
    *ANOTHERS,
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

    It is one transaction: whatever goes wrong, and after a crash, the database is as it was before. What music-app's
    migrations made there is dropped and made again by the migrations of the backup; those that came later are applied
    to the rows. What else is in the database is left alone; where something there depends on what is ours, the backup
    is refused. So it is, unless `replace`, where our tables have any row. Sequences go on where the backup or the
    database was further.
    Memory is bounded to a few MiB. Raises `BackupRefused`, `WrongSetting`, `StoreAway`, `DiskFull`, OSError.
    """
    known = packaged_migrations() if migrations is None else migrations
    with opened(file) as archive:
        first = _migrations_of(archive.manifest, known)
        with connected(conninfo, "music-app restore") as session, _refusals(session):
            lift_timeouts(session)
            take_rows_as_they_are(session)
            session.execute(_DURABLE)
            lock_schema(session)
            with session.transaction():
                applied_of(session, known)  # refuses a database that is newer
                given_out = _drop(session, replace)
                apply_missing(session, first)
                _read(session, archive)
                apply_missing(session, known)
                go_on_after(session, ours(session).things, given_out)
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


def _drop(session: Session, replace: bool) -> Numbers:
    """Drop all that is ours, and return the last numbers that were given out."""
    if not is_migrated(session):
        return {}
    things = ours(session).things
    tables = tables_of(session, things)
    # In the order in which backups, which begin with it, and uploads, which end at `users`, take their locks.
    names = [SQL("{}").format(Identifier(TABLE)), *(table.name for table in reversed(tables))]
    session.execute(SQL("LOCK TABLE {} IN ACCESS EXCLUSIVE MODE").format(SQL(", ").join(names)))
    for table in tables:
        if not replace and session.execute(SQL("SELECT FROM {} LIMIT 1").format(table.name)).rowcount:
            raise BackupRefused(f"the database is not empty: there are {table.key}; --replace removes them all")
    if found := strangers(session, things):
        raise _refused(f"what is not music-app's depends on what is, and would go with it; drop it: {', '.join(found)}")
    given_out = last_numbers(session, things)
    drop(session, things)
    return given_out


def _read(session: Session, archive: ArchiveReader) -> None:
    manifest, things = archive.manifest, ours(session).things
    tables = tables_of(session, things)
    made = sorted((table.key, sorted(table.columns)) for table in tables)
    if not made or made != sorted((table.name, sorted(table.columns)) for table in manifest.tables):
        raise BackupRefused("it is damaged: its tables are not those that its migrations make")
    with _rows_refused():
        read_rows(session, archive, tables)
        refresh_views(session, [thing.objid for thing in things])
        if missing := go_on_after(session, things, _numbers(manifest)):
            raise BackupRefused(f"it is damaged: its migrations make no sequence for {', '.join(missing)}")


def _numbers(manifest: Manifest) -> Numbers:
    of_columns = {(table.name, column): last for table in manifest.tables for column, last in table.identities.items()}
    return of_columns | {(name, ""): last for name, last in manifest.sequences.items()}


@contextmanager
def _refusals(session: Session) -> Iterator[None]:
    try:
        yield
    except _IN_USE as error:
        raise _refused(f"the tables are in use; stop the service and try again: {error}") from error
    except psycopg.Error as error:
        if session.closed or isinstance(error, _WRONG_DATABASE) or is_refused_for_room(error):
            raise
        raise _refused(f"PostgreSQL could not restore it: {error}") from error


@contextmanager
def _rows_refused() -> Iterator[None]:
    try:
        yield
    except _WRONG_ROWS as error:
        raise _refused(f"its rows do not fit the tables: {error}") from error


def _refused(reason: str) -> BackupRefused:
    return BackupRefused(" ".join(reason.split()))

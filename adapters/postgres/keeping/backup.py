"""Writing a backup of the tables of music-app, from one snapshot, while the service goes on."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import IO, LiteralString

import psycopg
from psycopg import IsolationLevel

from adapters.postgres.keeping.archive import FORMAT, ArchiveWriter, Manifest, Table, written
from adapters.postgres.keeping.slices import LARGE, SLICED_TABLE, write_sliced
from adapters.postgres.schema.catalog import Numbers, OwnTable, copy_out, last_numbers, tables_of
from adapters.postgres.schema.migrate import Migration, applied_of, packaged_migrations
from adapters.postgres.schema.ownership import ours
from adapters.postgres.session import Session, connected, lift_timeouts, take_rows_as_they_are
from domain.errors import BackupRefused

# A migration writes into it; so none is under way and none begins before the end.
_NO_MIGRATIONS: LiteralString = "LOCK TABLE schema_migrations IN SHARE MODE"
_ELSEWHERE: LiteralString = "SELECT count(*) FROM tracks WHERE audio_key IS NOT NULL"


def back_up(conninfo: str, file: IO[bytes], migrations: Sequence[Migration] | None = None) -> dict[str, int]:
    """Write what is committed now in the tables of music-app into `file`, which can seek; how many rows of each table.

    Tables and columns that its migrations do not make are left out. Reads and uploads go on meanwhile; a migration
    waits. Memory is bounded to a few MiB, however large a row is.
    Raises `BackupRefused`, `WrongSetting`, `StoreAway`, `DiskFull`, OSError.
    """
    known = packaged_migrations() if migrations is None else migrations
    with connected(conninfo, "music-app backup") as session:
        lift_timeouts(session)
        take_rows_as_they_are(session)
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
    found = ours(session)
    if found.lost:
        raise BackupRefused(
            f"the database has lost {', '.join(sorted(found.lost))}, or columns there; restore a backup"
        )
    tables = [_large_last(table) for table in tables_of(session, found.things)]
    if not tables:
        raise BackupRefused("the database has no tables of music-app yet; run `music-app migrate` first")
    _refuse_bytes_elsewhere(session, tables)
    for migration in applied:
        archive.migration(migration.name, migration.sql)
    rows = [_write_table(session, table, archive) for table in tables]
    # After the snapshot: what was given out since is skipped, and nothing is given out twice.
    manifest = _manifest(applied, tables, rows, last_numbers(session, found.things))
    archive.manifest(manifest)
    return manifest


def _refuse_bytes_elsewhere(session: Session, tables: Sequence[OwnTable]) -> None:
    """A row whose MP3 an audio store has would come back as a track that cannot be read."""
    if any(table.key == SLICED_TABLE and "audio_key" in table.columns for table in tables):
        [count] = session.execute(_ELSEWHERE).fetchone() or [0]
        if count:
            raise BackupRefused(
                f"{count} of the tracks have their MP3 in an audio store, of which music-app has no backups"
            )


def _manifest(
    applied: Sequence[Migration], tables: Sequence[OwnTable], rows: Sequence[int], numbers: Numbers
) -> Manifest:
    return Manifest(
        format=FORMAT,
        created_at=datetime.now(UTC).isoformat(timespec="seconds"),
        migrations={migration.name: migration.sha256.hex() for migration in applied},
        tables=[
            Table(table.key, table.columns, count, _identities(table, numbers))
            for table, count in zip(tables, rows, strict=True)
        ],
        sequences={name: last for (name, column), last in numbers.items() if not column},
    )


def _identities(table: OwnTable, numbers: Numbers) -> dict[str, int]:
    return {column: last for (name, column), last in numbers.items() if name == table.key and column}


def _large_last(table: OwnTable) -> OwnTable:
    """The table with the large column, if it is the one that has it, in the last place."""
    if not _is_sliced(table):
        return table
    return replace(table, columns=[*(column for column in table.columns if column != LARGE), LARGE])


def _is_sliced(table: OwnTable) -> bool:
    return table.key == SLICED_TABLE and LARGE in table.columns


def _write_table(session: Session, table: OwnTable, archive: ArchiveWriter) -> int:
    with archive.table(table.key) as target:
        if _is_sliced(table):
            return write_sliced(session, table.columns[:-1], target)
        cursor = session.cursor()
        with cursor.copy(copy_out(table)) as copy:
            for block in copy:
                target.write(block)
        return cursor.rowcount

"""Putting the rows of a backup into tables that its migrations have just made."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import LiteralString

from psycopg.sql import SQL

from adapters.postgres.keeping.archive import ArchiveReader, Table
from adapters.postgres.schema.catalog import OwnTable, copy_in
from adapters.postgres.schema.deferred import check_now
from adapters.postgres.session import Session
from domain.errors import BackupRefused

# The rows are there already as triggers have made them. Those that PostgreSQL keeps for foreign keys stay on. A trigger
# may be one of a table or of a partition of it; each is put back to what it was.
_TRIGGERS: LiteralString = """
    SELECT format('ALTER TABLE ONLY %%s DISABLE TRIGGER %%I', tgrelid::regclass, tgname),
           format('ALTER TABLE ONLY %%s ENABLE %%s TRIGGER %%I', tgrelid::regclass,
                  CASE tgenabled WHEN 'R' THEN 'REPLICA' WHEN 'A' THEN 'ALWAYS' END, tgname)
      FROM unnest(%s::oid[]) AS root,
           LATERAL (SELECT root UNION SELECT relid FROM pg_partition_tree(root)) AS part (oid)
      JOIN pg_trigger ON tgrelid = part.oid
     WHERE NOT tgisinternal AND tgenabled <> 'D'"""
# Where two tables refer to each other, the rows of one come before what they refer to.
_EARLY_REFERENCES: LiteralString = """
    SELECT format('ALTER TABLE %%s ALTER CONSTRAINT %%I DEFERRABLE INITIALLY DEFERRED', conrelid::regclass, conname),
           format('ALTER TABLE %%s ALTER CONSTRAINT %%I %%s INITIALLY %%s', conrelid::regclass, conname,
                  CASE WHEN condeferrable THEN 'DEFERRABLE' ELSE 'NOT DEFERRABLE' END,
                  CASE WHEN condeferred THEN 'DEFERRED' ELSE 'IMMEDIATE' END)
      FROM unnest(%s::oid[]) WITH ORDINALITY AS referring (oid, place)
      JOIN pg_constraint ON conrelid = referring.oid AND contype = 'f' AND conparentid = 0
      JOIN unnest(%s::oid[]) WITH ORDINALITY AS referred (oid, place) ON referred.oid = confrelid
     WHERE referred.place > referring.place"""
_VIEWS: LiteralString = """
    SELECT format('REFRESH MATERIALIZED VIEW %%s', oid::regclass) FROM pg_class
     WHERE oid = ANY (%s) AND relkind = 'm' ORDER BY oid"""


def read_rows(session: Session, archive: ArchiveReader, tables: Sequence[OwnTable]) -> None:
    """Make the rows of `tables`, those that others refer to before them, what they are in the backup, and no others.

    No trigger fires. Raises `BackupRefused`, and psycopg.Error for rows that do not fit.
    """
    listed = {table.name: table for table in archive.manifest.tables}
    with _without_triggers(session, [table.oid for table in tables]):
        # A migration may have inserted some.
        session.execute(SQL("TRUNCATE {}").format(SQL(", ").join(table.name for table in tables)))
        for table in tables:
            _read_table(session, archive, table, listed[table.key])


def refresh_views(session: Session, numbers: Sequence[int]) -> None:
    """Fill the materialized views among the relations with these `numbers`, those that others read before them."""
    for (statement,) in session.execute(_VIEWS, [list(numbers)]).fetchall():
        session.execute(statement.encode())


def _read_table(session: Session, archive: ArchiveReader, table: OwnTable, listed: Table) -> None:
    cursor = session.cursor()
    with cursor.copy(copy_in(replace(table, columns=listed.columns))) as copy:
        for block in archive.blocks(table.key):
            copy.write(block)
    if cursor.rowcount != listed.rows:
        raise BackupRefused(f"it is damaged: {cursor.rowcount} {table.key} instead of {listed.rows}")


@contextmanager
def _without_triggers(session: Session, numbers: list[int]) -> Iterator[None]:
    changes = [
        *session.execute(_TRIGGERS, [numbers]).fetchall(),
        *session.execute(_EARLY_REFERENCES, [numbers, numbers]).fetchall(),
    ]
    check_now(session)
    for there, _ in changes:
        session.execute(there.encode())
    yield
    check_now(session)
    for _, back in changes:
        session.execute(back.encode())

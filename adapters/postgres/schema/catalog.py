"""The tables of music-app and what they are made of, by PostgreSQL's catalogue."""

from collections.abc import Sequence
from graphlib import TopologicalSorter
from typing import LiteralString

from psycopg.sql import SQL, Composed, Identifier

from adapters.postgres.schema.migrate import Migration
from adapters.postgres.session import Session

_AMONG_TEMPORARY: LiteralString = "SET LOCAL search_path = pg_temp"
_TABLES: LiteralString = """
    SELECT relname,
           (SELECT array_agg(attname::text ORDER BY attnum)
              FROM pg_attribute WHERE attrelid = pg_class.oid AND attnum > 0 AND NOT attisdropped AND attgenerated = '')
      FROM pg_class
     WHERE relnamespace = pg_my_temp_schema() AND relkind = 'r'
     ORDER BY relname"""
_REFERENCES: LiteralString = """
    SELECT referring.relname, referred.relname
      FROM pg_constraint
      JOIN pg_class AS referring ON referring.oid = conrelid
      JOIN pg_class AS referred ON referred.oid = confrelid
     WHERE contype = 'f' AND conrelid <> confrelid AND referring.relnamespace = pg_my_temp_schema()"""
_IDENTITIES: LiteralString = """
    SELECT attname, coalesce(pg_sequence_last_value(pg_get_serial_sequence(name, attname)::regclass), 0)
      FROM format('%%I', %s::text) AS name
      JOIN pg_attribute ON attrelid = name::regclass
     WHERE attidentity <> '' AND NOT attisdropped"""
_EXISTING: LiteralString = """
    SELECT name FROM unnest(%s::text[]) WITH ORDINALITY AS listed (name, number)
     WHERE to_regclass(format('%%I', name)) IS NOT NULL
     ORDER BY number"""


def tables_made_by(session: Session, migrations: Sequence[Migration]) -> dict[str, list[str]]:
    """The tables that `migrations` make, those that others refer to before them, each with the columns one writes to.

    The migrations are applied to nothing, as temporary tables that nobody else sees, and undone; so a table is ours
    because our migrations make it, whatever else is in the database.
    """
    with session.transaction(force_rollback=True):
        session.execute(_AMONG_TEMPORARY)
        for migration in migrations:
            session.execute(migration.sql)
        columns: dict[str, list[str]] = dict(session.execute(_TABLES).fetchall())
        referred: dict[str, set[str]] = {name: set() for name in columns}
        for referring, to in session.execute(_REFERENCES):
            referred[referring].add(to)
    return {name: columns[name] for name in TopologicalSorter(referred).static_order()}


def existing(session: Session, tables: Sequence[str]) -> list[str]:
    """Those of `tables` that are there, in the same order."""
    return [name for (name,) in session.execute(_EXISTING, [list(tables)])]


def last_numbers(session: Session, table: str) -> dict[str, int]:
    """The last number given out by each identity column of a table, 0 where none was."""
    return dict(session.execute(_IDENTITIES, [table]).fetchall())


def copy_statement(text: LiteralString, table: str, columns: Sequence[str]) -> Composed:
    """The statement with the table's name and the list of its columns."""
    return SQL(text).format(Identifier(table), identifiers(columns))


def identifiers(names: Sequence[str]) -> Composed:
    """The names, quoted, with commas between them."""
    return SQL(", ").join(map(Identifier, names))

"""The tables and sequences of music-app, by PostgreSQL's catalogue."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import LiteralString

from psycopg.sql import SQL, Composed, Identifier

from adapters.postgres.schema.ownership import Thing, as_json
from adapters.postgres.session import Session

# As in a backup: the name alone of what stands beside `schema_migrations`, whatever that schema is called.
_KEY = SQL("""
    CASE relnamespace WHEN (SELECT relnamespace FROM pg_class WHERE oid = to_regclass('schema_migrations')) THEN relname
         ELSE format('%%I.%%I', nspname, relname) END""")
_RELATIONS = SQL("""
    SELECT pg_class.oid, relkind, {} AS key, nspname, relname, columns
      FROM jsonb_to_recordset(%s) AS ours (classid oid, objid oid, columns jsonb)
      JOIN pg_class ON pg_class.oid = objid AND classid = 'pg_class'::regclass
      JOIN pg_namespace ON pg_namespace.oid = relnamespace""").format(_KEY)
_TABLES = SQL("""
    SELECT oid, key, nspname, relname, relkind = 'p', array_agg(attname::text ORDER BY attnum)
      FROM ({}) AS relations
      JOIN pg_attribute ON attrelid = oid AND attnum IN (SELECT jsonb_array_elements_text(columns)::int2)
     WHERE relkind IN ('r', 'p') AND NOT attisdropped AND attgenerated = ''
     GROUP BY oid, key, nspname, relname, relkind
     ORDER BY key""").format(_RELATIONS)
_REFERENCES: LiteralString = "SELECT conrelid, confrelid FROM pg_constraint WHERE contype = 'f' AND conrelid = ANY (%s)"
# Those of columns, with an empty name of a column those that stand alone.
_SEQUENCES = SQL("""
    WITH relations AS ({})
    SELECT relations.key, attname::text, seqrelid
      FROM relations
      JOIN pg_depend ON refclassid = 'pg_class'::regclass AND refobjid = relations.oid AND deptype IN ('a', 'i')
                    AND classid = 'pg_class'::regclass
                    AND refobjsubid IN (SELECT jsonb_array_elements_text(columns)::int2)
      JOIN pg_sequence ON seqrelid = objid
      JOIN pg_attribute ON attrelid = relations.oid AND attnum = refobjsubid
     UNION ALL
    SELECT key, '', seqrelid FROM relations JOIN pg_sequence ON seqrelid = oid""").format(_RELATIONS)
_LAST_NUMBERS = SQL("""
    SELECT key, attname, pg_sequence_last_value(seqrelid)
      FROM ({}) AS sequences
     WHERE pg_sequence_last_value(seqrelid) IS NOT NULL
     ORDER BY key, attname""").format(_SEQUENCES)
# The first program wrote 0 for a sequence, which began at 1, that had given out nothing.
_GO_ON = SQL("""
    SELECT CASE WHEN last = 0 AND seqmin > 0 THEN NULL
                WHEN seqincrement > 0 THEN setval(own.seqrelid::regclass, greatest(last, given_out))
                ELSE setval(own.seqrelid::regclass, least(last, given_out)) END
      FROM ({}) AS own
      JOIN pg_sequence ON pg_sequence.seqrelid = own.seqrelid,
           CAST(%s AS bigint) AS last, pg_sequence_last_value(own.seqrelid) AS given_out
     WHERE key = %s AND attname = %s""").format(_SEQUENCES)

Numbers = Mapping[tuple[str, str], int]
"""The last number that each sequence gave out, by its table and column; by its own name and "" where it has none."""


@dataclass(frozen=True, slots=True)
class OwnTable:
    """A table of ours. `columns` are those of ours that one writes to; `key` is its name in a backup."""

    oid: int
    key: str
    name: Composed
    partitioned: bool
    columns: list[str]


def tables_of(session: Session, things: Sequence[Thing]) -> list[OwnTable]:
    """The tables among `things`, those that others refer to before them. A partition is in its table."""
    found = session.execute(_TABLES, [as_json(things)]).fetchall()
    left = {
        oid: OwnTable(oid, key, SQL(".").join(map(Identifier, (schema, name))), *properties)
        for oid, key, schema, name, *properties in found
    }
    referred: dict[int, set[int]] = {oid: set() for oid in left}
    for referring, to in session.execute(_REFERENCES, [list(left)]):
        referred[referring].add(to)
    ordered = []
    while left:
        # Where tables refer to one another, any of them comes first.
        free = (oid for oid in left if not referred[oid] & left.keys() - {oid})
        ordered.append(left.pop(next(free, next(iter(left)))))
    return ordered


def last_numbers(session: Session, things: Sequence[Thing]) -> dict[tuple[str, str], int]:
    """The last number that each sequence among `things` gave out; none for those that gave out nothing."""
    return {(key, column): last for key, column, last in session.execute(_LAST_NUMBERS, [as_json(things)])}


def go_on_after(session: Session, things: Sequence[Thing], numbers: Numbers) -> list[str]:
    """Let the sequences among `things` go on after `numbers`, unless they are further; the keys of those not there."""
    missing = []
    for (key, column), last in numbers.items():
        if not session.execute(_GO_ON, [as_json(things), last, key, column]).rowcount:
            missing.append(key)
    return missing


def copy_out(table: OwnTable) -> Composed:
    """The statement that writes the rows of a table."""
    # COPY does not take a partitioned table by its name, and nothing else with ONLY.
    rows: LiteralString = "(SELECT {columns} FROM {table})" if table.partitioned else "{table} ({columns})"
    return _copy("COPY " + rows + " TO STDOUT (FORMAT BINARY)", table)


def copy_in(table: OwnTable) -> Composed:
    """The statement that reads rows into a table."""
    return _copy("COPY {table} ({columns}) FROM STDIN (FORMAT BINARY)", table)


def _copy(text: LiteralString, table: OwnTable) -> Composed:
    return SQL(text).format(table=table.name, columns=identifiers(table.columns))


def identifiers(names: Sequence[str]) -> Composed:
    """The names, quoted, with commas between them."""
    return SQL(", ").join(map(Identifier, names))

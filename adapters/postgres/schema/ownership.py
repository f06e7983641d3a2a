"""What of a database is music-app's: what its migrations made, and nothing else.

Each migration leaves the whole list, as it is after it, in its row of `schema_migrations`. It is found by comparing the
catalogue before and after the migration, so a migration may hold whatever PostgreSQL has. What was there before it,
such as an extension that another program made, is not ours, nor is what another program makes at the same time.

On the list are the things that nothing else holds: schemas, extensions, types, functions, tables, views, sequences and
the like. What belongs to one of them is left out, as PostgreSQL drops it with it: indexes, triggers, constraints, the
sequence of a column, the members of an extension. Of a table, the columns that migrations made are on the list, too.
A thing is written down by its name, as `pg_identify_object_as_address` gives it: names outlive pg_dump, numbers do not.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import LiteralString

from psycopg.sql import SQL
from psycopg.types.json import Jsonb

from adapters.postgres.schema.unrecorded import Recorded, made_unrecorded
from adapters.postgres.session import Session

# 16384 is the first number that is not one of PostgreSQL's own things. By pg_depend, nothing else holds what depends on
# others in an ordinary way alone (n, x). Things of the other catalogues may depend on nothing, and so be missing there.
_LISTED = SQL("""
    SELECT classid, objid, min(made_by) AS made_by
      FROM (SELECT classid, objid, xmin::text::bigint AS made_by FROM pg_depend WHERE objsubid = 0
             UNION ALL
            SELECT tableoid, oid, xmin::text::bigint FROM pg_namespace WHERE nspname !~ '^pg_'
             UNION ALL
            SELECT tableoid, oid, xmin::text::bigint FROM pg_extension
             UNION ALL
            SELECT tableoid, oid, xmin::text::bigint FROM pg_cast
             UNION ALL
            SELECT tableoid, oid, xmin::text::bigint FROM pg_foreign_data_wrapper
             UNION ALL
            SELECT tableoid, oid, xmin::text::bigint FROM pg_publication) AS found
     WHERE objid >= 16384
       AND NOT EXISTS (SELECT FROM pg_depend AS held
                        WHERE held.classid = found.classid AND held.objid = found.objid AND held.objsubid = 0
                          AND (deptype NOT IN ('n', 'x')
                               OR refclassid = 'pg_namespace'::regclass
                                  AND (refobjid = pg_my_temp_schema() OR pg_is_other_temp_schema(refobjid))))
     GROUP BY classid, objid""")
_EXISTING = SQL("SELECT classid, objid FROM ({}) AS listed").format(_LISTED)
# Whatever this transaction sees of a transaction that is in progress is its own, a savepoint's included. xmin has the
# lower 32 bits of a number of 64; both are less than 2^31 apart.
_MADE = SQL("""
    WITH listed AS MATERIALIZED (
        SELECT * FROM ({}) AS listed
         WHERE (classid, objid) NOT IN (SELECT * FROM unnest(%s::oid[], %s::oid[])))
    SELECT classid, objid
      FROM listed, CAST(pg_current_xact_id()::text AS bigint) AS own
     WHERE pg_xact_status((own + ((made_by - own) << 32 >> 32))::text::xid8) = 'in progress'""").format(_LISTED)
_RECORDED: LiteralString = """
    SELECT name, to_jsonb(applied) -> 'objects', nspname::text
      FROM schema_migrations AS applied
      JOIN pg_class ON pg_class.oid = applied.tableoid
      JOIN pg_namespace ON pg_namespace.oid = relnamespace
     ORDER BY name"""
_IS_THERE: LiteralString = "SELECT to_regclass('schema_migrations') IS NOT NULL"
_FIND = SQL("""
    WITH listed AS (
        SELECT classid, objid, address.*
          FROM ({}) AS listed, pg_identify_object_as_address(classid, objid, 0) AS address)
    SELECT CASE recorded.type WHEN 'table' THEN array_to_string(names, '.') END, classid, objid,
           ARRAY(SELECT attnum FROM pg_attribute WHERE attrelid = objid AND attname = ANY (columns)
                    AND classid = 'pg_class'::regclass AND NOT attisdropped ORDER BY attnum),
           coalesce((SELECT relnatts FROM pg_class WHERE oid = objid AND classid = 'pg_class'::regclass), 0),
           cardinality(columns)
      FROM jsonb_to_recordset(%s) AS recorded (type text, names text[], args text[], columns text[])
      LEFT JOIN listed ON (listed.type, object_names, object_args) = (recorded.type, names, args)""").format(_LISTED)
_DESCRIBE = SQL("""
    SELECT coalesce(jsonb_agg(jsonb_build_object(
               'type', type, 'names', object_names, 'args', object_args,
               'columns', ARRAY(SELECT attname::text FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid
                                 WHERE attrelid = objid AND classid = 'pg_class'::regclass AND relkind IN ('r', 'p')
                                   AND (attnum = ANY (ARRAY(SELECT jsonb_array_elements_text(columns)::int2))
                                        OR attnum > last_column)
                                   AND NOT attisdropped ORDER BY attnum)) ORDER BY type, object_names::text), '[]')
      FROM jsonb_to_recordset(%s) AS ours (classid oid, objid oid, columns jsonb, last_column integer),
           pg_identify_object_as_address(classid, objid, 0)
     WHERE (classid, objid) IN (SELECT classid, objid FROM ({}) AS listed)""").format(_LISTED)


@dataclass(frozen=True, slots=True)
class Thing:
    """One thing of ours, by the numbers that pg_depend knows it by; of a table, the numbers of our columns as well.

    `last_column` is the highest number that a column of the table ever had.
    """

    classid: int
    objid: int
    columns: tuple[int, ...] = ()
    last_column: int = 0


@dataclass(frozen=True, slots=True)
class Ours:
    """The things of ours that are there, and the names of the tables that are not, or not with all of our columns."""

    things: Sequence[Thing]
    lost: Sequence[str]


@dataclass(frozen=True, slots=True)
class Before:
    """What there was before a migration: of ours, and of everybody."""

    ours: Ours
    existing: Sequence[tuple[int, int]]


def is_migrated(session: Session) -> bool:
    """Whether the database has the table of migrations."""
    [is_there] = session.execute(_IS_THERE).fetchone() or [False]
    return bool(is_there)


def ours(session: Session) -> Ours:
    """What is music-app's in the database. Raises `WrongSetting` where nothing tells what it is."""
    recorded = _recorded(session) if is_migrated(session) else []
    found = session.execute(_FIND, [Jsonb(recorded)]).fetchall()
    things = [Thing(classid, objid, tuple(columns), last) for _, classid, objid, columns, last, _ in found if objid]
    lost = [name for name, _, objid, columns, _, count in found if name and (not objid or len(columns) < count)]
    return Ours(things, lost)


def before_migration(session: Session) -> Before:
    """To be called in the transaction of a migration, before it."""
    return Before(ours(session), session.execute(_EXISTING).fetchall())


def after_migration(session: Session, before: Before) -> Jsonb:
    """The list as it is now, for the row of the migration, in whose transaction it is to be called."""
    classes, numbers = [classid for classid, _ in before.existing], [number for _, number in before.existing]
    made = [Thing(classid, number) for classid, number in session.execute(_MADE, [classes, numbers])]
    [described] = session.execute(_DESCRIBE, [as_json([*before.ours.things, *made])]).fetchone() or [[]]
    return Jsonb(described)


def as_json(things: Sequence[Thing]) -> Jsonb:
    """For `jsonb_to_recordset`, as an array of objects with the fields of `Thing`."""
    return Jsonb(
        [{"classid": t.classid, "objid": t.objid, "columns": t.columns, "last_column": t.last_column} for t in things]
    )


def _recorded(session: Session) -> list[Recorded]:
    """The list that the last migration left, or the one of the migrations that left none."""
    applied = session.execute(_RECORDED).fetchall()
    if not applied:
        return []
    _, objects, schema = applied[-1]
    return made_unrecorded([name for name, *_ in applied], schema) if objects is None else objects

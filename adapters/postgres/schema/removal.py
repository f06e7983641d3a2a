"""Removing what is music-app's from a database, and nothing else."""

from collections.abc import Sequence
from typing import LiteralString

from adapters.postgres.schema.migrate import TABLE
from adapters.postgres.schema.ownership import Thing
from adapters.postgres.session import Session

# A thing has parts, which fall with it: what depends on it automatically or internally, or as a member (e), or as a
# partition (P, S). Whatever else depends on a thing of ours or a part of one is somebody else's.
_STRANGERS: LiteralString = """
    WITH RECURSIVE part (classid, objid) AS (
        SELECT * FROM unnest(%s::oid[], %s::oid[])
         UNION
        SELECT pg_depend.classid, pg_depend.objid
          FROM part
          JOIN pg_depend ON refclassid = part.classid AND refobjid = part.objid
         WHERE deptype IN ('a', 'i', 'e', 'P', 'S'))
    SELECT DISTINCT pg_describe_object(pg_depend.classid, pg_depend.objid, pg_depend.objsubid)
      FROM part
      JOIN pg_depend ON refclassid = part.classid AND refobjid = part.objid
     WHERE (pg_depend.classid, pg_depend.objid) NOT IN (SELECT classid, objid FROM part)
     LIMIT 10"""
# What these two belong to is dropped, and they with it.
_DROPS: LiteralString = """
    SELECT format('DROP %%s IF EXISTS %%s CASCADE', replace(type, '-', ' '), identity)
      FROM unnest(%s::oid[], %s::oid[]) AS ours (classid, objid), pg_identify_object(classid, objid, 0)
     WHERE type NOT IN ('user mapping', 'transform')"""
_MIGRATIONS: LiteralString = "SELECT tableoid, oid FROM pg_class WHERE oid = to_regclass(%s)"


def strangers(session: Session, things: Sequence[Thing]) -> list[str]:
    """What depends on `things` and is not one of them, described in words; the first few."""
    return [described for (described,) in session.execute(_STRANGERS, _addresses(session, things))]


def drop(session: Session, things: Sequence[Thing]) -> None:
    """Drop `things`, what depends on them, and the table of migrations. To be called where they have no `strangers`."""
    for (statement,) in session.execute(_DROPS, _addresses(session, things)).fetchall():
        session.execute(statement.encode())


def _addresses(session: Session, things: Sequence[Thing]) -> list[list[int]]:
    own = [(thing.classid, thing.objid) for thing in things] + session.execute(_MIGRATIONS, [TABLE]).fetchall()
    return [[classid for classid, _ in own], [number for _, number in own]]

"""Bringing the database's tables up to what this version of the program needs."""

import hashlib
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from importlib import resources
from typing import LiteralString

from psycopg.pq import TransactionStatus

from adapters.postgres.schema.deferred import check_now
from adapters.postgres.schema.ownership import after_migration, before_migration, is_migrated
from adapters.postgres.session import Session, connected
from domain.errors import WrongSetting

OLDEST_SERVER = 160000
"""PostgreSQL 16 is the first that takes STORAGE in CREATE TABLE; 18 is the one that is tested."""

TABLE = "schema_migrations"
"""Where it is written down which migrations were applied."""

_LOCK = 0x6D75736963  # "music": any number will do, as long as every version of the program takes the same
# How long one starter waits for another's migrations, and how long a migration waits for a table in use.
_WAIT_FOR_OTHERS: LiteralString = "SET lock_timeout = '10min'"
_WAIT_FOR_TABLES: LiteralString = "SET lock_timeout = '30s'"
_TAKE_LOCK: LiteralString = "SELECT pg_advisory_lock(%s)"
_CREATE_TABLE: LiteralString = """
    CREATE TABLE IF NOT EXISTS schema_migrations (
        name       text        PRIMARY KEY,
        sha256     bytea       NOT NULL,
        applied_at timestamptz NOT NULL DEFAULT now(),
        objects    jsonb
    )"""
# The first program made the table without it. `ALTER TABLE … IF NOT EXISTS` would wait for a backup for nothing.
_HAS_OBJECTS: LiteralString = """
    SELECT FROM pg_attribute
     WHERE attrelid = 'schema_migrations'::regclass AND attname = 'objects' AND NOT attisdropped"""
_ADD_OBJECTS: LiteralString = "ALTER TABLE schema_migrations ADD COLUMN objects jsonb"
# A backup holds it against this, so that the two never meet halfway, each with what the other one wants.
_NO_BACKUPS: LiteralString = "LOCK TABLE schema_migrations IN ROW EXCLUSIVE MODE"
_SEARCH_PATH: LiteralString = "SELECT current_setting('search_path')"
_SET_SEARCH_PATH: LiteralString = "SELECT set_config('search_path', %s, false)"
_APPLIED: LiteralString = "SELECT name, sha256 FROM schema_migrations ORDER BY name"
_RECORD: LiteralString = "INSERT INTO schema_migrations (name, sha256, objects) VALUES (%s, %s, %s)"


@dataclass(frozen=True, slots=True)
class Migration:
    """One step: its name, `NNNN_what_it_does`, which orders it, and its SQL, which runs in one transaction."""

    name: str
    sql: bytes

    @property
    def sha256(self) -> bytes:
        return hashlib.sha256(self.sql).digest()


def packaged_migrations() -> list[Migration]:
    """The migrations that this version of the program knows, in order."""
    files = resources.files("adapters.postgres.schema").joinpath("migrations").iterdir()
    found = [Migration(f.name.removesuffix(".sql"), f.read_bytes()) for f in files if f.name.endswith(".sql")]
    return sorted(found, key=lambda migration: migration.name)


def migrate(conninfo: str, migrations: Sequence[Migration] | None = None) -> list[str]:
    """Apply what is missing, in order, and return the names of what was applied.

    Safe to repeat and to run by several starters at once: one works, the others wait and find nothing to do. Each
    migration is applied whole or not at all. Raises `WrongSetting` when the database cannot be reached, is older than
    PostgreSQL 16, is not in UTF-8, does not let us create tables, was migrated by a newer version of the program or
    with another text of a migration; `StoreAway` when it stops answering on the way; `DiskFull`. Blocks: call it
    outside the event loop.
    """
    known = packaged_migrations() if migrations is None else migrations
    with connected(conninfo, "music-app migrate") as session:
        lock_schema(session)
        return apply_missing(session, known)


def lock_schema(session: Session) -> None:
    """Be the only one that changes the schema, until the session closes. Raises `WrongSetting`."""
    _check_server(session)
    session.execute(_WAIT_FOR_OTHERS)
    session.execute(_TAKE_LOCK, [_LOCK])
    session.execute(_WAIT_FOR_TABLES)


def apply_missing(session: Session, known: Sequence[Migration]) -> list[str]:
    """Apply those of `known` that are missing, and return their names. Raises `WrongSetting`.

    Each has a transaction of its own, unless there is one already.
    """
    session.execute(_CREATE_TABLE)
    missing = _missing(known, dict(session.execute(_APPLIED).fetchall()))
    if missing and not session.execute(_HAS_OBJECTS).rowcount:
        session.execute(_ADD_OBJECTS)
    for migration in missing:
        with _in_transaction(session):
            _apply(session, migration)
    return [migration.name for migration in missing]


def _apply(session: Session, migration: Migration) -> None:
    session.execute(_NO_BACKUPS)
    [search_path] = session.execute(_SEARCH_PATH).fetchone() or [""]
    before = before_migration(session)
    session.execute(migration.sql)
    check_now(session)
    session.execute(_SET_SEARCH_PATH, [search_path])
    session.execute(_RECORD, [migration.name, migration.sha256, after_migration(session, before)])


def _in_transaction(session: Session) -> AbstractContextManager[object]:
    """Without a savepoint: a value that `ALTER TYPE … ADD VALUE` adds in one is of no use until the commit."""
    return session.transaction() if session.info.transaction_status == TransactionStatus.IDLE else nullcontext()


def applied_of(session: Session, known: Sequence[Migration]) -> list[Migration]:
    """Those of `known` that were applied. Raises `WrongSetting` where others were, too."""
    applied: dict[str, bytes] = dict(session.execute(_APPLIED).fetchall()) if is_migrated(session) else {}
    missing = _missing(known, applied)
    return [migration for migration in known if migration not in missing]


def check_migrated(conninfo: str) -> None:
    """Raise `WrongSetting` unless the database is just what this version of the program makes. Changes nothing."""
    known = packaged_migrations()
    with connected(conninfo, "music-app check") as session:
        applied = applied_of(session, known)
    if not applied:
        raise WrongSetting("DATABASE_URL", "the database has no tables of music-app; name the right one")
    if len(applied) < len(known):
        raise WrongSetting("DATABASE_URL", "the database is that of an older version; run `music-app migrate` first")


def _check_server(session: Session) -> None:
    version = session.info.server_version
    if version < OLDEST_SERVER:
        raise WrongSetting(
            "DATABASE_URL", f"PostgreSQL {version // 10000} answers there; 16 or later is needed, best is 18"
        )
    encoding = session.info.parameter_status("server_encoding")
    if encoding != "UTF8":
        raise WrongSetting("DATABASE_URL", f"the database's encoding is {encoding}; create it with ENCODING 'UTF8'")


def _missing(known: Sequence[Migration], applied: dict[str, bytes]) -> list[Migration]:
    """What is still to be applied. Raises `WrongSetting` when program and database contradict each other."""
    names = {migration.name for migration in known}
    if unknown := [name for name in applied if name not in names]:
        raise WrongSetting(
            "DATABASE_URL",
            f"the database was migrated by a newer version of music-app ({', '.join(unknown)}); "
            "use that version, or restore a backup from before into an empty database",
        )
    for migration in known:
        if applied.get(migration.name, migration.sha256) != migration.sha256:
            raise WrongSetting(
                "DATABASE_URL",
                f"migration {migration.name} was applied with another text than this version of music-app has; "
                "start the version that applied it, and make changes in a new migration",
            )
    return [migration for migration in known if migration.name not in applied]

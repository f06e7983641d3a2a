"""Connections of the commands that work on the whole database, which block."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import LiteralString, TypeAlias

import psycopg
from psycopg.rows import TupleRow

from adapters.postgres.conninfo import with_settings
from adapters.postgres.no_room import is_refused_for_room
from domain.errors import DiskFull, StoreAway, WrongSetting

Session: TypeAlias = psycopg.Connection[TupleRow]
"""A connection in autocommit mode."""

ANOTHERS = (
    psycopg.errors.DuplicateTable,
    psycopg.errors.DuplicateSchema,
    psycopg.errors.DuplicateObject,
    psycopg.errors.DuplicateFunction,
)
"""What the server raises for a migration that makes what is there already, and so is another program's."""

_CLIENT_SETTINGS: dict[str, str | int] = {
    "connect_timeout": 5,
    "keepalives_idle": 60,
    "keepalives_interval": 10,
    "keepalives_count": 6,
    "tcp_user_timeout": 600_000,  # ms; a disk that is written to may hold up the other side for minutes
}
# So that the locks of a client that is frozen or cut off the network end.
_SERVER_SETTINGS = {
    "idle_in_transaction_session_timeout": "10min",
    "tcp_keepalives_idle": "60",
    "tcp_keepalives_interval": "10",
    "tcp_keepalives_count": "6",
    "tcp_user_timeout": "600s",
}
_LIFT_TIMEOUTS: LiteralString = """
    SELECT set_config(name, '0', false)
      FROM unnest(ARRAY['statement_timeout', 'transaction_timeout']) AS name
      JOIN pg_settings USING (name)"""
_ROWS_AS_THEY_ARE: LiteralString = "SET client_encoding = 'UTF8'; SET row_security = off"


@contextmanager
def connected(conninfo: str, name: str) -> Iterator[Session]:
    """A session, which the server lists under `name`. Raises `WrongSetting`, `StoreAway`, `DiskFull`."""
    complete = with_settings(conninfo, _CLIENT_SETTINGS | {"application_name": name}, _SERVER_SETTINGS)
    try:
        session = psycopg.connect(complete, autocommit=True)
    except psycopg.OperationalError as error:
        raise _wrong("no PostgreSQL could be reached there", error) from error
    with _translated(), session:
        yield session


def lift_timeouts(session: Session) -> None:
    """Let a statement and a transaction take the time that they take, whatever the server's settings say."""
    session.execute(_LIFT_TIMEOUTS)


def take_rows_as_they_are(session: Session) -> None:
    """Let no text be converted, whatever the environment says, and no row be hidden by a policy: that fails."""
    session.execute(_ROWS_AS_THEY_ARE)


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except psycopg.errors.InsufficientPrivilege as error:
        raise _wrong("that role may not create tables there, or may not use them", error) from error
    except psycopg.errors.ReadOnlySqlTransaction as error:
        raise _wrong("the database is read-only; name the primary server", error) from error
    except ANOTHERS as error:
        raise _wrong("the database has another program's tables; create one for music-app alone", error) from error
    except psycopg.OperationalError as error:
        raise (DiskFull if is_refused_for_room(error) else StoreAway) from error


def _wrong(problem: str, error: psycopg.Error) -> WrongSetting:
    return WrongSetting("DATABASE_URL", f"{problem}: {' '.join(str(error).split())}")

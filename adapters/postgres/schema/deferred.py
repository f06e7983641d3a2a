"""Checks of rows that PostgreSQL was told to put off to the end of the transaction."""

from typing import LiteralString

from adapters.postgres.session import Session

_PUT_OFF: LiteralString = """
    SELECT string_agg(DISTINCT format('%I.%I', nspname, conname), ', ')
      FROM pg_constraint JOIN pg_namespace ON pg_namespace.oid = connamespace
     WHERE condeferred"""


def check_now(session: Session) -> None:
    """Make these checks as the end of the transaction would: a table that has one cannot be altered.

    They are named one by one, as ALL would hold for whatever comes later in the transaction as well.
    """
    [names] = session.execute(_PUT_OFF).fetchone() or [None]
    if names is not None:
        session.execute(f"SET CONSTRAINTS {names} IMMEDIATE; SET CONSTRAINTS {names} DEFERRED".encode())

"""Transactions that may take longer than a short query, and steps of removing tracks, which are such."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import LiteralString

from adapters.postgres.connection import Connection
from adapters.postgres.database import Database

TRACKS_AT_ONCE = 50
BYTES_AT_ONCE = 4 * 1024 * 1024
"""At most so many of MP3s are removed in one step, or one track: each 2 KB are a row for PostgreSQL."""
STEP_SECONDS = 60.0
"""What a step may take: the largest MP3s are half a million such rows."""

_ALLOW: LiteralString = "SELECT set_config('statement_timeout', %s, true)"


async def allow(connection: Connection, seconds: float) -> None:
    """Let each statement take so long, up to the end of the transaction."""
    await connection.execute(_ALLOW, [f"{seconds * 1000:.0f}ms"])


@asynccontextmanager
async def long_transaction(database: Database, seconds: float) -> AsyncIterator[Connection]:
    """A connection in a transaction, which may take so long. Raises what `Database.connection` does."""
    async with database.connection(seconds) as connection, connection.transaction():
        await allow(connection, seconds)
        yield connection

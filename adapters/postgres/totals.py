"""How much a user has. The row is made when somebody first asks; from then on triggers keep it right."""

from typing import LiteralString

from psycopg.rows import class_row

from adapters.postgres.connection import Connection
from domain.quotas import Holdings

_FIND: LiteralString = "SELECT tracks, bytes, duration FROM user_totals WHERE user_id = %s"
# Adding a track takes a lock on the row of its user that this one excludes. So whoever adds one either has committed,
# and is counted here, or has not come to the trigger yet, which will find the row.
_WAIT_FOR_THOSE_WHO_ADD: LiteralString = "SELECT FROM users WHERE user_id = %s FOR UPDATE"
_MAKE: LiteralString = """
    INSERT INTO user_totals (user_id, tracks, bytes, duration)
    SELECT users.user_id, count(track_id), coalesce(sum(mp3_size), 0), coalesce(sum(duration), interval '0')
      FROM users LEFT JOIN tracks USING (user_id)
     WHERE users.user_id = %s
     GROUP BY users.user_id
        ON CONFLICT DO NOTHING"""


async def holdings_of(connection: Connection, user_id: int) -> Holdings:
    """How much this user has; nothing where there is no such user. The connection is in autocommit mode."""
    if (found := await _found(connection, user_id)) is None:
        async with connection.transaction():
            await connection.execute(_WAIT_FOR_THOSE_WHO_ADD, [user_id])
            await connection.execute(_MAKE, [user_id])
        found = await _found(connection, user_id)
    return found or Holdings()


async def _found(connection: Connection, user_id: int) -> Holdings | None:
    return await (await connection.cursor(row_factory=class_row(Holdings)).execute(_FIND, [user_id])).fetchone()

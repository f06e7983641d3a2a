"""All users, in PostgreSQL."""

from collections.abc import Mapping
from typing import Any, LiteralString

from psycopg.rows import dict_row

from adapters.postgres.database import Database
from adapters.postgres.track_rows import LARGEST_ID
from domain.accounts import Totals
from domain.directory import ListedUser, UserDirectory
from domain.quotas import OwnQuota
from domain.users import User

_PAGE: LiteralString = """
    SELECT user_id, user_name, token_sha256, created_at,
           ARRAY[own.tracks, own.bytes, own.seconds, own.uploads, own.retention_days] AS quota,
           held.tracks, held.bytes, held.duration
      FROM users
      JOIN user_totals AS held USING (user_id)
      LEFT JOIN user_quotas AS own USING (user_id)
     WHERE user_id > %s AND deleted_at IS NULL
     ORDER BY user_id
     LIMIT %s"""


class PsycopgUserDirectory(UserDirectory):
    def __init__(self, database: Database) -> None:
        self.database = database

    async def page(self, after: int, count: int) -> list[ListedUser]:
        after = min(max(after, 0), LARGEST_ID)
        async with self.database.connection() as connection:
            cursor = await connection.cursor(row_factory=dict_row).execute(_PAGE, [after, count])
            return [_listed(row) for row in await cursor.fetchall()]


def _listed(row: Mapping[str, Any]) -> ListedUser:
    quota = OwnQuota(*row["quota"])
    user = User(row["user_id"], row["user_name"], row["token_sha256"], row["created_at"], quota)
    return ListedUser(user, Totals(row["tracks"], row["bytes"], row["duration"]))

"""Users in PostgreSQL."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, LiteralString

from psycopg.rows import class_row, kwargs_row

from adapters.postgres.database import Database
from adapters.postgres.track_rows import LARGEST_ID
from domain.quotas import OwnQuota
from domain.users import User, UserRepository

_ADD: LiteralString = """
    INSERT INTO users (user_name, token_sha256, created_at) VALUES (%s, %s, %s)
    RETURNING user_id, user_name AS name, token_sha256, created_at"""
# With what an operator has set for them, so that nobody has to ask for it.
_USERS: LiteralString = """
    SELECT user_id, user_name AS name, token_sha256, created_at,
           ARRAY[tracks, bytes, seconds, uploads, retention_days] AS quota
      FROM users LEFT JOIN user_quotas USING (user_id)"""
_FIND: LiteralString = f"{_USERS} WHERE user_id = %s AND deleted_at IS NULL"
_FIND_BY_DIGEST: LiteralString = f"{_USERS} WHERE token_sha256 = %s AND deleted_at IS NULL"


class PsycopgUserRepository(UserRepository):
    def __init__(self, database: Database) -> None:
        self.database = database

    async def add(self, name: str, token_sha256: bytes, created_at: datetime) -> User:
        async with self.database.query() as connection:
            cursor = connection.cursor(row_factory=class_row(User))
            await cursor.execute(_ADD, [name, token_sha256, created_at])
            [user] = await cursor.fetchall()
        return user

    async def find(self, user_id: int) -> User | None:
        if not 1 <= user_id <= LARGEST_ID:
            return None
        return await self._found(_FIND, user_id)

    async def find_by_token(self, token_sha256: bytes) -> User | None:
        return await self._found(_FIND_BY_DIGEST, token_sha256)

    async def _found(self, query: LiteralString, value: object) -> User | None:
        async with self.database.query() as connection:
            cursor = connection.cursor(row_factory=kwargs_row(_user))
            await cursor.execute(query, [value])
            return await cursor.fetchone()


def _user(quota: Sequence[int | None], **known: Any) -> User:
    return User(**known, quota=OwnQuota(*quota))

"""Users in PostgreSQL."""

from datetime import datetime
from typing import LiteralString

from psycopg.rows import class_row

from adapters.postgres.connection_limits import ConnectionLimit
from adapters.postgres.database import SHORT_SECONDS, Database
from adapters.postgres.track_rows import LARGEST_ID
from domain.users import User, UserRepository

_ADD: LiteralString = """
    INSERT INTO users (user_name, token_sha256, created_at) VALUES (%s, %s, %s)
    RETURNING user_id, user_name AS name, token_sha256, created_at"""
_FIND: LiteralString = """
    SELECT user_id, user_name AS name, token_sha256, created_at FROM users WHERE user_id = %s"""
_FIND_BY_DIGEST: LiteralString = """
    SELECT user_id, user_name AS name, token_sha256, created_at FROM users WHERE token_sha256 = %s"""


class PsycopgUserRepository(UserRepository):
    def __init__(self, database: Database) -> None:
        self.database = database
        # However many uploads begin at once, they do not fill the pool's queue for all others.
        self._lookups = ConnectionLimit(2 * database.pool_size // 5)

    async def add(self, name: str, token_sha256: bytes, created_at: datetime) -> User:
        async with self.database.connection() as connection:
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
        async with (
            # Half of the time at most, so that the wait leaves enough for the query.
            self._lookups.take(SHORT_SECONDS / 2) as waited,
            self.database.connection(SHORT_SECONDS - waited) as connection,
        ):
            cursor = connection.cursor(row_factory=class_row(User))
            await cursor.execute(query, [value])
            return await cursor.fetchone()

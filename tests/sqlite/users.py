"""Users in the file."""

import sqlite3
from datetime import UTC, datetime, timedelta

from adapters.shared.cancellation import in_thread
from domain.users import User, UserRepository
from tests.sqlite.connection import inserted
from tests.sqlite.store import SqliteStore

LARGEST_ID = 2**63 - 1
_BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)

_ADD = "INSERT INTO users (user_name, token_sha256, created_at) VALUES (?, ?, ?)"
_FIND = "SELECT user_id, user_name, token_sha256, created_at FROM users WHERE user_id = ?"
_FIND_BY_DIGEST = "SELECT user_id, user_name, token_sha256, created_at FROM users WHERE token_sha256 = ?"


class SqliteUserRepository(UserRepository):
    def __init__(self, store: SqliteStore) -> None:
        self.store = store

    async def add(self, name: str, token_sha256: bytes, created_at: datetime) -> User:
        values = [name, token_sha256, microseconds(created_at)]
        async with self.store.writing() as connection:
            user_id = await in_thread(inserted, connection, _ADD, values)
        return User(user_id, name, token_sha256, created_at)

    async def find(self, user_id: int) -> User | None:
        if not 1 <= user_id <= LARGEST_ID:
            return None
        return await self.store.read(lambda connection: _user(connection, _FIND, user_id))

    async def find_by_token(self, token_sha256: bytes) -> User | None:
        return await self.store.read(lambda connection: _user(connection, _FIND_BY_DIGEST, token_sha256))


def microseconds(moment: datetime) -> int:
    """Since 1970, as the file has it."""
    return (moment - _BEGINNING) // timedelta(microseconds=1)


def moment(microseconds: int) -> datetime:
    """Of what the file has."""
    return _BEGINNING + timedelta(microseconds=microseconds)


def _user(connection: sqlite3.Connection, query: str, value: int | bytes) -> User | None:
    row = connection.execute(query, [value]).fetchone()
    if row is None:
        return None
    user_id, name, token_sha256, created_at = row
    return User(user_id, name, token_sha256, moment(created_at))

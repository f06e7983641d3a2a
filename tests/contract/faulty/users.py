"""Repositories of users with one mistake each."""

import asyncio
import sqlite3
import unicodedata
from contextlib import closing
from datetime import UTC, datetime
from typing import LiteralString

from adapters.postgres.users import PsycopgUserRepository
from adapters.shared.cancellation import in_thread
from domain.errors import DiskFull, StoreAway
from domain.users import User
from tests.contract.faulty.table import refused_by
from tests.contract.users import UserRepositoryContract as Contract
from tests.sqlite.store import SqliteStore
from tests.sqlite.users import SqliteUserRepository, microseconds

_ADD_WITH_ID = "INSERT INTO users (user_id, user_name, token_sha256, created_at) VALUES (?, ?, ?, ?)"


class _Numbering(SqliteUserRepository):
    """Gives the numbers itself."""

    query = ""

    async def add(self, name: str, token_sha256: bytes, created_at: datetime) -> User:
        [user_id] = await self.store.read(lambda connection: connection.execute(self.query).fetchone())
        values = [user_id, name, token_sha256, microseconds(created_at)]
        try:
            async with self.store.writing() as connection:
                await in_thread(connection.execute, _ADD_WITH_ID, values)
        except sqlite3.IntegrityError as error:
            raise StoreAway from error
        return User(user_id, name, token_sha256, created_at)


@refused_by(Contract.test_an_id_is_not_given_again)
@refused_by(Contract.test_clients_of_one_store_give_no_id_twice)
@refused_by(Contract.test_users_added_at_once_have_ids_of_their_own)
class TakesTheNextAfterTheLast(_Numbering):
    """Which may be that of a user who is gone, or who is just being added."""

    query = "SELECT coalesce(max(user_id), 0) + 1 FROM users"


@refused_by(Contract.test_an_id_is_not_given_again)
class Counts(_Numbering):
    """Where a user in the middle is gone, the number of one who is there is given again."""

    query = "SELECT count(*) + 1 FROM users"


@refused_by(Contract.test_the_first_user_has_an_id_of_at_least_one)
class BeginsAtZero(_Numbering):
    """As lists do."""

    query = "SELECT coalesce(max(user_id) + 1, 0) FROM users"


class _Looser(SqliteUserRepository):
    """Compares less than all of a digest."""

    query = ""

    async def find_by_token(self, token_sha256: bytes) -> User | None:
        row = await self.store.read(lambda connection: connection.execute(self.query, [token_sha256]).fetchone())
        return await self.find(row[0]) if row else None


@refused_by(Contract.test_no_user_is_found_by_anothers_digest, one=b"a" * 31 + b"\0", other=b"a" * 31 + b"\1")
class ComparesTheBeginning(_Looser):
    """Eight bytes are as good as unique."""

    query = "SELECT user_id FROM users WHERE substr(token_sha256, 1, 8) = substr(?, 1, 8)"


@refused_by(Contract.test_no_user_is_found_by_anothers_digest, one=b"a" * 32, other=b"A" * 32)
class ComparesAsText(_Looser):
    """LIKE knows no case, and has wildcards."""

    query = "SELECT user_id FROM users WHERE CAST(token_sha256 AS TEXT) LIKE CAST(? AS TEXT)"


@refused_by(Contract.test_no_user_is_found_by_anothers_digest, one=b"\0" * 31 + b"a", other=b"\0" * 31 + b"b")
class EndsAtNul(_Looser):
    """As strings of C do."""

    query = """
        SELECT user_id FROM users
         WHERE substr(token_sha256, 1, instr(token_sha256, x'00')) = substr(?1, 1, instr(?1, x'00'))"""


@refused_by(Contract.test_an_unknown_digest_is_none, digest=b"")
@refused_by(Contract.test_a_user_is_found_by_the_digest_of_their_token)
@refused_by(Contract.test_no_user_is_found_by_anothers_digest, one=b"a" * 32, other=b"A" * 32)
class FindsWhoeverIsThere(_Looser):
    """The condition got lost."""

    query = "SELECT user_id FROM users WHERE ? IS NOT NULL ORDER BY user_id"


@refused_by(Contract.test_a_user_is_kept_when_it_is_said_so)
class AddsInBackground(SqliteUserRepository):
    """Has the number at once and the row later."""

    def __init__(self, store: SqliteStore) -> None:
        super().__init__(store)
        self._known: dict[int, User] = {}

    async def add(self, name: str, token_sha256: bytes, created_at: datetime) -> User:
        user = User(len(self._known) + 1, name, token_sha256, created_at)
        self._known[user.user_id] = user
        return user

    async def find(self, user_id: int) -> User | None:
        return self._known.get(user_id)


@refused_by(Contract.test_a_name_keeps_every_character, name="Zoe\u0308")
class Normalizes(SqliteUserRepository):
    """What the caller has cleaned already."""

    async def add(self, name: str, token_sha256: bytes, created_at: datetime) -> User:
        return await super().add(unicodedata.normalize("NFC", name), token_sha256, created_at)


@refused_by(Contract.test_a_user_is_found_as_they_were_added)
class KeepsSeconds(SqliteUserRepository):
    """The column has no more."""

    async def find(self, user_id: int) -> User | None:
        user = await super().find(user_id)
        return user and User(user.user_id, user.name, user.token_sha256, user.created_at.replace(microsecond=0))


@refused_by(Contract.test_a_moment_is_the_same_in_every_time_zone)
class KeepsTheLocalTime(SqliteUserRepository):
    """Without the zone that it is of."""

    async def add(self, name: str, token_sha256: bytes, created_at: datetime) -> User:
        return await super().add(name, token_sha256, created_at.replace(tzinfo=UTC))


@refused_by(Contract.test_any_integer_may_be_asked_for, user_id=2**63)
class Overflows(SqliteUserRepository):
    """The driver cannot bind such a number."""

    async def find(self, user_id: int) -> User | None:
        query = "SELECT user_id FROM users WHERE user_id = ?"
        row = await self.store.read(lambda connection: connection.execute(query, [user_id]).fetchone())
        return await super().find(row[0]) if row else None


@refused_by(Contract.test_names_need_not_be_unique)
class WantsUniqueNames(SqliteUserRepository):
    """As so many tables of users do."""

    async def add(self, name: str, token_sha256: bytes, created_at: datetime) -> User:
        async with self.store.writing() as connection:
            connection.execute("CREATE UNIQUE INDEX IF NOT EXISTS names ON users (user_name)")
        return await super().add(name, token_sha256, created_at)


@refused_by(Contract.test_every_method_says_that_the_store_is_away)
class FindsNobodyWhenAway(SqliteUserRepository):
    """So that everybody's credentials are wrong."""

    async def find_by_token(self, token_sha256: bytes) -> User | None:
        try:
            return await super().find_by_token(token_sha256)
        except StoreAway:
            return None


@refused_by(Contract.test_every_method_says_that_the_store_is_away)
class ConnectsByItself(SqliteUserRepository):
    """What its own connection raises is not translated."""

    async def find(self, user_id: int) -> User | None:
        with closing(sqlite3.connect(self.store.path)):
            return await super().find(user_id)


@refused_by(Contract.test_every_method_says_that_the_store_is_away)
class TakesFromThePool(PsycopgUserRepository):
    """The same with PostgreSQL."""

    async def _found(self, query: LiteralString, value: object) -> User | None:
        async with self.database._pool.connection(timeout=1):
            return await super()._found(query, value)


@refused_by(Contract.test_every_method_says_that_the_store_is_away, hangs=True)
class TriesForEver(SqliteUserRepository):
    """It will surely answer in the end."""

    async def find(self, user_id: int) -> User | None:
        while True:
            try:
                return await super().find(user_id)
            except StoreAway:
                await asyncio.sleep(0.01)


@refused_by(Contract.test_a_full_disk_is_told)
class CallsFullAway(SqliteUserRepository):
    """Nobody learns that room is what is missing."""

    async def add(self, name: str, token_sha256: bytes, created_at: datetime) -> User:
        try:
            return await super().add(name, token_sha256, created_at)
        except DiskFull as error:
            raise StoreAway from error

from collections.abc import AsyncIterator

import pytest

from adapters.memory.users import InMemoryUserRepository
from adapters.postgres.database import Database
from adapters.postgres.users import PsycopgUserRepository
from domain.users import UserRepository
from tests.contract.users import UserRepositoryContract


class TestInMemoryUserRepository(UserRepositoryContract):
    @pytest.fixture
    def users(self) -> UserRepository:
        return InMemoryUserRepository()


class TestPsycopgUserRepository(UserRepositoryContract):
    @pytest.fixture
    async def users(self, database_url: str) -> AsyncIterator[UserRepository]:
        database = Database(database_url, pool_size=5)
        await database.open()
        yield PsycopgUserRepository(database)
        await database.close()

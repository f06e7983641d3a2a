"""The SQLite adapters against the contracts."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from domain.errors import StoreAway
from domain.users import token_digest
from tests.contract.calls import errors
from tests.contract.clients import Client
from tests.contract.keepers import TrackKeeperContract
from tests.contract.stores import StoreBackupContract, StoreContract
from tests.contract.tracks import NOW, TrackCatalogueContract, TrackRepositoryContract
from tests.contract.users import UserRepositoryContract
from tests.sqlite import connection
from tests.sqlite.parts import SqliteParts
from tests.sqlite.store import SqliteStore


class TestSqliteUserRepository(SqliteParts, UserRepositoryContract):
    pass


class TestSqliteTrackRepository(SqliteParts, TrackRepositoryContract, TrackCatalogueContract):
    pass


class TestSqliteTrackKeeper(SqliteParts, TrackKeeperContract):
    pass


class TestSqliteStore(SqliteParts, StoreContract, StoreBackupContract):
    async def test_a_commit_is_on_the_disk(self, client: Client) -> None:
        """No crash of a process tells whether it is."""
        assert isinstance(client.store, SqliteStore)

        async with client.store.writing() as writing:
            assert writing.execute("PRAGMA synchronous").fetchone() == (2,)  # FULL
            assert writing.execute("PRAGMA journal_mode").fetchone() == ("wal",)

    async def test_who_writes_for_too_long_is_not_waited_for(
        self, client: Client, path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(connection, "BUSY_SECONDS", 0.1)
        with closing(sqlite3.connect(path, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")

            assert await errors(client.users.add("Ada", token_digest("secret"), NOW)) == [StoreAway]
            assert await client.users.find(1) is None

        assert (await client.users.add("Ada", token_digest("secret"), NOW)).user_id == 1

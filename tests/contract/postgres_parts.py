"""What the contracts want of the PostgreSQL adapters, with everything that they may want besides."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from typing import LiteralString, Self

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict
from psycopg.sql import SQL, Composed, Identifier

from adapters.postgres.accounts import PsycopgAccountRepository
from adapters.postgres.address import PostgresAddress
from adapters.postgres.audit import PsycopgAuditTrail
from adapters.postgres.database import Database
from adapters.postgres.deleted_users import PsycopgDeletedUsers
from adapters.postgres.directory import PsycopgUserDirectory
from adapters.postgres.links import PsycopgLinkRepository
from adapters.postgres.quotas import PsycopgQuotaRepository
from adapters.postgres.store import PostgresStore
from adapters.postgres.track_keeper import PsycopgTrackKeeper
from adapters.postgres.tracks import PsycopgTrackRepository
from adapters.postgres.users import PsycopgUserRepository
from adapters.shared.own_server import OwnServer
from domain.audit import AuditTrail
from domain.directory import UserDirectory
from domain.quotas import QuotaRepository
from domain.tracks import StoredMp3, Track, TrackKeeper, TrackRepository
from domain.users import UserRepository
from tests.contract.calls import Act
from tests.contract.clients import Client, MakeClient
from tests.contract.crashes import Crash, killed, name_of, named
from tests.contract.links import BOUNDS

_SHORTEN: LiteralString = """
    ALTER TABLE tracks DROP CONSTRAINT tracks_track_file_bin_size;
    UPDATE tracks SET track_file_bin = substring(track_file_bin FOR 1000000)"""
# In place of a disk that lost some blocks: the error that PostgreSQL then has.
_MISS_A_CHUNK: LiteralString = """
    ALTER TABLE tracks RENAME TO kept;
    CREATE FUNCTION lost() RETURNS bytea LANGUAGE plpgsql AS $$
        BEGIN RAISE EXCEPTION 'missing chunk number 0 for toast value 1' USING ERRCODE = 'data_corrupted'; END $$;
    CREATE VIEW tracks AS SELECT track_uuid, lost() AS track_file_bin FROM kept"""
# In place of a disk that is full: the error that PostgreSQL then has.
_FILL: LiteralString = """
    CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN RAISE EXCEPTION 'could not extend file' USING ERRCODE = 'disk_full'; END $$;
    CREATE TRIGGER full_disk BEFORE INSERT ON users EXECUTE FUNCTION full_disk();
    CREATE TRIGGER full_disk BEFORE INSERT ON tracks EXECUTE FUNCTION full_disk();
    CREATE TRIGGER full_disk BEFORE INSERT OR UPDATE ON repeatable_requests EXECUTE FUNCTION full_disk();
    CREATE TRIGGER full_disk BEFORE INSERT ON user_quotas EXECUTE FUNCTION full_disk();
    CREATE TRIGGER full_disk BEFORE INSERT ON audit_events EXECUTE FUNCTION full_disk()"""


class _NoServer(OwnServer):
    """In place of a server of our own, which nobody needs where there is a URL."""

    made = False
    folder = ""

    def __exit__(self, *_: object) -> None:
        """It was never entered."""


@dataclass(frozen=True)
class PostgresTypes:
    """The classes of a client; faulty ones may take their places."""

    store: type[PostgresStore] = PostgresStore
    users: type[PsycopgUserRepository] = PsycopgUserRepository
    tracks: type[PsycopgTrackRepository] = PsycopgTrackRepository
    keeper: type[PsycopgTrackKeeper] = PsycopgTrackKeeper

    def client(self, url: str) -> Client:
        database = Database(url, pool_size=5)
        address = PostgresAddress(url, _NoServer())
        store = self.store(address, lambda: database)
        return Client(store, self.users(database), self.tracks(database), self.keeper(database))

    @classmethod
    def named(cls, *names: str) -> Self:
        return cls(*map(named, names))

    def names(self) -> list[str]:
        """From which another process makes the same."""
        return [name_of(kind) for kind in (self.store, self.users, self.tracks, self.keeper)]


@asynccontextmanager
async def opened(url: str, *names: str) -> AsyncIterator[Client]:
    """A client whose store is open, for another process."""
    client = PostgresTypes.named(*names).client(url)
    await client.store.open()
    yield client
    await client.store.close()


class PostgresParts:
    types = PostgresTypes()

    @pytest.fixture
    def make_client(self, bare_database_url: str) -> MakeClient:
        return partial(self.types.client, bare_database_url)

    @pytest.fixture
    def make_client_elsewhere(self, other_bare_database_url: str) -> MakeClient:
        return partial(self.types.client, other_bare_database_url)

    @pytest.fixture
    def url(self, request: pytest.FixtureRequest) -> str:
        """Of a new database only for what breaks it."""
        breaks = {"break_store", "fill_disk", "lose_bytes"}.intersection(request.fixturenames)
        return str(request.getfixturevalue("database_url" if breaks else "emptied_database_url"))

    @pytest.fixture
    async def client(self, url: str) -> AsyncIterator[Client]:
        client = self.types.client(url)
        await client.store.open()
        yield client
        await client.store.close()

    @pytest.fixture
    async def other_client(self, client: Client, url: str) -> AsyncIterator[Client]:
        async with opened(url, *PostgresTypes().names()) as other:
            yield other

    @pytest.fixture
    def users(self, client: Client) -> UserRepository:
        return client.users

    @pytest.fixture
    def tracks(self, client: Client) -> TrackRepository:
        return client.tracks

    @pytest.fixture
    def keeper(self, client: Client) -> TrackKeeper:
        return client.keeper

    @pytest.fixture
    def links(self, tracks: PsycopgTrackRepository) -> PsycopgLinkRepository:
        return PsycopgLinkRepository(tracks.database, BOUNDS)

    @pytest.fixture
    def held_clients(self, url: str) -> Callable[[], Awaitable[set[bytes]]]:
        async def held_clients() -> set[bytes]:
            async with await psycopg.AsyncConnection.connect(url) as connection:
                cursor = await connection.execute("SELECT client FROM link_clients")
                return {client for (client,) in await cursor.fetchall()}

        return held_clients

    @pytest.fixture
    def accounts(self, database: Database) -> PsycopgAccountRepository:
        return PsycopgAccountRepository(database)

    @pytest.fixture
    def deleted_users(self, database: Database) -> PsycopgDeletedUsers:
        return PsycopgDeletedUsers(database)

    @pytest.fixture
    def database(self, client: Client) -> Database:
        assert isinstance(client.users, PsycopgUserRepository)
        return client.users.database

    @pytest.fixture
    def quotas(self, database: Database) -> QuotaRepository:
        return PsycopgQuotaRepository(database)

    @pytest.fixture
    def directory(self, database: Database) -> UserDirectory:
        return PsycopgUserDirectory(database)

    @pytest.fixture
    def audit_trail(self, database: Database) -> AuditTrail:
        return PsycopgAuditTrail(database)

    @pytest.fixture
    def break_store(self, break_database: Act) -> Act:
        return break_database

    @pytest.fixture
    def break_database(self, postgres_server: str, url: str) -> Act:
        """The server answers, but not for this database."""
        name = str(conninfo_to_dict(url)["dbname"])
        statements = [
            SQL("ALTER DATABASE {} ALLOW_CONNECTIONS false").format(Identifier(name)),
            SQL("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = {}").format(name),
        ]

        async def break_database() -> None:
            for statement in statements:
                await change(postgres_server, statement)

        return break_database

    @pytest.fixture
    def fill_disk(self, url: str) -> Act:
        return partial(change, url, SQL(_FILL))

    @pytest.fixture
    def crash(self, client: Client, url: str) -> Crash:
        return partial(killed, name_of(opened), [url, *self.types.names()])

    @pytest.fixture(params=[_SHORTEN, _MISS_A_CHUNK], ids=["shortened", "a chunk is missing"])
    def lose_bytes(self, request: pytest.FixtureRequest, url: str) -> Callable[[StoredMp3], Awaitable[None]]:
        async def lose_bytes(mp3: StoredMp3) -> None:
            await change(url, SQL(request.param))

        return lose_bytes

    @pytest.fixture
    def delete_user(self, url: str) -> Callable[[int], Awaitable[None]]:
        return partial(change, url, SQL("DELETE FROM users WHERE user_id = %s"))

    @pytest.fixture
    def delete_track(self, url: str) -> Callable[[Track], Awaitable[None]]:
        async def delete_track(track: Track) -> None:
            await change(url, SQL("DELETE FROM tracks WHERE track_uuid = %s"), track.track_uuid)

        return delete_track


async def change(url: str, statement: SQL | Composed, *values: object) -> None:
    """What an operator does, or a broken disk."""
    async with await psycopg.AsyncConnection.connect(url, autocommit=True) as connection:
        await connection.execute(statement, values or None)

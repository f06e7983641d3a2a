"""What the contracts want of the SQLite adapters, with everything that they may want besides."""

import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Self

import pytest

from domain.tracks import StoredMp3, Track, TrackKeeper, TrackRepository
from domain.users import UserRepository
from tests.contract.calls import Act
from tests.contract.clients import Client, MakeClient
from tests.contract.crashes import Crash, killed, name_of, named
from tests.sqlite.store import SqliteStore
from tests.sqlite.track_keeper import SqliteTrackKeeper
from tests.sqlite.tracks import SqliteTrackRepository
from tests.sqlite.users import SqliteUserRepository


@dataclass(frozen=True)
class SqliteTypes:
    """The classes of a client; faulty ones may take their places."""

    store: type[SqliteStore] = SqliteStore
    users: type[SqliteUserRepository] = SqliteUserRepository
    tracks: type[SqliteTrackRepository] = SqliteTrackRepository
    keeper: type[SqliteTrackKeeper] = SqliteTrackKeeper

    def client(self, path: Path) -> Client:
        store = self.store(path)
        return Client(store, self.users(store), self.tracks(store), self.keeper(store))

    @classmethod
    def named(cls, *names: str) -> Self:
        return cls(*map(named, names))

    def names(self) -> list[str]:
        """From which another process makes the same."""
        return [name_of(kind) for kind in (self.store, self.users, self.tracks, self.keeper)]


@asynccontextmanager
async def opened(path: str, *names: str) -> AsyncIterator[Client]:
    """A client whose store is open, for another process."""
    client = SqliteTypes.named(*names).client(Path(path))
    await client.store.open()
    yield client
    await client.store.close()


class SqliteParts:
    types = SqliteTypes()

    @pytest.fixture
    def path(self, tmp_path: Path) -> Path:
        return tmp_path / "data" / "music-app.sqlite"

    @pytest.fixture
    def make_client(self, path: Path) -> MakeClient:
        return partial(self.types.client, path)

    @pytest.fixture
    def make_client_elsewhere(self, tmp_path: Path) -> MakeClient:
        return partial(self.types.client, tmp_path / "elsewhere" / "music-app.sqlite")

    @pytest.fixture
    async def client(self, make_client: MakeClient) -> AsyncIterator[Client]:
        client = make_client()
        client.store.migrate()
        await client.store.open()
        yield client
        await client.store.close()

    @pytest.fixture
    async def other_client(self, client: Client, path: Path) -> AsyncIterator[Client]:
        async with opened(str(path), *SqliteTypes().names()) as other:
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
    def break_store(self, path: Path) -> Act:
        async def break_store() -> None:
            _lose(path)

        return break_store

    @pytest.fixture
    def fill_disk(self, client: Client, path: Path) -> Act:
        def size() -> int:
            return path.stat().st_size

        async def fill_disk() -> None:
            assert isinstance(client.store, SqliteStore)
            client.store.max_bytes = size()  # SQLite has one error for this and for the disk

        return fill_disk

    @pytest.fixture
    def crash(self, client: Client, path: Path) -> Crash:
        return partial(killed, name_of(opened), [str(path), *self.types.names()])

    @pytest.fixture(params=["DELETE FROM blocks", "UPDATE blocks SET data = substr(data, 1, 1000)"])
    def lose_bytes(self, request: pytest.FixtureRequest, path: Path) -> Callable[[StoredMp3], Awaitable[None]]:
        async def lose_bytes(mp3: StoredMp3) -> None:
            _change(path, f"{request.param} WHERE number = 5")

        return lose_bytes

    @pytest.fixture
    def delete_user(self, path: Path) -> Callable[[int], Awaitable[None]]:
        async def delete_user(user_id: int) -> None:
            _change(path, "DELETE FROM users WHERE user_id = ?", user_id)

        return delete_user

    @pytest.fixture
    def delete_track(self, path: Path) -> Callable[[Track], Awaitable[None]]:
        async def delete_track(track: Track) -> None:
            _change(path, "DELETE FROM tracks WHERE track_uuid = ?", track.track_uuid.bytes)

        return delete_track


def _lose(path: Path) -> None:
    """Put something else in the place of the file."""
    path.rename(path.with_suffix(".lost"))
    path.mkdir()


def _change(path: Path, statement: str, *values: object) -> None:
    """What an operator does, or a broken disk."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute(statement, values)

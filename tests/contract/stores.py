"""What every store as a whole owes, and those of which there can be a backup.

Subclass, and supply the fixture `make_client`: it makes a client of a place in which there is nothing yet. For a backup
also `make_client_elsewhere`, for another such place.
"""

import asyncio
import io
import os
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from adapters.memory.mp3 import InMemoryMp3
from domain.errors import BackupRefused, StoreAway, WrongSetting
from domain.store import StoreBackup
from domain.tracks import Track
from domain.users import User, token_digest
from tests.contract.calls import Act, errors, listed
from tests.contract.clients import Client, MakeClient
from tests.contract.leftovers import open_descriptors
from tests.contract.memory import LARGE_BYTES, MOST_HELD, held_at_most
from tests.contract.mp3s import LargeMp3
from tests.contract.offers import needs
from tests.contract.tracks import MIB, NOW, a_track

THREADS_OF_ASYNCIO = "asyncio_"
MP3 = InMemoryMp3(os.urandom(2 * MIB + 1))
SMALL = InMemoryMp3(b"sound")


@asynccontextmanager
async def opened(client: Client) -> AsyncIterator[Client]:
    await client.store.open()
    try:
        yield client
    finally:
        await client.store.close()


def tasks_and_threads() -> set[object]:
    """But for those that asyncio keeps for whoever comes next."""
    threads = {thread for thread in threading.enumerate() if not thread.name.startswith(THREADS_OF_ASYNCIO)}
    return threads | asyncio.all_tasks()


class StoreContract:
    durable = True

    async def test_what_is_kept_is_there_when_it_is_opened_again(self, make_client: MakeClient) -> None:
        with make_client().store.running():
            make_client().store.migrate()
            async with opened(make_client()) as client:
                await client.store.check()
                added = await client.users.add("Ada", token_digest("secret"), NOW)

            async with opened(make_client()) as client:
                await client.store.check()
                assert await client.users.find(added.user_id) == added

    async def test_what_is_up_to_date_needs_nothing(self, make_client: MakeClient) -> None:
        store = make_client().store
        with store.running():
            first = store.migrate()

            assert len(first) == len(set(first))
            assert store.migrate() == []
            assert make_client().store.migrate() == []

    async def test_migrating_again_leaves_what_is_kept(self, make_client: MakeClient) -> None:
        make_client().store.migrate()
        async with opened(make_client()) as client:
            added = await client.users.add("Ada", token_digest("secret"), NOW)

            assert await asyncio.to_thread(make_client().store.migrate) == []

            assert await client.users.find(added.user_id) == added

    async def test_of_several_that_migrate_at_once_one_does_each_step(self, make_client: MakeClient) -> None:
        stores = [make_client().store for _ in range(4)]

        done = await asyncio.gather(*(asyncio.to_thread(store.migrate) for store in stores))

        steps = [step for names in done for step in names]
        assert len(steps) == len(set(steps))
        async with opened(make_client()) as client:
            await client.store.check()

    @needs("durable")
    async def test_what_was_never_migrated_is_not_opened(self, make_client: MakeClient) -> None:
        client = make_client()
        before = open_descriptors()

        with client.store.running():
            with pytest.raises(WrongSetting):
                await client.store.open()

            assert open_descriptors() <= before
            assert make_client().store.migrate() != []

    @needs("durable")
    async def test_what_is_not_there_is_not_made_unasked(self, make_client: MakeClient) -> None:
        store = make_client().store

        with pytest.raises(WrongSetting):
            with store.running(make=False):
                await store.open()

        assert make_client().store.migrate() != []

    async def test_a_store_that_is_not_open_does_not_answer(self, make_client: MakeClient) -> None:
        client = make_client()
        client.store.migrate()
        assert await errors(client.store.check()) == [StoreAway]
        await client.store.close()

        async with opened(client):
            await client.store.check()
            await client.store.check()

        assert await errors(client.store.check()) == [StoreAway]

    @needs("durable")
    async def test_a_closed_store_does_nothing_for_its_repositories(self, make_client: MakeClient) -> None:
        make_client().store.migrate()
        async with opened(make_client()) as client:
            user = await client.users.add("Ada", token_digest("secret"), NOW)
            track = a_track(user.user_id, MP3)
            await client.keeper.keep(track, MP3)
            mp3 = await client.tracks.find(track.track_uuid, user.user_id)
            assert mp3

        raised = await errors(
            client.users.add("Grace", token_digest("other"), NOW),
            client.users.find(user.user_id),
            client.tracks.find(track.track_uuid, user.user_id),
            client.tracks.audio_keys_in_use(["key"]),
            client.keeper.keep(a_track(user.user_id, MP3), MP3),
            listed(client.keeper.read(mp3, 0, mp3.size)),
            listed(client.catalogue.all()),
        )

        assert raised == [StoreAway] * 7

    async def test_closing_leaves_nothing_and_may_be_repeated(self, make_client: MakeClient) -> None:
        make_client().store.migrate()
        await asyncio.to_thread(int)  # so that asyncio has what it needs
        files, running = open_descriptors(), tasks_and_threads()
        client = make_client()
        async with opened(client):
            user = await client.users.add("Ada", token_digest("secret"), NOW)
            await asyncio.gather(*(client.users.find(user.user_id) for _ in range(5)))

        await client.store.close()

        assert open_descriptors() <= files
        assert tasks_and_threads() <= running

    @needs("break_store")
    async def test_a_store_that_is_broken_does_not_answer(self, client: Client, break_store: Act) -> None:
        await client.store.check()
        await break_store()

        assert await errors(client.store.check()) == [StoreAway]
        await client.store.close()


@dataclass(frozen=True)
class Filled:
    """A client whose store is open and holds something."""

    client: Client
    users: list[User]
    tracks: list[Track]

    @property
    def backup(self) -> StoreBackup:
        return backup_of(self.client)

    async def add(self, name: str) -> None:
        """One more user with a track."""
        user = await self.client.users.add(name, token_digest(name), NOW)
        track = a_track(user.user_id, MP3)
        await self.client.keeper.keep(track, MP3)


def backup_of(client: Client) -> StoreBackup:
    assert isinstance(client.store, StoreBackup)
    return client.store


async def back_up(backup: StoreBackup) -> bytes:
    file = io.BytesIO()
    await asyncio.to_thread(backup.back_up, file)
    return file.getvalue()


async def restore(client: Client, archive: bytes, *, replace: bool = False) -> dict[str, int]:
    return await asyncio.to_thread(backup_of(client).restore, io.BytesIO(archive), replace=replace)


async def contents(client: Client) -> list[tuple[Track, bytes]]:
    """Every track with the bytes of its MP3."""
    found = [
        (track, b"".join(await listed(client.keeper.read(mp3, 0, mp3.size))))
        async for track, mp3 in client.catalogue.all()
    ]
    return sorted(found, key=lambda each: each[0].track_uuid)


class _Interrupted(io.BytesIO):
    """A file at whose first byte something happens."""

    def __init__(self, happens: Act, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__()
        self._happens: Act | None = happens
        self._loop = loop

    def write(self, data: object, /) -> int:
        if self._happens is not None:
            happens, self._happens = self._happens, None
            asyncio.run_coroutine_threadsafe(_awaited(happens), self._loop).result(20)
        return super().write(data)  # type: ignore[arg-type] # typeshed's Buffer is not in 3.11


class _Broken(io.BytesIO):
    """A file that is gone after so many bytes that were read or written."""

    def __init__(self, data: bytes, after: int) -> None:
        super().__init__(data)
        self._left = after

    def write(self, data: object, /) -> int:
        return self._counted(super().write(data))  # type: ignore[arg-type] # as above

    def read(self, size: int | None = -1, /) -> bytes:
        data = super().read(size)
        self._counted(len(data))
        return data

    def _counted(self, size: int) -> int:
        self._left -= size
        if self._left < 0:
            raise OSError("the disk was pulled out")
        return size


async def _awaited(act: Act) -> None:
    await act()


class StoreBackupContract:
    durable = True

    @pytest.fixture
    async def filled(self, make_client: MakeClient) -> AsyncIterator[Filled]:
        make_client().store.migrate()
        async with opened(make_client()) as client:
            users = [await client.users.add(name, token_digest(name), NOW) for name in ("Ada", "名前\\N\t")]
            tracks = [a_track(user.user_id, MP3) for user in users for _ in range(2)]
            for track in tracks:
                await client.keeper.keep(track, MP3)
            tracks.append(a_track(users[0].user_id, SMALL))  # the last one, so small that it may still be in a log
            await client.keeper.keep(tracks[-1], SMALL)
            yield Filled(client, users, tracks)

    async def test_what_is_restored_is_what_was_kept(self, filled: Filled, make_client_elsewhere: MakeClient) -> None:
        archive = await back_up(filled.backup)

        counts = await restore(make_client_elsewhere(), archive)

        assert (counts["users"], counts["tracks"]) == (2, 5)
        assert make_client_elsewhere().store.migrate() == []
        async with opened(make_client_elsewhere()) as other:
            assert [await other.users.find(user.user_id) for user in filled.users] == filled.users
            assert await other.users.find_by_token(token_digest("Ada")) == filled.users[0]
            assert await contents(other) == await contents(filled.client)

    async def test_the_operator_is_told_how_much_is_in_a_backup(self, filled: Filled) -> None:
        counts = filled.backup.back_up(io.BytesIO())

        assert (counts["users"], counts["tracks"]) == (2, 5)

    async def test_ids_go_on_after_those_of_the_backup(self, filled: Filled, make_client_elsewhere: MakeClient) -> None:
        await restore(make_client_elsewhere(), await back_up(filled.backup))

        async with opened(make_client_elsewhere()) as other:
            added = await other.users.add("Grace", token_digest("other"), NOW)
            await other.keeper.keep(a_track(added.user_id, MP3), MP3)

        assert added.user_id > max(user.user_id for user in filled.users)

    async def test_ids_go_on_after_those_that_were_given_since(self, filled: Filled) -> None:
        archive = await back_up(filled.backup)
        since = await filled.client.users.add("Grace", token_digest("since"), NOW)

        await restore(filled.client, archive, replace=True)

        assert await filled.client.users.find(since.user_id) is None
        added = await filled.client.users.add("Edsger", token_digest("after"), NOW)
        assert added.user_id > since.user_id

    async def test_nothing_that_came_after_the_backup_is_left(self, filled: Filled) -> None:
        archive, before = await back_up(filled.backup), await contents(filled.client)
        await filled.add("Grace")

        await restore(filled.client, archive, replace=True)

        assert await contents(filled.client) == before
        assert await filled.client.users.find_by_token(token_digest("Grace")) is None

    async def test_what_is_kept_is_replaced_only_on_demand(
        self, filled: Filled, make_client_elsewhere: MakeClient
    ) -> None:
        archive, before = await back_up(filled.backup), await contents(filled.client)
        with pytest.raises(BackupRefused):
            await restore(filled.client, archive)

        make_client_elsewhere().store.migrate()
        async with opened(make_client_elsewhere()) as other:
            only = await other.users.add("Grace", token_digest("other"), NOW)
            with pytest.raises(BackupRefused):
                await restore(other, archive)

            assert await other.users.find(only.user_id) == only
            assert await contents(other) == []
        assert await contents(filled.client) == before

    async def test_a_migrated_store_without_rows_is_restored_to(
        self, filled: Filled, make_client_elsewhere: MakeClient
    ) -> None:
        archive = await back_up(filled.backup)
        make_client_elsewhere().store.migrate()

        await restore(make_client_elsewhere(), archive)

        async with opened(make_client_elsewhere()) as other:
            assert await contents(other) == await contents(filled.client)

    async def test_an_empty_store_comes_back_empty(
        self, make_client: MakeClient, make_client_elsewhere: MakeClient
    ) -> None:
        make_client().store.migrate()

        counts = await restore(make_client_elsewhere(), await back_up(backup_of(make_client())))

        assert (counts["users"], counts["tracks"]) == (0, 0)

    async def test_a_store_in_which_there_is_nothing_gives_no_backup(self, make_client: MakeClient) -> None:
        with pytest.raises((BackupRefused, WrongSetting)):
            await back_up(backup_of(make_client()))

    @pytest.mark.parametrize("damage", ["a bit in the middle", "cut in half", "one byte less", "empty", "no backup"])
    async def test_a_damaged_backup_is_refused_and_changes_nothing(self, filled: Filled, damage: str) -> None:
        archive, before = await back_up(filled.backup), await contents(filled.client)
        half = len(archive) // 2
        damaged = {
            "a bit in the middle": archive[:half] + bytes([archive[half] ^ 1]) + archive[half + 1 :],
            "cut in half": archive[:half],
            "one byte less": archive[:-1],
            "empty": b"",
            "no backup": MP3.data,
        }

        with pytest.raises(BackupRefused):
            await restore(filled.client, damaged[damage], replace=True)

        assert await contents(filled.client) == before

    async def test_a_file_that_breaks_off_while_it_is_read_changes_nothing(self, filled: Filled) -> None:
        archive, before = await back_up(filled.backup), await contents(filled.client)
        file = _Broken(archive, len(archive) // 2)

        with pytest.raises((OSError, BackupRefused)):
            await asyncio.to_thread(filled.backup.restore, file, replace=True)

        assert await contents(filled.client) == before

    async def test_a_file_that_breaks_off_while_it_is_written_is_told(self, filled: Filled) -> None:
        before = await contents(filled.client)

        with pytest.raises(OSError, match="pulled out"):
            await asyncio.to_thread(filled.backup.back_up, _Broken(b"", 2 * MIB))

        assert await contents(filled.client) == before

    async def test_a_backup_is_of_one_moment_while_others_write(
        self, filled: Filled, make_client_elsewhere: MakeClient
    ) -> None:
        async def happens() -> None:
            await filled.add("Grace")

        file = _Interrupted(happens, asyncio.get_running_loop())

        counts = await asyncio.to_thread(filled.backup.back_up, file)

        assert await filled.client.users.find_by_token(token_digest("Grace"))
        assert (counts["users"], counts["tracks"]) in {(2, 5), (3, 6)}
        restored = await restore(make_client_elsewhere(), file.getvalue())
        assert restored == counts

    async def test_it_covers_its_own_adapters_alone(
        self, make_client: MakeClient, make_client_elsewhere: MakeClient
    ) -> None:
        client, other = make_client(), make_client_elsewhere()

        for part in (client.users, client.tracks, client.keeper):
            assert backup_of(client).covers(part)
        strangers: list[object] = [other.users, other.tracks, other.keeper, object()]
        assert not any(backup_of(client).covers(part) for part in strangers)

    @needs("durable")
    async def test_no_mp3_is_held_whole(
        self, filled: Filled, make_client_elsewhere: MakeClient, tmp_path: Path
    ) -> None:
        mp3 = LargeMp3(LARGE_BYTES)
        await filled.client.keeper.keep(a_track(filled.users[0].user_id, mp3), mp3)
        file = await asyncio.to_thread((tmp_path / "backup").open, "w+b")

        with file:
            with held_at_most(MOST_HELD):
                await asyncio.to_thread(filled.backup.back_up, file)
            file.seek(0)
            with held_at_most(MOST_HELD):
                await asyncio.to_thread(backup_of(make_client_elsewhere()).restore, file, replace=False)

        async with opened(make_client_elsewhere()) as other:
            assert sorted(track.conversion.mp3_size for track, _ in await listed(other.catalogue.all()))[-1] == mp3.size

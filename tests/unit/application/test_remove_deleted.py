"""What deleted users have left is removed, whatever goes wrong on the way."""

import asyncio
from collections.abc import Sequence

import pytest

from adapters.memory.accounts import InMemoryAccountRepository, InMemoryDeletedUsers
from adapters.memory.audio_store import InMemoryAudioStore
from adapters.memory.clock import FixedClock
from adapters.memory.identifiers import SeededIdentifiers
from adapters.memory.mp3 import InMemoryMp3
from adapters.memory.tracks import InMemoryTrackKeeper, InMemoryTrackRepository
from adapters.memory.users import InMemoryUserRepository
from application import remove_deleted
from application.audio_first import AudioFirst
from application.remove_deleted import RemoveDeleted
from domain.accounts import DeletedUsers, Removed
from domain.errors import StoreAway, UploadLocked
from domain.users import token_digest
from tests.contract.tracks import NOW, a_track

MP3 = InMemoryMp3(b"sound")
MANY = 60
"""More than are removed in one step."""


class Twins:
    """Users whose MP3s are in an audio store."""

    def __init__(self) -> None:
        self.users = InMemoryUserRepository()
        self.tracks = InMemoryTrackRepository(self.users)
        self.audio = InMemoryAudioStore(FixedClock())
        self.keeper = AudioFirst(self.tracks, self.audio, SeededIdentifiers())
        self.accounts = InMemoryAccountRepository(self.users, self.tracks)
        self.deleted = InMemoryDeletedUsers(self.users, self.tracks, InMemoryTrackKeeper(self.tracks))

    async def user(self, count: int) -> int:
        """A new user with so many tracks."""
        user = await self.users.add("Ann", token_digest(f"{len(self.users.kept)}"), NOW)
        for _ in range(count):
            await self.keeper.keep(a_track(user.user_id, MP3), MP3)
        return user.user_id

    async def gone(self, count: int) -> int:
        """The same, deleted."""
        user_id = await self.user(count)
        digest = self.users.kept[user_id].token_sha256
        assert await self.accounts.delete(user_id, digest, token_digest(f"nobody {user_id}"), NOW)
        return user_id


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remove_deleted, "LEAST_PAUSE_SECONDS", 0.0)


@pytest.fixture
def twins() -> Twins:
    return Twins()


async def test_rows_and_bytes_of_all_who_are_deleted_are_removed(twins: Twins) -> None:
    await twins.gone(MANY)
    stays = await twins.user(3)
    await twins.gone(0)

    assert await RemoveDeleted(twins.deleted, twins.audio)() == 2

    assert [*twins.users.kept] == [stays]
    assert twins.users.deleted == {}
    assert set(twins.audio.kept) == set(twins.tracks.audio_keys.values())
    assert len(twins.tracks.kept) == 3
    assert await RemoveDeleted(twins.deleted, twins.audio)() == 0


async def test_bytes_that_cannot_be_deleted_now_are_deleted_later(twins: Twins) -> None:
    await twins.gone(MANY)
    removing = RemoveDeleted(twins.deleted, twins.audio)
    twins.audio.is_away = True
    for _ in range(3):
        with pytest.raises(StoreAway):
            await removing()
    left = len(twins.tracks.kept)
    assert 0 < left < MANY, "no further rows go while bytes of the first ones are there"

    twins.audio.is_away = False
    assert await removing() == 1

    assert twins.audio.kept == {}


async def test_what_they_have_begun_to_send_goes_first(twins: Twins) -> None:
    user_id = await twins.gone(1)
    seen: list[tuple[int, int]] = []

    async def remove_uploads(whose: int) -> int:
        seen.append((whose, len(twins.tracks.kept)))
        return 1

    assert await RemoveDeleted(twins.deleted, twins.audio, remove_uploads)() == 1

    assert seen == [(user_id, 1)]


async def test_whose_uploads_cannot_be_removed_now_stays_until_they_are(twins: Twins) -> None:
    user_id = await twins.gone(1)
    errors: list[Exception] = [UploadLocked()]

    async def remove_uploads(_: int) -> int:
        if errors:
            raise errors.pop()
        return 1

    removing = RemoveDeleted(twins.deleted, twins.audio, remove_uploads)
    with pytest.raises(UploadLocked):
        await removing()
    assert [*twins.users.deleted] == [user_id]

    assert await removing() == 1


class Stubborn(InMemoryDeletedUsers):
    """Cannot remove one of them."""

    stuck = 0

    async def remove_some(self, user_id: int) -> Removed:
        if user_id == self.stuck:
            raise StoreAway
        return await super().remove_some(user_id)


async def test_one_who_cannot_be_removed_keeps_nobody_else(twins: Twins) -> None:
    stubborn = Stubborn(twins.users, twins.tracks, InMemoryTrackKeeper(twins.tracks))
    stubborn.stuck = await twins.gone(1)
    await twins.gone(1)

    with pytest.raises(StoreAway):
        await RemoveDeleted(stubborn, twins.audio)()

    assert [*twins.users.deleted] == [stubborn.stuck]


async def test_those_whom_others_are_removing_are_left_to_them(twins: Twins) -> None:
    class Busy(InMemoryDeletedUsers):
        async def remove_some(self, user_id: int) -> Removed:
            return Removed(0)

    await twins.gone(1)

    assert await RemoveDeleted(Busy(twins.users, twins.tracks, InMemoryTrackKeeper(twins.tracks)), None)() == 0


class Failing(DeletedUsers):
    """Breaks the first times it is asked, and says when it was."""

    def __init__(self, *errors: Exception) -> None:
        self.errors = [*errors]
        self.asked: asyncio.Queue[None] = asyncio.Queue()

    async def some(self, after: int) -> Sequence[int]:
        self.asked.put_nowait(None)
        if self.errors:
            raise self.errors.pop(0)
        return []

    async def remove_some(self, user_id: int) -> Removed:
        raise AssertionError


async def test_it_goes_on_whatever_goes_wrong(caplog: pytest.LogCaptureFixture) -> None:
    failing = Failing(StoreAway(), RuntimeError("a mistake"))
    removing = RemoveDeleted(failing, None)
    task = asyncio.create_task(removing.forever())
    async with asyncio.timeout(10):
        for _ in range(3):
            await failing.asked.get()
            await asyncio.sleep(0)  # it waits to be told
            removing.wake()
    task.cancel()
    await asyncio.wait([task])

    assert [record.levelname for record in caplog.records] == ["WARNING", "ERROR"]


async def test_it_looks_by_itself_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """For those who were deleted by another node, or before a crash."""
    monkeypatch.setattr(remove_deleted, "EVERY_SECONDS", 0.01)
    failing = Failing()
    task = asyncio.create_task(RemoveDeleted(failing, None).forever())
    async with asyncio.timeout(10):
        for _ in range(3):
            await failing.asked.get()
    task.cancel()
    await asyncio.wait([task])

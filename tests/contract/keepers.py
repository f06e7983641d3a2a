"""What every keeper of tracks with their MP3s owes.

Subclass, and supply the fixtures `users`, `tracks` (a repository that is its own catalogue) and `keeper`; and of the
optional ones `other_client`, `break_store`, `lose_bytes`, `crash`, `fill_disk` and `delete_track` those that the store
can offer. `durable = False` is for what keeps all in memory on purpose.
"""

import asyncio
import random
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import AsyncExitStack, aclosing
from uuid import uuid4

import pytest

from adapters.memory.mp3 import InMemoryMp3
from domain.errors import DiskFull, DuplicateTrack, StoreAway, TrackDamaged, TrackNotFound, UnknownUser
from domain.tracks import StoredMp3, Track, TrackKeeper, TrackRepository
from domain.users import UserRepository, token_digest
from tests.contract.calls import PATIENCE_SECONDS, Act, collect, errors, listed
from tests.contract.clients import Client
from tests.contract.crashes import Crash, Moment
from tests.contract.leftovers import open_descriptors
from tests.contract.memory import LARGE_BYTES, MOST_HELD, held_at_most
from tests.contract.mp3s import BrokenMp3, LargeMp3, StalledMp3
from tests.contract.offers import needs
from tests.contract.tracks import ANY_INTEGER, MIB, NOW, READERS, a_track, kept


async def found(tracks: TrackRepository, track: Track) -> StoredMp3:
    """What a download gets to know of a track that is there."""
    mp3 = await tracks.find(track.track_uuid, track.user_id)
    assert mp3 is not None
    return mp3


async def whole(keeper: TrackKeeper, mp3: StoredMp3) -> bytes:
    return b"".join(await listed(keeper.read(mp3, 0, mp3.size)))


async def assert_not_kept(tracks: TrackRepository, track: Track) -> None:
    assert await tracks.find(track.track_uuid, track.user_id) is None
    assert track.track_uuid not in {other.track_uuid for other in await kept(tracks)}


class TrackKeeperContract:
    durable = True
    patience = PATIENCE_SECONDS
    key_of_missing: str | None = None
    """Under which audio key to read a track that is gone; of what keeps the MP3 with the track None."""

    @pytest.fixture
    async def user_id(self, users: UserRepository) -> int:
        return (await users.add("Ada", token_digest("secret"), NOW)).user_id

    async def test_a_track_is_found_as_it_was_kept(
        self, tracks: TrackRepository, keeper: TrackKeeper, user_id: int
    ) -> None:
        mp3 = InMemoryMp3(b"sound")
        track = a_track(user_id, mp3)

        await keeper.keep(track, mp3)

        assert await kept(tracks) == [track]
        stored = await found(tracks, track)
        assert (stored.track_uuid, stored.file_name) == (track.track_uuid, track.file_name)
        assert (stored.size, stored.sha256) == (5, track.conversion.mp3_sha256)

    @pytest.mark.parametrize(
        "data",
        [
            b"\0",
            bytes(70000),
            b"\xff\xff" * 5,
            b"\\x00'",
            pytest.param(random.Random(1).randbytes(5 * MIB), id="5 MiB"),
        ],
    )
    async def test_an_mp3_comes_back_byte_for_byte(
        self, tracks: TrackRepository, keeper: TrackKeeper, user_id: int, data: bytes
    ) -> None:
        mp3 = InMemoryMp3(data)
        track = a_track(user_id, mp3)

        await keeper.keep(track, mp3)

        assert await whole(keeper, await found(tracks, track)) == data

    async def test_any_slice_can_be_read_in_small_blocks(
        self, tracks: TrackRepository, keeper: TrackKeeper, user_id: int
    ) -> None:
        data = random.Random(2).randbytes(2 * MIB + 3)
        mp3 = InMemoryMp3(data)
        track = a_track(user_id, mp3)
        await keeper.keep(track, mp3)
        stored = await found(tracks, track)
        borders = [0, 1, 1995, 1996, 1997, MIB // 2 - 1, MIB // 2, MIB // 2 + 1, MIB, len(data) - 1, len(data)]

        for start, end in [(start, end) for start in borders for end in borders if start <= end]:
            blocks = await listed(keeper.read(stored, start, end - start))

            assert b"".join(blocks) == data[start:end]
            assert all(0 < len(block) <= MIB for block in blocks)

    async def test_reading_a_track_that_was_never_there_says_so(self, keeper: TrackKeeper) -> None:
        with pytest.raises(TrackNotFound):
            await anext(aiter(keeper.read(StoredMp3(uuid4(), "talk.mp3", 1, bytes(32), self.key_of_missing), 0, 1)))

    @needs("delete_track")
    async def test_reading_a_track_that_is_gone_says_so(
        self,
        tracks: TrackRepository,
        keeper: TrackKeeper,
        user_id: int,
        delete_track: Callable[[Track], Awaitable[None]],
    ) -> None:
        mp3 = InMemoryMp3(bytes(3 * MIB))
        track = a_track(user_id, mp3)
        await keeper.keep(track, mp3)
        stored = await found(tracks, track)

        begun = aiter(keeper.read(stored, 0, stored.size))
        assert await anext(begun)
        await delete_track(track)

        for reading in (begun, keeper.read(stored, 0, stored.size)):
            with pytest.raises(TrackNotFound):
                await listed(reading)

    @pytest.mark.parametrize("nobody", ANY_INTEGER)
    async def test_a_track_of_an_unknown_user_is_refused(
        self, tracks: TrackRepository, keeper: TrackKeeper, nobody: int
    ) -> None:
        mp3 = InMemoryMp3(b"sound")
        track = a_track(nobody, mp3)

        with pytest.raises(UnknownUser):
            await keeper.keep(track, mp3)

        await assert_not_kept(tracks, track)

    async def test_a_duplicate_is_refused_and_changes_nothing(
        self, tracks: TrackRepository, keeper: TrackKeeper, users: UserRepository, user_id: int
    ) -> None:
        mp3, other = InMemoryMp3(b"sound"), InMemoryMp3(b"other")
        track = a_track(user_id, mp3)
        await keeper.keep(track, mp3)
        thief = await users.add("Grace", token_digest("other"), NOW)

        for owner in (user_id, thief.user_id):
            with pytest.raises(DuplicateTrack):
                await keeper.keep(a_track(owner, other, track_uuid=track.track_uuid), other)

        assert await kept(tracks) == [track]
        assert await whole(keeper, await found(tracks, track)) == b"sound"

    async def test_of_two_equal_tracks_at_once_one_is_kept(
        self, tracks: TrackRepository, keeper: TrackKeeper, user_id: int
    ) -> None:
        mp3 = InMemoryMp3(bytes(200_000))
        track = a_track(user_id, mp3)

        raised = await errors(*(keeper.keep(track, mp3) for _ in range(5)))

        assert sorted(error.__name__ for error in raised) == ["DuplicateTrack"] * 4 + ["NoneType"]
        assert await whole(keeper, await found(tracks, track)) == mp3.data

    async def test_tracks_kept_at_once_are_all_kept(
        self, tracks: TrackRepository, keeper: TrackKeeper, user_id: int
    ) -> None:
        mp3s = [InMemoryMp3(bytes([n]) * 100_000) for n in range(10)]
        added = [a_track(user_id, mp3) for mp3 in mp3s]

        await asyncio.gather(*map(keeper.keep, added, mp3s))

        assert [await whole(keeper, await found(tracks, track)) for track in added] == [mp3.data for mp3 in mp3s]

    @pytest.mark.parametrize("given", [0, 1, 199_999, 200_001, 300_000])
    async def test_an_mp3_of_another_size_leaves_nothing(
        self, tracks: TrackRepository, keeper: TrackKeeper, user_id: int, given: int
    ) -> None:
        mp3 = BrokenMp3(bytes(300_000), given, size=200_000)
        track = a_track(user_id, mp3)

        with pytest.raises(ValueError, match="not 200000"):
            await keeper.keep(track, mp3)

        await assert_not_kept(tracks, track)

    @pytest.mark.parametrize("size", [199_999, 200_001])
    async def test_an_mp3_that_is_not_the_tracks_leaves_nothing(
        self, tracks: TrackRepository, keeper: TrackKeeper, user_id: int, size: int
    ) -> None:
        track = a_track(user_id, InMemoryMp3(bytes(200_000)))

        with pytest.raises(ValueError, match="not 200000"):
            await keeper.keep(track, InMemoryMp3(bytes(size)))

        await assert_not_kept(tracks, track)

    @pytest.mark.parametrize(
        "error", [OSError("the disk is gone"), ValueError("odd"), DiskFull(), RuntimeError("no"), TimeoutError()]
    )
    @pytest.mark.parametrize("given", [0, MIB, 3 * MIB])
    async def test_an_error_of_the_mp3_comes_out_and_leaves_nothing(
        self, tracks: TrackRepository, keeper: TrackKeeper, user_id: int, given: int, error: Exception
    ) -> None:
        mp3 = BrokenMp3(bytes(3 * MIB), given, error)
        track = a_track(user_id, mp3)

        with pytest.raises(type(error)) as raised:
            await keeper.keep(track, mp3)

        assert raised.value is error
        await assert_not_kept(tracks, track)

    async def test_a_cancelled_keep_leaves_nothing(
        self, tracks: TrackRepository, keeper: TrackKeeper, user_id: int
    ) -> None:
        mp3 = StalledMp3(bytes(3 * MIB))
        track = a_track(user_id, mp3)
        keeping = asyncio.create_task(keeper.keep(track, mp3))
        await mp3.half_given.wait()

        keeping.cancel()
        with pytest.raises(asyncio.CancelledError):
            await keeping

        await assert_not_kept(tracks, track)

    async def test_what_failed_is_not_kept_by_what_succeeds_next(
        self, tracks: TrackRepository, keeper: TrackKeeper, user_id: int
    ) -> None:
        broken, mp3 = BrokenMp3(bytes(3 * MIB), MIB, OSError("the disk is gone")), InMemoryMp3(b"sound")
        failed, track = a_track(user_id, broken), a_track(user_id, mp3)
        with pytest.raises(OSError, match="the disk is gone"):
            await keeper.keep(failed, broken)

        await keeper.keep(track, mp3)

        assert await kept(tracks) == [track]
        assert await whole(keeper, await found(tracks, track)) == b"sound"
        await keeper.keep(failed, InMemoryMp3(broken.data))  # and nothing is in the way of trying again
        assert await whole(keeper, await found(tracks, failed)) == broken.data

    async def test_a_track_is_not_seen_before_its_mp3_is_whole(
        self, tracks: TrackRepository, keeper: TrackKeeper, user_id: int
    ) -> None:
        mp3 = StalledMp3(random.Random(3).randbytes(3 * MIB))
        track = a_track(user_id, mp3)
        keeping = asyncio.create_task(keeper.keep(track, mp3))
        await mp3.half_given.wait()

        await assert_not_kept(tracks, track)

        mp3.go_on.set()
        await keeping
        assert await whole(keeper, await found(tracks, track)) == mp3.data

    @needs("other_client")
    async def test_no_other_client_sees_a_track_before_its_mp3_is_whole(
        self, keeper: TrackKeeper, user_id: int, other_client: Client
    ) -> None:
        mp3 = StalledMp3(random.Random(3).randbytes(3 * MIB))
        track = a_track(user_id, mp3)
        keeping = asyncio.create_task(keeper.keep(track, mp3))
        await mp3.half_given.wait()

        await assert_not_kept(other_client.tracks, track)

        mp3.go_on.set()
        await keeping

    @needs("other_client")
    async def test_a_track_is_kept_when_it_is_said_so(
        self, keeper: TrackKeeper, user_id: int, other_client: Client
    ) -> None:
        mp3 = InMemoryMp3(random.Random(4).randbytes(3 * MIB))
        track = a_track(user_id, mp3)

        await keeper.keep(track, mp3)

        assert await whole(other_client.keeper, await found(other_client.tracks, track)) == mp3.data

    @needs("crash")
    async def test_what_was_kept_outlives_a_crash(
        self, tracks: TrackRepository, keeper: TrackKeeper, user_id: int, crash: Crash
    ) -> None:
        mp3 = InMemoryMp3(random.Random(5).randbytes(3 * MIB))
        track = a_track(user_id, mp3)

        await crash(Moment.TOLD, track, mp3.data)

        assert await kept(tracks) == [track]
        assert await whole(keeper, await found(tracks, track)) == mp3.data

    @needs("crash")
    async def test_a_crash_in_the_middle_leaves_nothing(
        self, tracks: TrackRepository, keeper: TrackKeeper, user_id: int, crash: Crash
    ) -> None:
        mp3 = InMemoryMp3(random.Random(6).randbytes(3 * MIB))
        track = a_track(user_id, mp3)

        await crash(Moment.HALFWAY, track, mp3.data)

        await assert_not_kept(tracks, track)
        await keeper.keep(track, mp3)
        assert await whole(keeper, await found(tracks, track)) == mp3.data

    async def test_slow_readers_hold_nothing_of_the_store(
        self, tracks: TrackRepository, keeper: TrackKeeper, user_id: int
    ) -> None:
        mp3 = InMemoryMp3(random.Random(7).randbytes(3 * MIB))
        track = a_track(user_id, mp3)
        await keeper.keep(track, mp3)
        stored = await found(tracks, track)
        before = open_descriptors()

        async with asyncio.timeout(self.patience), AsyncExitStack() as readers:
            for _ in range(READERS):
                reader = await readers.enter_async_context(aclosing(_reading(keeper, stored)))
                assert await anext(reader)
            await keeper.keep(a_track(user_id, mp3), mp3)
            assert await tracks.find(track.track_uuid, user_id) == stored

            assert open_descriptors() - before < READERS // 2

    @needs("durable")
    async def test_a_large_mp3_is_never_held_whole(
        self, tracks: TrackRepository, keeper: TrackKeeper, user_id: int
    ) -> None:
        mp3 = LargeMp3(LARGE_BYTES)
        track = a_track(user_id, mp3)
        with held_at_most(MOST_HELD):
            await keeper.keep(track, mp3)
        stored, position = await found(tracks, track), 0

        with held_at_most(MOST_HELD):
            async for block in keeper.read(stored, 0, stored.size):
                assert mp3.data(position, len(block)) == block
                position += len(block)

        assert position == LARGE_BYTES
        assert mp3.was_read_once

    @needs("lose_bytes")
    async def test_lost_bytes_are_told_and_nothing_comes_in_their_place(
        self,
        tracks: TrackRepository,
        keeper: TrackKeeper,
        user_id: int,
        lose_bytes: Callable[[StoredMp3], Awaitable[None]],
    ) -> None:
        mp3 = InMemoryMp3(random.Random(8).randbytes(3 * MIB))
        track = a_track(user_id, mp3)
        await keeper.keep(track, mp3)
        stored, read = await found(tracks, track), bytearray()
        await lose_bytes(stored)

        with pytest.raises(TrackDamaged):
            await collect(keeper.read(stored, 0, stored.size), read)

        assert mp3.data.startswith(read)

    @needs("break_store")
    async def test_every_method_says_that_the_store_is_away(
        self, tracks: TrackRepository, keeper: TrackKeeper, user_id: int, break_store: Act
    ) -> None:
        mp3 = InMemoryMp3(bytes(3 * MIB))
        track = a_track(user_id, mp3)
        await keeper.keep(track, mp3)
        stored = await found(tracks, track)
        begun = aiter(keeper.read(stored, 0, stored.size))
        assert await anext(begun)
        await break_store()

        raised = await errors(keeper.keep(a_track(user_id, mp3), mp3), whole(keeper, stored), listed(begun))

        assert raised == [StoreAway] * 3

    @needs("fill_disk")
    async def test_a_full_disk_is_told_and_leaves_nothing(
        self, tracks: TrackRepository, keeper: TrackKeeper, user_id: int, fill_disk: Act
    ) -> None:
        small, large = InMemoryMp3(b"sound"), InMemoryMp3(bytes(5 * MIB))
        track, refused = a_track(user_id, small), a_track(user_id, large)
        await keeper.keep(track, small)
        await fill_disk()

        with pytest.raises(DiskFull):
            await keeper.keep(refused, large)

        await assert_not_kept(tracks, refused)
        assert await whole(keeper, await found(tracks, track)) == b"sound"


async def _reading(keeper: TrackKeeper, mp3: StoredMp3) -> AsyncGenerator[bytes, None]:
    async for block in keeper.read(mp3, 0, mp3.size):
        yield block

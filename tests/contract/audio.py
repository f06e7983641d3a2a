"""What every store of bytes owes, and those that can list their keys.

Subclass, and supply the fixture `audio`; and of the optional ones `other_audio`, `break_store`, `lose_bytes`,
`crash_putting` and `fill_disk` those that the store can offer. `durable = False` is for what keeps all in memory.
"""

import asyncio
import random
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import AsyncExitStack, aclosing
from datetime import UTC, datetime, timedelta

import pytest

from adapters.memory.mp3 import InMemoryMp3
from domain.audio_store import AudioCatalogue, AudioStore
from domain.errors import DiskFull, StoreAway, TrackDamaged
from tests.contract.calls import PATIENCE_SECONDS, Act, collect, errors, listed
from tests.contract.crashes import CrashPutting, Moment
from tests.contract.leftovers import open_descriptors
from tests.contract.memory import LARGE_BYTES, MOST_HELD, held_at_most
from tests.contract.mp3s import BrokenMp3, LargeMp3, StalledMp3
from tests.contract.offers import needs
from tests.contract.tracks import LONGEST_KEY, MIB, READERS


async def whole(audio: AudioStore, key: str, size: int) -> bytes:
    return b"".join(await listed(audio.read(key, 0, size)))


async def assert_not_kept(audio: AudioStore, key: str) -> None:
    """Nothing can be read under the key, nor is it listed."""
    with pytest.raises(TrackDamaged):
        await whole(audio, key, 1)
    if isinstance(audio, AudioCatalogue):
        assert key not in await listed(audio.keys(datetime.now(UTC) + timedelta(days=36500)))


class AudioStoreContract:
    durable = True
    patience = PATIENCE_SECONDS

    @pytest.mark.parametrize(
        "data",
        [b"\0", bytes(70000), b"\xff\r\n\x1a", pytest.param(random.Random(1).randbytes(5 * MIB), id="5 MiB")],
    )
    async def test_bytes_come_back_as_they_were_put(self, audio: AudioStore, data: bytes) -> None:
        await audio.put("key", InMemoryMp3(data))

        assert await whole(audio, "key", len(data)) == data

    async def test_any_slice_can_be_read_in_small_blocks(self, audio: AudioStore) -> None:
        data = random.Random(2).randbytes(2 * MIB + 3)
        await audio.put("key", InMemoryMp3(data))
        borders = [0, 1, 65535, 65536, MIB // 2, MIB - 1, MIB, MIB + 1, len(data) - 1, len(data)]

        for start, end in [(start, end) for start in borders for end in borders if start <= end]:
            blocks = await listed(audio.read("key", start, end - start))

            assert b"".join(blocks) == data[start:end]
            assert all(0 < len(block) <= MIB for block in blocks)

    async def test_keys_that_differ_in_any_way_name_different_bytes(self, audio: AudioStore) -> None:
        keys = [
            LONGEST_KEY,
            LONGEST_KEY[:-1] + "y",
            LONGEST_KEY[1:],
            "a",
            "A",
            "-",
            "_",
            "--",
            "0",
            "00",
            "a-b",
            "a_b",
            "ab",
        ]
        for key in keys:
            await audio.put(key, InMemoryMp3(f"sound of {key}".encode()))

        for key in keys:
            assert await whole(audio, key, len(key) + 9) == f"sound of {key}".encode()

    async def test_what_was_never_put_is_not_there(self, audio: AudioStore) -> None:
        await audio.put("key", InMemoryMp3(b"sound"))

        await assert_not_kept(audio, "other")
        await assert_not_kept(audio, "ke")

    async def test_more_bytes_than_were_put_are_not_there(self, audio: AudioStore) -> None:
        await audio.put("key", InMemoryMp3(b"sound"))

        with pytest.raises(TrackDamaged):
            await whole(audio, "key", 6)

    @pytest.mark.parametrize("given", [0, 1, 199_999, 200_001, 300_000])
    async def test_bytes_of_another_size_leave_nothing(self, audio: AudioStore, given: int) -> None:
        with pytest.raises(ValueError, match="not 200000"):
            await audio.put("key", BrokenMp3(bytes(300_000), given, size=200_000))

        await assert_not_kept(audio, "key")

    @pytest.mark.parametrize("error", [OSError("the disk is gone"), ValueError("odd"), DiskFull(), TimeoutError()])
    @pytest.mark.parametrize("given", [0, MIB, 3 * MIB])
    async def test_an_error_of_the_source_comes_out_and_leaves_nothing(
        self, audio: AudioStore, given: int, error: Exception
    ) -> None:
        with pytest.raises(type(error)) as raised:
            await audio.put("key", BrokenMp3(bytes(3 * MIB), given, error))

        assert raised.value is error
        await assert_not_kept(audio, "key")
        await audio.put("other", InMemoryMp3(b"sound"))
        await assert_not_kept(audio, "key")

    async def test_bytes_are_not_there_before_they_are_whole(self, audio: AudioStore) -> None:
        source = StalledMp3(random.Random(3).randbytes(3 * MIB))
        putting = asyncio.create_task(audio.put("key", source))
        await source.half_given.wait()

        await assert_not_kept(audio, "key")

        source.go_on.set()
        await putting
        assert await whole(audio, "key", source.size) == source.data

    async def test_a_cancelled_put_leaves_nothing(self, audio: AudioStore) -> None:
        source = StalledMp3(bytes(3 * MIB))
        putting = asyncio.create_task(audio.put("key", source))
        await source.half_given.wait()

        putting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await putting

        await assert_not_kept(audio, "key")

    async def test_what_is_put_at_once_does_not_mix(self, audio: AudioStore) -> None:
        sources = {f"key-{n}": InMemoryMp3(bytes([n]) * 300_000) for n in range(10)}

        await asyncio.gather(*(audio.put(key, source) for key, source in sources.items()))

        for key, source in sources.items():
            assert await whole(audio, key, source.size) == source.data

    async def test_what_is_deleted_is_gone_and_the_rest_is_not(self, audio: AudioStore) -> None:
        for key in ("gone", "kept", "gone-not"):
            await audio.put(key, InMemoryMp3(b"sound"))

        await audio.delete("gone")
        await audio.delete("gone")
        await audio.delete("never-there")

        await assert_not_kept(audio, "gone")
        assert await whole(audio, "kept", 5) == await whole(audio, "gone-not", 5) == b"sound"

    async def test_it_can_be_checked_again_and_again_and_keeps_nothing_of_it(self, audio: AudioStore) -> None:
        for _ in range(2):
            await audio.check()

        if isinstance(audio, AudioCatalogue):
            assert await listed(audio.keys(datetime.now(UTC) + timedelta(days=36500))) == []

    async def test_slow_readers_hold_nothing_of_the_store(self, audio: AudioStore) -> None:
        source = InMemoryMp3(random.Random(4).randbytes(3 * MIB))
        await audio.put("key", source)
        before = open_descriptors()

        async with asyncio.timeout(self.patience), AsyncExitStack() as readers:
            for _ in range(READERS):
                assert await anext(await readers.enter_async_context(aclosing(_reading(audio, "key", source.size))))
            await audio.put("other", source)
            await audio.delete("other")

            assert open_descriptors() - before < READERS // 2

    @needs("durable")
    async def test_many_bytes_are_never_held_whole(self, audio: AudioStore) -> None:
        source, position = LargeMp3(LARGE_BYTES), 0
        with held_at_most(MOST_HELD):
            await audio.put("key", source)

        with held_at_most(MOST_HELD):
            async for block in audio.read("key", 0, source.size):
                assert source.data(position, len(block)) == block
                position += len(block)

        assert position == LARGE_BYTES
        assert source.was_read_once

    @needs("other_audio")
    async def test_bytes_are_kept_and_deleted_when_it_is_said_so(
        self, audio: AudioStore, other_audio: AudioStore
    ) -> None:
        source = InMemoryMp3(random.Random(5).randbytes(3 * MIB))

        await audio.put("key", source)
        assert await whole(other_audio, "key", source.size) == source.data

        await audio.delete("key")
        await assert_not_kept(other_audio, "key")

    @needs("other_audio")
    async def test_no_other_client_sees_bytes_before_they_are_whole(
        self, audio: AudioStore, other_audio: AudioStore
    ) -> None:
        source = StalledMp3(random.Random(6).randbytes(3 * MIB))
        putting = asyncio.create_task(audio.put("key", source))
        await source.half_given.wait()

        await assert_not_kept(other_audio, "key")

        source.go_on.set()
        await putting

    @needs("crash_putting")
    async def test_what_was_put_outlives_a_crash(self, audio: AudioStore, crash_putting: CrashPutting) -> None:
        data = random.Random(7).randbytes(3 * MIB)

        await crash_putting(Moment.TOLD, "key", data)

        assert await whole(audio, "key", len(data)) == data

    @needs("crash_putting")
    async def test_a_crash_in_the_middle_leaves_nothing(self, audio: AudioStore, crash_putting: CrashPutting) -> None:
        data = random.Random(8).randbytes(3 * MIB)

        await crash_putting(Moment.HALFWAY, "key", data)

        await assert_not_kept(audio, "key")

    @needs("lose_bytes")
    async def test_lost_bytes_are_told_and_nothing_comes_in_their_place(
        self, audio: AudioStore, lose_bytes: Callable[[str], Awaitable[None]]
    ) -> None:
        source, read = InMemoryMp3(random.Random(9).randbytes(3 * MIB)), bytearray()
        await audio.put("key", source)
        await lose_bytes("key")

        with pytest.raises(TrackDamaged):
            await collect(audio.read("key", 0, source.size), read)

        assert source.data.startswith(read)

    @needs("break_store")
    async def test_every_method_says_that_the_store_is_away(self, audio: AudioStore, break_store: Act) -> None:
        source = InMemoryMp3(bytes(3 * MIB))
        await audio.put("key", source)
        begun = aiter(audio.read("key", 0, source.size))
        assert await anext(begun)
        await break_store()

        raised = await errors(
            audio.put("other", source),
            whole(audio, "key", source.size),
            listed(begun),
            audio.delete("key"),
            audio.check(),
        )

        assert raised == [StoreAway] * 5

    @needs("fill_disk")
    async def test_a_full_disk_is_told_and_leaves_nothing(self, audio: AudioStore, fill_disk: Act) -> None:
        await audio.put("key", InMemoryMp3(b"sound"))
        await fill_disk()

        with pytest.raises(DiskFull):
            await audio.put("other", InMemoryMp3(bytes(5 * MIB)))

        await assert_not_kept(audio, "other")
        assert await whole(audio, "key", 5) == b"sound"


class AudioCatalogueContract:
    page = 100
    """How many keys the catalogue looks up at a time, where it does so by pages."""

    @pytest.fixture
    def now(self) -> datetime:
        """What the store's clock shows, more or less."""
        return datetime.now(UTC)

    @pytest.fixture
    def catalogue(self, audio: AudioStore) -> AudioCatalogue:
        assert isinstance(audio, AudioCatalogue)
        return audio

    async def put(self, audio: AudioStore, count: int) -> set[str]:
        keys = {f"key-{n}" for n in range(count)}
        for key in keys:
            await audio.put(key, InMemoryMp3(b"sound"))
        return keys

    async def test_every_key_comes_once(self, audio: AudioStore, catalogue: AudioCatalogue, now: datetime) -> None:
        assert await listed(catalogue.keys(now + timedelta(hours=1))) == []
        put = await self.put(audio, 2 * self.page + 1) | {LONGEST_KEY, "-", "_", "A"}
        for key in (LONGEST_KEY, "-", "_", "A"):
            await audio.put(key, InMemoryMp3(b"sound"))

        assert sorted(await listed(catalogue.keys(now + timedelta(hours=1)))) == sorted(put)

    async def test_what_was_put_later_does_not_come(
        self, audio: AudioStore, catalogue: AudioCatalogue, now: datetime
    ) -> None:
        await self.put(audio, 3)

        assert await listed(catalogue.keys(now - timedelta(hours=1))) == []

    async def test_each_key_may_be_deleted_as_it_comes(
        self, audio: AudioStore, catalogue: AudioCatalogue, now: datetime
    ) -> None:
        put = await self.put(audio, 2 * self.page + 1)

        found = []
        async for key in catalogue.keys(now + timedelta(hours=1)):
            found.append(key)
            await audio.delete(key)

        assert sorted(found) == sorted(put)
        assert await listed(catalogue.keys(now + timedelta(hours=1))) == []

    @needs("crash_putting")
    async def test_what_was_never_whole_has_no_key(
        self, catalogue: AudioCatalogue, now: datetime, crash_putting: CrashPutting
    ) -> None:
        await crash_putting(Moment.HALFWAY, "key", bytes(3 * MIB))

        assert await listed(catalogue.keys(now + timedelta(hours=1))) == []

    @needs("break_store")
    async def test_it_says_that_the_store_is_away(
        self, audio: AudioStore, catalogue: AudioCatalogue, now: datetime, break_store: Act
    ) -> None:
        await self.put(audio, 1)
        await break_store()

        assert await errors(listed(catalogue.keys(now + timedelta(hours=1)))) == [StoreAway]


async def _reading(audio: AudioStore, key: str, count: int) -> AsyncGenerator[bytes, None]:
    async for block in audio.read(key, 0, count):
        yield block

"""Resumable uploads: the conversion that follows the bytes, who may write, and what a crash leaves."""

import asyncio
import hashlib
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.memory.uploads import InMemoryUploads
from adapters.shared.cancellation import finish
from application.receive_recording import PLACE_SECONDS, READ_AHEAD_BYTES
from application.uploading.following import PAUSE_SECONDS
from application.uploading.pieces import UploadPiece
from application.uploading.resumable import NewUpload, ResumableUploads
from domain.errors import (
    MusicAppError,
    Overloaded,
    StoreAway,
    UploadGone,
    UploadLocked,
    UploadNotFound,
    WorkspaceAway,
    WrongOffset,
)
from domain.output.converter import Mp3
from domain.tracks import StoredMp3, Track
from domain.uploads import Outcome, Refused, Stored, Terminated, Upload
from domain.users import User
from entrypoints.settings.settings import Settings
from entrypoints.wiring.container import Container
from tests import virtual_time
from tests.unit import memory
from tests.wavs import pcm, tone, wav

RECORDING = wav(pcm(tone(16_000)))
SIZE = len(RECORDING)
SHA256 = hashlib.sha256(RECORDING).digest()


class Gone(MusicAppError):
    """The client is gone."""


class Sender:
    """Sends uploads of one user over in-memory adapters."""

    def __init__(self, container: Container, user: User) -> None:
        self.container, self.user = container, user

    @property
    def uploads(self) -> ResumableUploads:
        return self.container.application.resumable_uploads()

    @property
    def kept(self) -> InMemoryUploads:
        found = self.container.adapters.uploads()
        assert isinstance(found, InMemoryUploads)
        return found

    async def create(self, length: int | None = SIZE) -> UUID:
        return (await self.uploads.create(self.user, NewUpload("talk.wav", "", length))).upload_id

    async def send(self, upload_id: UUID, offset: int, *blocks: bytes | float | Exception) -> Upload:
        """Blocks, pauses in seconds, and what breaks it off; the size is told of mere blocks."""

        async def body() -> AsyncGenerator[bytes, None]:
            for block in blocks:
                if isinstance(block, Exception):
                    raise block
                if isinstance(block, float):
                    await asyncio.sleep(block)
                else:
                    yield block

        sizes = [len(block) for block in blocks if isinstance(block, bytes)]
        size = sum(sizes) if len(sizes) == len(blocks) else None
        return await self.uploads.append(self.user, upload_id, UploadPiece(offset, size, body()), ("address 10.0.0.1",))

    async def offset(self, upload_id: UUID) -> int:
        return (await self.uploads.find(self.user, upload_id)).told_offset

    def free_places(self) -> int:
        return self.container.application.upload_places().shares.free

    def tracks(self) -> list[UUID]:
        return [*memory.tracks(self.container).kept]


def played(act: Callable[[Sender], Awaitable[None]]) -> None:
    """Let a sender act where only waiting takes time, and see that nothing is left."""

    async def play() -> None:
        service = memory.in_memory_container(Settings().but(measure_sound="off"))  # no thread takes time of its own
        user, _ = await service.application.register()("Ann")
        sender = Sender(service, user)
        places = sender.free_places()
        await act(sender)
        await service.application.upload_runs().close()
        assert sender.free_places() == places
        assert memory.converter(service).open_mp3s == []
        assert memory.spool(service).open_files == []
        assert sender.kept.written == set()
        assert service.application.write_turns()._lines == {}
        assert service.application.upload_runs()._runs == {}

    virtual_time.run(play())


def test_the_recording_is_converted_while_it_comes() -> None:
    async def act(sender: Sender) -> None:
        places = sender.free_places()
        upload_id = await sender.create()
        half = asyncio.create_task(sender.send(upload_id, 0, RECORDING[:20_000], 5.0, RECORDING[20_000:25_000]))
        await asyncio.sleep(4)
        assert sender.free_places() == places - 1
        assert (await half).told_offset == 25_000
        whole = await sender.send(upload_id, 25_000, RECORDING[25_000:])
        assert isinstance(whole.outcome, Stored)
        assert (whole.outcome.wav_sha256, whole.told_offset) == (SHA256, SIZE)
        assert sender.tracks() == [whole.track_uuid]

    played(act)


def test_a_sender_who_pauses_gives_the_place_back_and_goes_on_later() -> None:
    async def act(sender: Sender) -> None:
        places = sender.free_places()
        upload_id = await sender.create()
        await sender.send(upload_id, 0, RECORDING[:20_000])
        await asyncio.sleep(PAUSE_SECONDS - 1)
        assert sender.free_places() == places - 1
        await asyncio.sleep(2)
        assert sender.free_places() == places
        await sender.send(upload_id, 20_000, RECORDING[20_000:25_000])
        assert sender.free_places() == places
        whole = await sender.send(upload_id, 25_000, RECORDING[25_000:])
        assert isinstance(whole.outcome, Stored)
        assert whole.outcome.wav_sha256 == SHA256

    played(act)


def test_what_came_before_a_cut_is_kept_and_the_same_conversion_goes_on() -> None:
    async def act(sender: Sender) -> None:
        upload_id = await sender.create()
        with pytest.raises(Gone):
            await sender.send(upload_id, 0, RECORDING[:9000], RECORDING[9000:9001], Gone())
        run = sender.container.application.upload_runs().get(upload_id)
        assert (await sender.offset(upload_id), run is not None) == (9001, True)
        await sender.send(upload_id, 9001, RECORDING[9001:20_000])
        assert sender.container.application.upload_runs().get(upload_id) is run
        whole = await sender.send(upload_id, 20_000, RECORDING[20_000:])
        assert isinstance(whole.outcome, Stored)

    played(act)


def test_what_a_slow_sender_sends_is_soon_durable() -> None:
    async def act(sender: Sender) -> None:
        upload_id = await sender.create()
        sending = asyncio.create_task(sender.send(upload_id, 0, RECORDING[:10], 3.0, RECORDING[10:20], 3.0))
        await asyncio.sleep(0.5)
        assert await sender.offset(upload_id) == 10
        await asyncio.sleep(3)
        assert await sender.offset(upload_id) == 20
        await sending
        assert sender.kept.appended == 2

    played(act)


def test_many_small_blocks_are_written_together() -> None:
    async def act(sender: Sender) -> None:
        upload_id = await sender.create()
        await sender.send(upload_id, 0, *(RECORDING[start : start + 100] for start in range(0, SIZE, 100)))
        assert sender.kept.appended == 1

    played(act)


@pytest.mark.parametrize(("in_all", "most"), [(64 << 20, 1 << 20), (100_000, 128 * 1024)])
def test_a_slow_disk_slows_the_sender_down(monkeypatch: pytest.MonkeyPatch, in_all: int, most: int) -> None:
    monkeypatch.setattr("application.uploading.pieces.MAX_ALL_HELD_BYTES", in_all)
    block = RECORDING[:44] + bytes(64 * 1024 - 44)

    async def act(sender: Sender) -> None:
        sender.kept.seconds = 3600.0
        upload_id = await sender.create(4 << 20)
        given = 0

        async def body() -> AsyncGenerator[bytes, None]:
            nonlocal given
            for _ in range(64):
                given += len(block)
                yield block

        piece = UploadPiece(0, 4 << 20, body())
        sending = asyncio.create_task(sender.uploads.append(sender.user, upload_id, piece, ()))
        await asyncio.sleep(1800)
        assert given == most
        sending.cancel()
        await asyncio.wait([sending])

    played(act)


def test_a_second_writer_takes_over_and_the_first_is_ended() -> None:
    async def act(sender: Sender) -> None:
        upload_id = await sender.create()
        first = asyncio.create_task(sender.send(upload_id, 0, RECORDING[:9000], 3600.0))
        await asyncio.sleep(1)
        whole = await sender.send(upload_id, 9000, RECORDING[9000:])
        assert isinstance(whole.outcome, Stored)
        assert whole.outcome.wav_sha256 == SHA256
        with pytest.raises(UploadLocked):
            await first

    played(act)


def test_of_many_writers_the_last_to_come_is_the_one() -> None:
    async def act(sender: Sender) -> None:
        upload_id = await sender.create()
        tasks = [asyncio.create_task(sender.send(upload_id, 0, RECORDING[:10], 3600.0)) for _ in range(5)]
        await asyncio.sleep(0.2)
        done = [task for task in tasks if task.done()]
        assert len(done) == 4
        whole = asyncio.create_task(sender.send(upload_id, 10, RECORDING[10:]))
        assert isinstance((await whole).outcome, Stored)
        results = await asyncio.gather(*tasks, return_exceptions=True)
        assert {type(result) for result in results} <= {UploadLocked, WrongOffset}

    played(act)


def test_a_writer_is_let_go_of_after_its_last_write_however_often_it_is_cancelled(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def act(sender: Sender) -> None:
        written = []

        async def to_its_end(*_: object) -> None:
            try:
                await finish(asyncio.sleep(10))
            finally:
                written.append(set(sender.kept.written))

        monkeypatch.setattr("adapters.memory.uploads._Writer.append", to_its_end)
        upload_id = await sender.create()
        sending = asyncio.create_task(sender.send(upload_id, 0, RECORDING[:9000], 3600.0))
        for _ in range(3):
            await asyncio.sleep(1)
            sending.cancel()
        with pytest.raises(asyncio.CancelledError):
            await sending
        assert written == [{upload_id}]

    played(act)


def test_who_asks_again_for_the_outcome_gets_the_same() -> None:
    async def act(sender: Sender) -> None:
        upload_id = await sender.create()
        last = SIZE - 1
        await sender.send(upload_id, 0, RECORDING[:last])
        keeper = memory.keeper(sender.container)
        keep, may_end = keeper.keep, asyncio.Event()

        async def late(track: Track, mp3: Mp3) -> None:
            await may_end.wait()
            await keep(track, mp3)

        keeper.keep = late  # type: ignore[method-assign] # of this fake, for this test
        all_three = []
        for _ in range(3):
            all_three.append(asyncio.create_task(sender.send(upload_id, last, RECORDING[last:])))
            await asyncio.sleep(1)
        may_end.set()
        told = [await task for task in all_three]
        assert len(set(told)) == 1
        assert isinstance(told[0].outcome, Stored)
        assert len(sender.tracks()) == 1

    played(act)


def test_the_outcome_is_kept_though_nobody_waits_for_it() -> None:
    async def act(sender: Sender) -> None:
        upload_id = await sender.create()
        keeper = memory.keeper(sender.container)
        keep = keeper.keep

        async def late(track: Track, mp3: Mp3) -> None:
            await asyncio.sleep(2)
            await keep(track, mp3)

        keeper.keep = late  # type: ignore[method-assign] # of this fake, for this test
        sending = asyncio.create_task(sender.send(upload_id, 0, RECORDING))
        await asyncio.sleep(1)
        sending.cancel()
        await asyncio.sleep(2)
        assert await sender.offset(upload_id) == SIZE
        assert isinstance((await sender.uploads.find(sender.user, upload_id)).outcome, Stored)

    played(act)


def test_what_is_no_recording_is_refused_while_it_comes() -> None:
    async def act(sender: Sender) -> None:
        upload_id = await sender.create(1 << 30)
        begun = asyncio.get_running_loop().time()
        refused = await sender.send(upload_id, 0, b"<html>" + bytes(20_000), 1.0, bytes(10), 3600.0, bytes(1000))
        assert isinstance(refused.outcome, Refused)
        assert asyncio.get_running_loop().time() - begun < 10
        assert await sender.send(upload_id, 0, b"") == refused
        assert sender.kept.contents == {}

    played(act)


@pytest.mark.parametrize("seen", [False, True], ids=["at the start", "at the end"])
def test_a_track_that_was_kept_before_a_crash_is_found_and_is_no_second_one(seen: bool) -> None:
    async def act(sender: Sender) -> None:
        upload_id = await sender.create()
        last = SIZE - 1
        await sender.send(upload_id, 0, RECORDING[:last])
        before = sender.kept.kept[upload_id], bytes(sender.kept.contents[upload_id])
        stored = await sender.send(upload_id, last, RECORDING[last:])
        sender.kept.kept[upload_id], sender.kept.contents[upload_id] = before[0], bytearray(before[1])
        if seen:
            find, memory.tracks(sender.container).find = memory.tracks(sender.container).find, never_found  # type: ignore[method-assign] # of this fake, for this test
        again = await sender.send(upload_id, last, RECORDING[last:])
        if seen:
            memory.tracks(sender.container).find = find  # type: ignore[method-assign] # of this fake, for this test
        assert isinstance(stored.outcome, Stored)
        assert again.outcome == Stored(stored.outcome.wav_sha256)
        assert sender.tracks() == [stored.track_uuid]

    async def never_found(track_uuid: UUID, user_id: int) -> None:
        return None

    played(act)


@pytest.mark.parametrize(
    ("outcome", "error"),
    [(Stored(SHA256), None), (Refused("NoAudio"), None), (Terminated(), UploadGone), (None, UploadNotFound)],
)
def test_whose_bytes_another_service_lets_go_of_is_told_what_became_of_them(
    outcome: Outcome | None, error: type[MusicAppError] | None
) -> None:
    async def act(sender: Sender) -> None:
        upload_id = await sender.create()
        last = SIZE - 1
        await sender.send(upload_id, 0, RECORDING[:last])
        before = sender.kept.kept[upload_id]
        contents = sender.kept.contents[upload_id]
        await sender.send(upload_id, last, RECORDING[last:])
        sender.kept.kept[upload_id], sender.kept.contents[upload_id] = before, contents
        tracks = memory.tracks(sender.container)
        find = tracks.find

        async def ended_meanwhile(track_uuid: UUID, user_id: int) -> StoredMp3 | None:
            sender.kept.kept[upload_id] = ended = replace(before, outcome=outcome, offset=SIZE)
            del sender.kept.contents[upload_id]
            if ended.outcome is None:
                del sender.kept.kept[upload_id]
            return await find(track_uuid, user_id)

        tracks.find = ended_meanwhile  # type: ignore[method-assign] # of this fake, for this test
        if error is None:
            assert (await sender.send(upload_id, last, RECORDING[last:])).outcome == outcome
        else:
            with pytest.raises(error):
                await sender.send(upload_id, last, RECORDING[last:])

    played(act)


def test_a_store_that_is_away_is_no_outcome() -> None:
    async def act(sender: Sender) -> None:
        upload_id = await sender.create()
        keeper = memory.keeper(sender.container)
        keep = keeper.keep

        async def away(*_: object) -> None:
            raise StoreAway

        keeper.keep = away  # type: ignore[assignment, method-assign] # of this fake, for this test
        for offset in (0, SIZE - 1, SIZE - 1):
            with pytest.raises(StoreAway):
                await sender.send(upload_id, offset, RECORDING[offset:])
            assert await sender.offset(upload_id) == SIZE - 1
        keeper.keep = keep  # type: ignore[method-assign] # of this fake, for this test
        assert isinstance((await sender.send(upload_id, SIZE - 1, RECORDING[-1:])).outcome, Stored)

    played(act)


def test_a_place_is_waited_for_without_the_spool() -> None:
    async def act(sender: Sender) -> None:
        places = sender.container.application.upload_places().shares
        free, places.free = places.free, 0
        upload_id = await sender.create()
        begun = asyncio.get_running_loop().time()
        with pytest.raises(Overloaded):
            await sender.send(upload_id, 0, RECORDING)
        assert asyncio.get_running_loop().time() - begun == pytest.approx(PLACE_SECONDS, abs=1)
        places.free = free
        assert isinstance((await sender.send(upload_id, SIZE - 1, RECORDING[-1:])).outcome, Stored)

    played(act)


def test_who_waits_for_a_place_has_nothing_open_and_little_in_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    async def act(sender: Sender) -> None:
        read, counts, is_open = sender.kept.read, [], set()

        async def watched(upload_id: UUID, start: int, count: int) -> AsyncGenerator[bytes, None]:
            counts.append(count)
            is_open.add(start)
            async with aclosing(read(upload_id, start, count)) as blocks:
                async for block in blocks:
                    yield block
            is_open.discard(start)

        monkeypatch.setattr(sender.kept, "read", watched)
        places = sender.container.application.upload_places().shares
        free, places.free = places.free, 0
        upload_id = await sender.create()
        await sender.send(upload_id, 0, RECORDING[:1000])
        await asyncio.sleep(1)
        await sender.send(upload_id, 1000, RECORDING[1000 : SIZE - 1])
        await asyncio.sleep(1)
        assert sender.container.application.upload_places().waiting == 1
        assert (sum(counts), is_open) == (READ_AHEAD_BYTES, set())
        places.free = free
        assert isinstance((await sender.send(upload_id, SIZE - 1, RECORDING[-1:])).outcome, Stored)

    played(act)


def test_an_upload_that_cannot_be_removed_keeps_no_other_one(monkeypatch: pytest.MonkeyPatch) -> None:
    async def act(sender: Sender) -> None:
        stubborn, *_ = [await sender.create() for _ in range(3)]
        remove = sender.kept.remove

        async def removed(upload_id: UUID) -> None:
            if upload_id == stubborn:
                raise WorkspaceAway
            await remove(upload_id)

        memory.users(sender.container).kept.clear()
        sweep = sender.container.application.sweep_uploads()
        with monkeypatch.context() as patched:
            patched.setattr(sender.kept, "remove", removed)
            with pytest.raises(WorkspaceAway):
                await sweep()
            assert [*sender.kept.kept] == [stubborn]
            await sender.create()
            with pytest.raises(WorkspaceAway):
                await sweep.of_user(sender.user.user_id)
            assert [*sender.kept.kept] == [stubborn]
        assert await sweep() == 1

    played(act)


def test_of_a_deleted_upload_no_more_is_kept_than_that_it_is_deleted() -> None:
    async def act(sender: Sender) -> None:
        upload = await sender.uploads.create(sender.user, NewUpload("talk.wav", "filename dGFsay53YXY=", SIZE))
        await sender.uploads.terminate(sender.user, upload.upload_id)
        kept = sender.kept.kept[upload.upload_id]
        assert (kept.file_name, kept.metadata, kept.outcome) == ("", "", Terminated())

    played(act)


def test_two_may_remove_the_same_upload_at_once() -> None:
    async def act(sender: Sender) -> None:
        for _ in range(3):
            await sender.send(await sender.create(), 0, RECORDING[:9000])
        sweep = sender.container.application.sweep_uploads()
        await asyncio.gather(*(sweep.of_user(sender.user.user_id) for _ in range(3)))
        assert sender.kept.kept == {}

    played(act)


def test_a_deleted_upload_ends_its_writer_and_its_conversion() -> None:
    async def act(sender: Sender) -> None:
        upload_id = await sender.create()
        writing = asyncio.create_task(sender.send(upload_id, 0, RECORDING[:9000], 3600.0))
        await asyncio.sleep(1)
        await sender.uploads.terminate(sender.user, upload_id)
        with pytest.raises(UploadLocked):
            await writing
        assert sender.container.application.upload_runs().get(upload_id) is None
        assert sender.tracks() == []

    played(act)


def test_who_waits_for_the_outcome_of_a_deleted_upload_is_told_and_not_cancelled() -> None:
    async def act(sender: Sender) -> None:
        upload_id = await sender.create()
        keeper = memory.keeper(sender.container)

        async def never(*_: object) -> None:
            await asyncio.sleep(3600)

        keeper.keep = never  # type: ignore[assignment, method-assign] # of this fake, for this test
        waiting = asyncio.create_task(sender.send(upload_id, 0, RECORDING))
        await asyncio.sleep(1)
        await sender.uploads.terminate(sender.user, upload_id)
        with pytest.raises(UploadLocked):
            await waiting
        with pytest.raises(UploadGone):
            await sender.send(upload_id, SIZE - 1, RECORDING[-1:])

    played(act)


def test_all_of_one_user_can_be_removed_while_they_are_written() -> None:
    async def act(sender: Sender) -> None:
        other, _ = await sender.container.application.register()("Bob")
        ids = [await sender.create(), await sender.create()]
        others = await Sender(sender.container, other).create()
        writing = asyncio.create_task(sender.send(ids[0], 0, RECORDING[:9000], 3600.0))
        await asyncio.sleep(1)
        assert await sender.container.application.sweep_uploads().of_user(sender.user.user_id) == 2
        assert [*sender.kept.kept] == [others]
        with pytest.raises((UploadLocked, UploadNotFound)):
            await writing

    played(act)


def test_the_sweep_goes_on_every_hour_whatever_goes_wrong() -> None:
    async def act(sender: Sender) -> None:
        await sender.create()
        sweep = sender.container.application.sweep_uploads()
        users = memory.users(sender.container)
        find, times = users.find, []

        async def broken(user_id: int) -> User | None:
            times.append(asyncio.get_running_loop().time())
            if len(times) < 3:
                raise [StoreAway(), ValueError("a fault")][len(times) - 1]
            return await find(user_id)

        users.find = broken  # type: ignore[method-assign] # of this fake, for this test
        memory.clock(sender.container).advance(timedelta(days=2))
        sweeping = asyncio.create_task(sweep.hourly())
        await asyncio.sleep(2.5 * 3600)
        sweeping.cancel()
        assert [round(time - times[0]) for time in times] == [0, 3600, 7200]
        assert sender.kept.kept == {}

    played(act)


def test_of_ended_uploads_only_so_many_are_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("application.uploading.resumable.MAX_ENDED_OF_USER", 2)

    async def act(sender: Sender) -> None:
        for _ in range(4):
            upload_id = await sender.create()
            await sender.uploads.terminate(sender.user, upload_id)
        await sender.create()
        assert len(sender.kept.kept) == 3

    played(act)


@settings(max_examples=15, deadline=None)
@given(
    cuts=st.lists(st.tuples(st.integers(0, SIZE), st.sampled_from(["end", "cut", "pause", "new process"])), max_size=6),
    block=st.integers(1, 9000),
)
def test_however_it_is_cut_it_arrives_whole(cuts: list[tuple[int, str]], block: int) -> None:
    async def act(sender: Sender) -> None:
        upload_id = await sender.create()
        for size, how in cuts:
            offset = await sender.offset(upload_id)
            part = RECORDING[offset : min(offset + size, SIZE - 1)]
            blocks = [part[start : start + block] for start in range(0, len(part), block)]
            if how == "cut":
                with pytest.raises(Gone):
                    await sender.send(upload_id, offset, *blocks, Gone())
            else:
                assert (await sender.send(upload_id, offset, *blocks)).told_offset == offset + len(part)
            if how == "pause":
                await asyncio.sleep(PAUSE_SECONDS + 1)
            if how == "new process":
                await sender.container.application.upload_runs().close()
        offset = await sender.offset(upload_id)
        whole = await sender.send(upload_id, offset, RECORDING[offset:])
        assert isinstance(whole.outcome, Stored)
        assert (whole.outcome.wav_sha256, replace(whole, outcome=None).told_offset) == (SHA256, SIZE - 1)
        assert sender.tracks() == [whole.track_uuid]

    played(act)

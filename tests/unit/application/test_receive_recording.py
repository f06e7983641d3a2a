"""Receiving a recording: who is let in, in which order, and what is left of those who are not."""

import asyncio
import hashlib
from collections.abc import AsyncGenerator, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial

import pytest

from application.admission.places import Places
from application.authenticate import Credentials
from application.blocks import read_ahead, rejoined
from application.receive_recording import READ_AHEAD_BYTES, Sender
from domain.errors import (
    DiskFull,
    MusicAppError,
    NotAWav,
    Overloaded,
    RecordingTooLarge,
    ShareTaken,
    StoreAway,
    TooLong,
    WrongCredentials,
)
from domain.tracks import Track
from domain.users import User
from entrypoints.wiring.container import Container
from tests.unit import memory
from tests.unit.incoming import InMemoryRecording, Told
from tests.unit.streams import blocks, cut
from tests.wavs import pcm, tone, wav

RECORDING = wav(pcm(tone(16_000)))
KIBIBYTES = cut(RECORDING, range(1024, len(RECORDING), 1024))
WRONG = Credentials("wrong", 1)
LAST = len(KIBIBYTES)
EARLY = [Told.AT_ONCE, Told.WHEN_OPENED]


@pytest.fixture
def container() -> Container:
    """A service with one place for uploads, and one to wait for it."""
    container = memory.in_memory_container()
    container.application.upload_places.override(Places(1, "uploads"))
    container.application.waiting_upload_places.override(Places(1, "uploads that wait"))
    return container


async def registered(container: Container) -> tuple[User, Credentials]:
    user, token = await container.application.register()("Ann")
    return user, Credentials(token, user.user_id)


def free(container: Container) -> int:
    return container.application.upload_places().shares.free


def nothing_is_left(container: Container, recording: InMemoryRecording) -> bool:
    """Whether a refused recording left no track, no file, no MP3, and gave its places back."""
    kept = [*memory.tracks(container).kept, *memory.keeper(container).mp3s]
    return (kept, recording.open_blocks, free(container)) == ([], 0, 1) and nothing_waits(container)


def nothing_waits(container: Container) -> bool:
    """Whether there is no file on its way, and nothing is held for one."""
    application = container.application
    held = [*memory.spool(container).open_files, *memory.converter(container).open_mp3s]
    shares = [*application.waiting_upload_places().shares.holders(), *application.spool_shares().shares.holders()]
    waiting = application.upload_places().waiting
    return not held and not shares and not waiting and application.waiting_upload_places().shares.free == 1


async def refusal(container: Container, recording: InMemoryRecording) -> MusicAppError:
    """What the recording is refused with; nothing of it is left."""
    with pytest.raises(MusicAppError) as refused:
        await container.application.receive_recording()(recording)
    assert nothing_is_left(container, recording)
    return refused.value


@pytest.mark.parametrize("told", Told)
async def test_the_sender_may_be_told_at_any_time(container: Container, told: Told) -> None:
    user, credentials = await registered(container)
    recording = InMemoryRecording(KIBIBYTES, credentials, told)
    spooled: list[int] = []
    recording.before_block = lambda: spooled.append(len(memory.spool(container).open_files))
    track = await container.application.receive_recording()(recording)
    assert (track.user_id, track.file_name) == (user.user_id, "talk.mp3")
    assert track.conversion.wav_sha256 == hashlib.sha256(RECORDING).digest()
    assert list(memory.tracks(container).kept) == [track.track_uuid]
    assert recording.opened_for == [user if told is Told.AT_ONCE else None]
    assert recording.asked == told
    assert spooled[-1] == (told is Told.AT_THE_END)
    assert (free(container), recording.open_blocks, nothing_waits(container)) == (1, 0, True)


async def test_a_user_whom_the_way_in_vouches_for_needs_no_credentials(container: Container) -> None:
    user, _ = await registered(container)
    track = await container.application.receive_recording()(InMemoryRecording([RECORDING], user))
    assert track.user_id == user.user_id


@pytest.mark.parametrize("told", EARLY)
async def test_wrong_credentials_are_refused_before_the_file_is_read(container: Container, told: Told) -> None:
    recording = InMemoryRecording(KIBIBYTES, WRONG, told)
    assert isinstance(await refusal(container, recording), WrongCredentials)
    assert (recording.bytes_given, len(recording.opened_for)) == (0, 0 if told is Told.AT_ONCE else 1)


@pytest.mark.parametrize("sender", [WRONG, None])
async def test_nothing_is_decoded_for_wrong_credentials_after_the_file(container: Container, sender: Sender) -> None:
    recording = InMemoryRecording([b"<html>"], sender, Told.AT_THE_END)
    assert isinstance(await refusal(container, recording), WrongCredentials)
    assert recording.bytes_given == len(b"<html>")


@pytest.mark.parametrize("told", Told)
async def test_what_is_no_recording_is_refused_once_the_sender_is_known(container: Container, told: Told) -> None:
    _, credentials = await registered(container)
    assert isinstance(await refusal(container, InMemoryRecording([b"<html>"], credentials, told)), NotAWav)


@contextmanager
def everything_taken(container: Container) -> Iterator[None]:
    """Every place for uploads, and all the room to wait for one."""
    with container.application.upload_places().take(), container.application.waiting_upload_places().take():
        yield


async def test_the_full_service_is_told_of_before_anything_is_asked(container: Container) -> None:
    recording = InMemoryRecording(KIBIBYTES, WRONG)
    with everything_taken(container), pytest.raises(Overloaded, match="places for uploads that wait"):
        await container.application.receive_recording()(recording)
    assert (recording.opened_for, recording.bytes_given) == ([], 0)


@pytest.mark.parametrize("told", Told)
async def test_a_full_disk_is_told_of_before_anything_is_read(container: Container, told: Told) -> None:
    _, credentials = await registered(container)
    recording = InMemoryRecording(KIBIBYTES, credentials, told)
    memory.spool(container).disk_is_full = True
    assert isinstance(await refusal(container, recording), DiskFull)
    assert (recording.opened_for, recording.bytes_given) == ([], 0)


@pytest.mark.parametrize("told", Told)
async def test_a_place_is_taken_once_enough_of_the_file_is_there(container: Container, told: Told) -> None:
    _, credentials = await registered(container)
    recording = InMemoryRecording(KIBIBYTES, credentials, told)
    places: list[tuple[int, int]] = []
    unknown = container.application.waiting_upload_places()
    recording.before_block = lambda: places.append((free(container), unknown.shares.free))
    await container.application.receive_recording()(recording)
    enough = READ_AHEAD_BYTES // 1024
    taken = (1, 0) if told is Told.AT_THE_END else (0, 1)
    assert places == [(1, 1)] * enough + [taken] * (LAST - enough)


@pytest.mark.parametrize("told", EARLY)
async def test_who_comes_last_finds_no_place(container: Container, told: Told) -> None:
    _, credentials = await registered(container)
    recording = InMemoryRecording(KIBIBYTES, credentials, told)
    with ExitStack() as others:

        def take_all() -> None:
            if free(container):
                others.enter_context(everything_taken(container))

        recording.before_block = take_all
        with pytest.raises(Overloaded, match="places for uploads that wait"):
            await container.application.receive_recording()(recording)
    assert nothing_is_left(container, recording)
    assert recording.bytes_given == READ_AHEAD_BYTES


async def waiting(container: Container, recording: InMemoryRecording) -> asyncio.Task[Track]:
    """The recording on its way in, which has come as far as it may and waits for a place."""
    before = container.application.upload_places().waiting
    receiving = asyncio.create_task(container.application.receive_recording()(recording))
    while container.application.upload_places().waiting == before:
        assert not receiving.done()
        await asyncio.sleep(0)
    return receiving


async def test_h33_a_file_that_came_first_waits_for_a_place_without_taking_one(container: Container) -> None:
    user, credentials = await registered(container)
    recording = InMemoryRecording(KIBIBYTES, credentials, Told.AT_THE_END)
    unknown = container.application.waiting_upload_places()
    with container.application.upload_places().take():
        receiving = await waiting(container, recording)
        assert (recording.bytes_given, unknown.shares.free, memory.tracks(container).kept) == (len(RECORDING), 0, {})
    assert unknown.shares.free == 0  # until it has the other
    assert (await receiving).user_id == user.user_id
    assert (free(container), nothing_waits(container)) == (1, True)


@pytest.mark.parametrize("told", EARLY)
async def test_h39_who_is_known_and_finds_no_place_waits_in_the_spool(container: Container, told: Told) -> None:
    user, credentials = await registered(container)
    recording = InMemoryRecording(KIBIBYTES, credentials, told)
    with container.application.upload_places().take():
        receiving = await waiting(container, recording)
        assert (recording.bytes_given, memory.tracks(container).kept) == (len(RECORDING), {})
        assert len(memory.spool(container).open_files) == 1
        one_more = InMemoryRecording(KIBIBYTES, credentials, told)
        with pytest.raises(Overloaded, match="places for uploads that wait"):
            await container.application.receive_recording()(one_more)
        assert one_more.bytes_given == 0
    assert (await receiving).user_id == user.user_id
    assert (free(container), nothing_waits(container)) == (1, True)


async def test_h39_all_who_wait_for_a_place_get_it_in_order_of_coming(container: Container) -> None:
    _, credentials = await registered(container)
    container.application.waiting_upload_places.override(Places(4, "uploads that wait"))
    ends: list[int] = []

    def ended(number: int, _: object) -> None:
        ends.append(number)

    order = [Told.AT_ONCE, Told.AT_THE_END, Told.WHEN_OPENED]
    with container.application.upload_places().take():
        receiving = [await waiting(container, InMemoryRecording(KIBIBYTES, credentials, told)) for told in order]
        for number, one in enumerate(receiving):
            one.add_done_callback(partial(ended, number))
    await asyncio.gather(*receiving)
    assert ends == [0, 1, 2]


@pytest.mark.parametrize("told", Told)
async def test_h39_whose_wait_is_ended_keeps_no_place_from_others(container: Container, told: Told) -> None:
    _, credentials = await registered(container)
    with container.application.upload_places().take():
        receiving = await waiting(container, InMemoryRecording(KIBIBYTES, credentials, told))
        receiving.cancel()
        with pytest.raises(asyncio.CancelledError):
            await receiving
        assert nothing_waits(container)
    assert free(container) == 1


@pytest.mark.parametrize("told", Told)
async def test_h33_nobody_waits_for_ever(container: Container, monkeypatch: pytest.MonkeyPatch, told: Told) -> None:
    monkeypatch.setattr("application.receive_recording.PLACE_SECONDS", 0.001)
    _, credentials = await registered(container)
    recording = InMemoryRecording(KIBIBYTES, credentials, told)
    with container.application.upload_places().take(), pytest.raises(Overloaded, match="places for uploads"):
        await container.application.receive_recording()(recording)
    assert nothing_is_left(container, recording)


async def test_h33_wrong_credentials_after_the_file_do_not_wait_for_a_place(container: Container) -> None:
    recording = InMemoryRecording(KIBIBYTES, WRONG, Told.AT_THE_END)
    with container.application.upload_places().take(), pytest.raises(WrongCredentials):
        await container.application.receive_recording()(recording)
    assert nothing_is_left(container, recording)


async def test_h33_files_of_unknown_senders_keep_out_none_but_their_like(container: Container) -> None:
    _, credentials = await registered(container)
    refused = InMemoryRecording(KIBIBYTES, credentials, Told.AT_THE_END)
    with container.application.waiting_upload_places().take():
        with pytest.raises(Overloaded, match="that wait"):
            await container.application.receive_recording()(refused)
        assert refused.bytes_given == 0
        for told in EARLY:
            await container.application.receive_recording()(InMemoryRecording(KIBIBYTES, credentials, told))


@pytest.mark.parametrize("told", EARLY)
@pytest.mark.parametrize("holders", [("address 203.0.113.7", "user 1"), ("user 1",)])
async def test_h30_who_has_a_share_of_the_places_is_refused_before_the_file_is_read(
    container: Container, told: Told, holders: tuple[str, ...]
) -> None:
    user, credentials = await registered(container)
    other, token = await container.application.register()("Bob")
    assert (user.user_id, other.user_id) == (1, 2)
    container.application.upload_places.override(Places(4, "uploads"))
    container.application.waiting_upload_places.override(Places(4, "uploads that wait"))
    recording = InMemoryRecording(KIBIBYTES, credentials, told, holders=("address 203.0.113.7",))
    with ExitStack() as stack:
        for _ in range(3):
            stack.enter_context(container.application.upload_places().take(*holders))
            stack.enter_context(container.application.waiting_upload_places().take(*holders))
        with pytest.raises(ShareTaken) as refused:
            await container.application.receive_recording()(recording)
        assert (refused.value.holder, refused.value.held, recording.bytes_given) == (holders[0], 3, 0)
        others = InMemoryRecording(KIBIBYTES, Credentials(token, 2), told, holders=("address 198.51.100.1",))
        await container.application.receive_recording()(others)
    assert (free(container), len(container.application.upload_places().shares.holders())) == (4, 0)


@pytest.mark.parametrize("told", EARLY)
async def test_h30_who_is_new_behind_a_greedy_address_is_let_in(container: Container, told: Told) -> None:
    _, credentials = await registered(container)
    container.application.upload_places.override(Places(8, "uploads"))
    container.application.waiting_upload_places.override(Places(8, "uploads that wait"))
    here = "address 203.0.113.7"
    with ExitStack() as stack:
        for _ in range(6):
            stack.enter_context(container.application.upload_places().take(here, "user 2"))
            stack.enter_context(container.application.waiting_upload_places().take(here, "user 2"))
        await container.application.receive_recording()(
            InMemoryRecording(KIBIBYTES, credentials, told, holders=(here,))
        )
    assert (free(container), len(container.application.upload_places().shares.holders())) == (8, 0)


async def test_a_full_spool_refuses_only_who_has_to_wait_in_it(container: Container) -> None:
    _, credentials = await registered(container)
    memory.spool(container)._max_total_bytes = READ_AHEAD_BYTES
    refused = await refusal(container, InMemoryRecording(KIBIBYTES, credentials, Told.AT_THE_END))
    assert isinstance(refused, Overloaded)
    assert "spool" in str(refused)
    await container.application.receive_recording()(InMemoryRecording(KIBIBYTES, credentials))


async def test_a_disk_that_fills_up_meanwhile_leaves_nothing(container: Container) -> None:
    _, credentials = await registered(container)
    recording = InMemoryRecording(KIBIBYTES, credentials, Told.AT_THE_END)
    recording.before_block = lambda: setattr(memory.spool(container), "disk_is_full", recording.bytes_given > 20_000)
    assert isinstance(await refusal(container, recording), DiskFull)


@pytest.mark.parametrize("told", Told)
@pytest.mark.parametrize("before", [0, 1, 20, LAST])
@pytest.mark.parametrize("error", [RecordingTooLarge(5), StoreAway(), RuntimeError("the network"), OSError("the disk")])
async def test_what_the_way_in_raises_comes_out_unchanged(
    container: Container, told: Told, before: int, error: Exception
) -> None:
    _, credentials = await registered(container)
    recording = InMemoryRecording(KIBIBYTES[:before], credentials, told, error)
    with pytest.raises(type(error)) as raised:
        await container.application.receive_recording()(recording)
    assert raised.value is error
    assert nothing_is_left(container, recording)


@pytest.mark.parametrize("told", Told)
@pytest.mark.parametrize("before", [0, 1, 20, LAST - 1])
async def test_who_is_cancelled_leaves_nothing(container: Container, told: Told, before: int) -> None:
    _, credentials = await registered(container)
    recording = InMemoryRecording(KIBIBYTES, credentials, told)
    given = iter(range(LAST))

    def cancel_at_block() -> None:
        if next(given) == before:
            receiving.cancel()

    recording.before_block = cancel_at_block
    receiving = asyncio.create_task(container.application.receive_recording()(recording))
    with pytest.raises(asyncio.CancelledError):
        await receiving
    assert nothing_is_left(container, recording)


@pytest.mark.parametrize("told", EARLY)
async def test_what_must_become_too_long_is_refused_when_the_file_begins(container: Container, told: Told) -> None:
    """At 2,500 bytes a second, 12 hours are 108,000,000 bytes behind a head of 44."""
    _, credentials = await registered(container)
    begun = cut(wav(bytes(2 * READ_AHEAD_BYTES), rate=2500, bits=8, data_size=1 << 30), range(0, 20_000, 1024))
    most = 108_000_044 - READ_AHEAD_BYTES
    too_much = InMemoryRecording(begun, credentials, told, bytes_to_come=most + 1)
    assert isinstance(await refusal(container, too_much), TooLong)
    assert too_much.bytes_given == READ_AHEAD_BYTES
    await container.application.receive_recording()(InMemoryRecording(begun, credentials, told, bytes_to_come=most))


@pytest.mark.parametrize("count", [0, 1, 5, 6, 100])
async def test_what_was_read_ahead_is_not_lost(count: int) -> None:
    rest = blocks(b"abc", b"def", b"ghi")
    first = await read_ahead(rest, count)
    assert count <= len(first) < count + 3 or first == b"abcdefghi"
    assert b"".join([block async for block in rejoined(first, rest)]) == b"abcdefghi"


class Block(bytes):
    """One that notes when nobody holds it any more."""

    gone: list[bytes]

    def __del__(self) -> None:
        self.gone.append(bytes(self))


async def test_nothing_is_kept_of_blocks_that_were_handed_on() -> None:
    """A slow reader would hold the first block of its download for hours."""

    Block.gone = []

    async def rest() -> AsyncGenerator[bytes, None]:
        yield Block(b"second")
        assert Block.gone == [b"first", b"second"]
        yield Block(b"third")

    async for block in rejoined(Block(b"first"), rest()):
        assert block not in Block.gone
        del block
    assert Block.gone == [b"first", b"second", b"third"]

"""A recording that is sent again under the same key becomes one track, whatever happens on the way."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from application import repeatable
from application.add_track_once import OPERATION
from application.admission.places import Places
from application.authenticate import Credentials
from application.repeatable import DEAD_AFTER, MOST_KEYS, moments_at
from domain.errors import (
    MusicAppError,
    NotAWav,
    Overloaded,
    RecordingTooLarge,
    RepeatOfAnother,
    RepeatRunning,
    StoreAway,
)
from domain.output.converter import Mp3
from domain.receipts import TrackReceipt
from domain.repeats import Claim, Outcome, RepeatKey
from domain.tracks import Track
from domain.users import User
from entrypoints.wiring.container import Container
from tests.unit import memory
from tests.unit.incoming import InMemoryRecording, Told
from tests.unit.streams import blocks, cut
from tests.wavs import pcm, tone, wav

RECORDING = wav(pcm(tone(16_000)))
OTHER = wav(pcm(tone(8_000)))
LATER = DEAD_AFTER + timedelta(seconds=1)


@pytest.fixture
def container() -> Container:
    """A service with one place for uploads, and one to wait for it."""
    container = memory.in_memory_container()
    container.application.upload_places.override(Places(1, "uploads"))
    container.application.waiting_upload_places.override(Places(1, "uploads that wait"))
    return container


@pytest.fixture
async def ann(container: Container) -> User:
    return (await container.application.register()("Ann"))[0]


def a_recording(sender: User | Credentials, content: bytes = RECORDING, told: Told = Told.AT_ONCE) -> InMemoryRecording:
    return InMemoryRecording(cut(content, range(1024, len(content), 1024)), sender, told)


async def sent(container: Container, recording: InMemoryRecording, key: str = "a-key") -> TrackReceipt:
    """What the sender of a recording is told."""
    application = container.application
    return await application.receive_recording().into(recording, application.add_track_once().under(key))


def only_track(container: Container) -> Track:
    [track] = memory.tracks(container).kept.values()
    return track


async def claimed_by_another(container: Container, user: User) -> Claim:
    """The claim of another program on the same key."""
    now = moments_at(memory.clock(container).now())
    claim = await memory.repeats(container).claim(RepeatKey(user.user_id, OPERATION, "a-key"), uuid4(), now, MOST_KEYS)
    assert isinstance(claim, Claim)
    return claim


async def kept_by_another(container: Container, user: User, claim: Claim, content: bytes = RECORDING) -> Track:
    """The track that another program makes of its claim."""
    return await container.application.add_track()(user, "a.wav", blocks(content), track_uuid=claim.reserved)


@pytest.mark.parametrize("first", Told)
@pytest.mark.parametrize("second", Told)
async def test_the_same_recording_is_one_track(container: Container, first: Told, second: Told) -> None:
    user, token = await container.application.register()("Ann")
    sender = Credentials(token, user.user_id)

    told = [await sent(container, a_recording(sender, told=when)) for when in (first, second, second)]

    assert told == [TrackReceipt.of(only_track(container))] * 3
    assert memory.spool(container).open_files == []


@pytest.mark.parametrize("told", Told)
async def test_another_recording_under_the_same_key_is_refused(container: Container, ann: User, told: Told) -> None:
    receipt = await sent(container, a_recording(ann))

    with pytest.raises(RepeatOfAnother):
        await sent(container, a_recording(ann, OTHER, told))

    assert only_track(container).track_uuid == receipt.track_uuid
    assert (await sent(container, a_recording(ann, told=told))) == receipt


async def test_another_key_or_user_is_another_track(container: Container, ann: User) -> None:
    bob, _ = await container.application.register()("Bob")

    receipts = [
        await sent(container, a_recording(ann)),
        await sent(container, a_recording(ann), "another-key"),
        await sent(container, a_recording(bob)),
    ]

    assert len({receipt.track_uuid for receipt in receipts}) == 3
    assert [receipt.user_id for receipt in receipts] == [ann.user_id, ann.user_id, bob.user_id]


@pytest.mark.parametrize("told", Told)
async def test_while_the_first_is_under_way_others_are_told_so(container: Container, ann: User, told: Told) -> None:
    await claimed_by_another(container, ann)

    with pytest.raises(RepeatRunning):
        await sent(container, a_recording(ann, told=told))

    assert memory.tracks(container).kept == {}


async def test_a_repeat_takes_no_place_of_an_encoder_but_one_of_those_that_wait(
    container: Container, ann: User
) -> None:
    receipt = await sent(container, a_recording(ann))
    waiting = container.application.waiting_upload_places()
    repeat = a_recording(ann)
    free = []
    repeat.before_block = lambda: free.append(waiting.shares.free)

    with container.application.upload_places().take():
        assert await sent(container, repeat) == receipt
        with waiting.take(), pytest.raises(Overloaded):
            await sent(container, a_recording(ann))

    assert free[-1] == 0
    assert waiting.shares.free == 1


@pytest.mark.parametrize("told", Told)
@pytest.mark.parametrize("error", [RecordingTooLarge(5), StoreAway(), RuntimeError("a mistake")])
async def test_what_failed_may_be_sent_again_at_once(
    container: Container, ann: User, told: Told, error: Exception
) -> None:
    broken = InMemoryRecording([RECORDING], ann, told, error)
    with pytest.raises(type(error)):
        await sent(container, broken)
    with pytest.raises(NotAWav):
        await sent(container, a_recording(ann, b"<html>", told))

    receipt = await sent(container, a_recording(ann, OTHER, told))

    assert TrackReceipt.of(only_track(container)) == receipt


async def test_who_is_cancelled_gives_the_key_up(container: Container, ann: User) -> None:
    recording = a_recording(ann)
    receiving = asyncio.create_task(sent(container, recording))
    recording.before_block = lambda: recording.bytes_given > 10_000 and receiving.cancel()
    with pytest.raises(asyncio.CancelledError):
        await receiving

    assert await sent(container, a_recording(ann)) == TrackReceipt.of(only_track(container))


@pytest.mark.parametrize("told", Told)
async def test_after_a_crash_before_the_commit_the_next_one_makes_the_track(
    container: Container, ann: User, told: Told
) -> None:
    claim = await claimed_by_another(container, ann)
    memory.clock(container).advance(LATER)

    receipt = await sent(container, a_recording(ann, told=told))

    assert only_track(container).track_uuid == receipt.track_uuid == claim.reserved


@pytest.mark.parametrize("told", Told)
async def test_after_a_crash_behind_the_commit_the_track_is_found(container: Container, ann: User, told: Told) -> None:
    track = await kept_by_another(container, ann, await claimed_by_another(container, ann))
    memory.clock(container).advance(LATER)

    with pytest.raises(RepeatOfAnother):
        await sent(container, a_recording(ann, OTHER, told))
    with container.application.upload_places().take():
        receipts = [await sent(container, a_recording(ann, told=told)) for _ in range(2)]

    assert receipts == [TrackReceipt.of(track)] * 2
    assert only_track(container) == track


class OvertakenRecording(InMemoryRecording):
    """While it is read, something else happens."""

    def __init__(self, sender: User, meanwhile: Callable[[], Awaitable[object]]) -> None:
        super().__init__([RECORDING], sender)
        self.meanwhile = meanwhile

    async def blocks(self) -> AsyncGenerator[bytes, None]:
        async for block in super().blocks():
            yield block
        await self.meanwhile()


@pytest.mark.parametrize("finishes", [True, False])
async def test_who_was_taken_for_dead_makes_no_second_track(container: Container, ann: User, finishes: bool) -> None:
    async def overtaken() -> None:
        memory.clock(container).advance(LATER)
        claim = await claimed_by_another(container, ann)
        receipt = TrackReceipt.of(await kept_by_another(container, ann, claim))
        if finishes:
            await memory.repeats(container).finish(claim, Outcome(receipt.wav_sha256, receipt.as_json()))

    receipt = await sent(container, OvertakenRecording(ann, overtaken))

    assert receipt == TrackReceipt.of(only_track(container))


async def test_who_was_taken_for_dead_is_told_if_the_other_had_another_recording(
    container: Container, ann: User
) -> None:
    async def overtaken() -> None:
        memory.clock(container).advance(LATER)
        await kept_by_another(container, ann, await claimed_by_another(container, ann), OTHER)

    with pytest.raises(RepeatOfAnother):
        await sent(container, OvertakenRecording(ann, overtaken))

    assert only_track(container).conversion.wav_size == len(OTHER)


async def test_a_commit_of_unknown_outcome_is_looked_for(container: Container, ann: User) -> None:
    """The database took the track, and went away before it said so."""
    keeper = memory.keeper(container)
    keep = keeper.keep

    async def keep_and_be_gone(track: Track, mp3: Mp3) -> None:
        await keep(track, mp3)
        raise StoreAway

    keeper.keep = keep_and_be_gone  # type: ignore[method-assign] # a fault that no adapter in memory has
    with pytest.raises(StoreAway):
        await sent(container, a_recording(ann))

    receipt = await sent(container, a_recording(ann))

    assert receipt == TrackReceipt.of(only_track(container))


async def test_an_upload_is_not_refused_because_its_key_cannot_be_kept_up_to_date(
    container: Container, ann: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def finish(claim: Claim, outcome: Outcome) -> None:
        raise StoreAway

    with monkeypatch.context() as patched:
        patched.setattr(memory.repeats(container), "finish", finish)
        receipt = await sent(container, a_recording(ann))
    memory.clock(container).advance(LATER)

    assert await sent(container, a_recording(ann)) == receipt


async def test_who_takes_long_is_heard_of(container: Container, ann: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(repeatable, "BEAT_SECONDS", 0)
    tasks = asyncio.all_tasks()

    async def takes_long() -> None:
        memory.clock(container).advance(LATER)
        for _ in range(5):
            await asyncio.sleep(0)
        with pytest.raises(RepeatRunning):
            await claimed_by_another(container, ann)

    await sent(container, OvertakenRecording(ann, takes_long))

    assert asyncio.all_tasks() == tasks


async def test_a_day_later_the_key_is_a_new_one(container: Container, ann: User) -> None:
    first = await sent(container, a_recording(ann))
    memory.clock(container).advance(timedelta(hours=24))
    assert await sent(container, a_recording(ann)) == first
    memory.clock(container).advance(timedelta(seconds=1))

    second = await sent(container, a_recording(ann, OTHER))

    assert {*memory.tracks(container).kept} == {first.track_uuid, second.track_uuid}


async def test_without_a_key_nothing_is_remembered(container: Container, ann: User) -> None:
    receive = container.application.receive_recording()

    tracks: set[UUID] = {(await receive(a_recording(ann))).track_uuid for _ in range(2)}

    assert len(tracks) == 2
    assert memory.repeats(container).kept == {}


async def test_one_place_is_enough_for_all_who_send_the_same(container: Container, ann: User) -> None:
    """One is converted; the others are told to wait, or find it done."""
    container.application.waiting_upload_places.override(Places(100, "uploads that wait"))

    answers = await asyncio.gather(*(sent(container, a_recording(ann)) for _ in range(20)), return_exceptions=True)

    receipts = {answer for answer in answers if isinstance(answer, TrackReceipt)}
    assert receipts == {TrackReceipt.of(only_track(container))}
    assert {type(answer) for answer in answers if isinstance(answer, MusicAppError)} <= {RepeatRunning}

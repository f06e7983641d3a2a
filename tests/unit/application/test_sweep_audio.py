"""Bytes that no track names are deleted once they are old, and no others."""

from collections.abc import Collection
from datetime import timedelta

import pytest

from adapters.memory.audio_store import InMemoryAudioStore
from adapters.memory.clock import FixedClock
from adapters.memory.identifiers import SeededIdentifiers
from adapters.memory.mp3 import InMemoryMp3
from adapters.memory.tracks import InMemoryTrackRepository
from adapters.memory.users import InMemoryUserRepository
from application.audio_first import ORPHAN_AGE, AudioFirst, SweepAudio
from domain.errors import DuplicateTrack, StoreAway
from domain.users import User, token_digest
from tests.contract.tracks import NOW, a_track

MP3 = InMemoryMp3(b"sound")


class Watched(InMemoryTrackRepository):
    """Writes down how many keys it was asked for at a time."""

    def __init__(self) -> None:
        self.users = InMemoryUserRepository()
        self.asked: list[int] = []
        super().__init__(self.users)

    async def audio_keys_in_use(self, keys: Collection[str]) -> set[str]:
        self.asked.append(len(keys))
        return await super().audio_keys_in_use(keys)


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock()


@pytest.fixture
def audio(clock: FixedClock) -> InMemoryAudioStore:
    return InMemoryAudioStore(clock)


@pytest.fixture
def tracks() -> Watched:
    return Watched()


@pytest.fixture
async def user(tracks: Watched) -> User:
    return await tracks.users.add("Ada", token_digest("secret"), NOW)


@pytest.fixture
def sweep(audio: InMemoryAudioStore, tracks: Watched, clock: FixedClock) -> SweepAudio:
    return SweepAudio(audio, audio, tracks, clock)


async def test_old_bytes_that_no_track_names_are_deleted(
    sweep: SweepAudio, audio: InMemoryAudioStore, clock: FixedClock
) -> None:
    await audio.put("orphan", MP3)
    clock.advance(ORPHAN_AGE + timedelta(seconds=1))

    assert await sweep() == 1
    assert audio.kept == {}
    assert await sweep() == 0


@pytest.mark.parametrize("age", [timedelta(0), timedelta(hours=1), ORPHAN_AGE])
async def test_younger_bytes_may_be_those_of_an_upload_and_stay(
    sweep: SweepAudio, audio: InMemoryAudioStore, clock: FixedClock, age: timedelta
) -> None:
    await audio.put("orphan", MP3)
    clock.advance(age)

    assert await sweep() == 0
    assert list(audio.kept) == ["orphan"]


async def test_bytes_of_a_track_stay_however_old(
    sweep: SweepAudio, audio: InMemoryAudioStore, tracks: Watched, user: User, clock: FixedClock
) -> None:
    keeper = AudioFirst(tracks, audio, SeededIdentifiers())
    for _ in range(3):
        await keeper.keep(a_track(user.user_id, MP3), MP3)
    await audio.put("orphan", MP3)
    clock.advance(timedelta(days=1000))

    assert await sweep() == 1
    assert set(audio.kept) == set(tracks.audio_keys.values())


@pytest.mark.parametrize(("count", "asked"), [(0, [0]), (999, [999]), (1000, [1000, 0]), (2001, [1000, 1000, 1])])
async def test_at_most_a_thousand_keys_are_looked_for_at_a_time(
    sweep: SweepAudio, audio: InMemoryAudioStore, tracks: Watched, clock: FixedClock, count: int, asked: list[int]
) -> None:
    for n in range(count):
        await audio.put(f"orphan-{n}", MP3)
    clock.advance(2 * ORPHAN_AGE)

    assert await sweep() == count
    assert tracks.asked == asked
    assert audio.kept == {}


async def test_bytes_of_a_row_whose_commit_is_in_doubt_stay_until_they_are_swept(
    audio: InMemoryAudioStore, tracks: Watched, user: User, sweep: SweepAudio, clock: FixedClock
) -> None:
    class Away(Watched):
        async def add(self, track: object, audio_key: str) -> None:
            raise StoreAway

    with pytest.raises(StoreAway):
        await AudioFirst(Away(), audio, SeededIdentifiers()).keep(a_track(user.user_id, MP3), MP3)
    assert len(audio.kept) == 1

    clock.advance(2 * ORPHAN_AGE)
    assert await sweep() == 1


async def test_bytes_of_a_row_that_was_refused_are_gone_at_once(
    audio: InMemoryAudioStore, tracks: Watched, user: User
) -> None:
    keeper, track = AudioFirst(tracks, audio, SeededIdentifiers()), a_track(user.user_id, MP3)
    await keeper.keep(track, MP3)

    with pytest.raises(DuplicateTrack):
        await keeper.keep(track, MP3)

    assert len(audio.kept) == 1

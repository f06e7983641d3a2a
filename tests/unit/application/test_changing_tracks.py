"""Changing, removing and indexing tracks, over adapters in memory."""

import asyncio
import hashlib
from dataclasses import replace
from uuid import uuid4

import pytest

from adapters.memory.audio_store import InMemoryAudioStore
from adapters.memory.clock import FixedClock
from adapters.memory.library import InMemoryTrackLibrary
from adapters.memory.mp3 import InMemoryMp3
from adapters.memory.tracks import InMemoryTrackKeeper, InMemoryTrackRepository
from adapters.memory.users import InMemoryUserRepository
from application.admission.fair_queue import FairQueue
from application.change_track import MAX_ATTEMPTS, Change, ChangeTrack
from application.find_track import FindTrack
from application.index_tracks import BATCH, IndexTracks
from application.remove_track import RemoveTrack
from domain.errors import NoSuchTrack, Overloaded, StoreAway, TrackDamaged
from domain.library import Changed
from domain.output.id3 import rewrite_id3, write_id3
from domain.tags import Tags
from domain.tracks import Track
from domain.users import User
from tests.contract.tracks import NOW, a_track

SOUND = b"\xff\xfbsound"
BEFORE = Tags(title="Before")
STORED = write_id3(BEFORE) + SOUND
QUERIES = FairQueue(5)


class Busy(InMemoryTrackLibrary):
    """Somebody else is faster, so many times. Counts the `batches` that were indexed; has so many tracks to index."""

    faster = 0
    to_index = 0
    batches = 0
    is_away = False

    async def change(self, before: Track, after: Changed) -> bool:
        if self.faster:
            self.faster -= 1
            await super().change(before, replace(after, file_name=f"{self.faster}.mp3", texts=before.conversion.texts))
        return await super().change(before, after)

    async def index(self, limit: int) -> int:
        if self.is_away:
            raise StoreAway
        self.batches += 1
        done = min(limit, self.to_index)
        self.to_index -= done
        return done


@pytest.fixture
def users() -> InMemoryUserRepository:
    return InMemoryUserRepository()


@pytest.fixture
def tracks(users: InMemoryUserRepository) -> InMemoryTrackRepository:
    return InMemoryTrackRepository(users)


@pytest.fixture
def library(tracks: InMemoryTrackRepository) -> Busy:
    return Busy(tracks)


@pytest.fixture
async def ann(users: InMemoryUserRepository) -> User:
    return await users.add("Ann", bytes(32), NOW)


async def kept(tracks: InMemoryTrackRepository, user: User, stored: bytes = STORED) -> Track:
    mp3 = InMemoryMp3(stored)
    track = a_track(user.user_id, mp3, hashlib.sha256(stored).digest(), texts=BEFORE)
    await InMemoryTrackKeeper(tracks).keep(track, mp3)
    return track


def changing(library: Busy, tracks: InMemoryTrackRepository, max_mp3_bytes: int = 1 << 20) -> ChangeTrack:
    find = FindTrack(library, QUERIES)
    return ChangeTrack(library, InMemoryTrackKeeper(tracks), find, QUERIES, FairQueue(5), max_mp3_bytes)


async def test_who_was_slower_begins_anew_and_loses_nothing(
    library: Busy, tracks: InMemoryTrackRepository, ann: User
) -> None:
    track = await kept(tracks, ann)
    library.faster = MAX_ATTEMPTS - 1

    after = await changing(library, tracks)(ann, track.track_uuid, Change(texts={"title": "After"}))

    whole = write_id3(Tags(title="After")) + SOUND
    assert (after.file_name, after.conversion.texts) == ("0.mp3", Tags(title="After"))
    assert after.conversion.mp3_sha256 == hashlib.sha256(whole).digest()
    assert await library.find(track.track_uuid, ann.user_id) == (after, tracks.stored_mp3(after))


async def test_who_is_always_slower_is_told(library: Busy, tracks: InMemoryTrackRepository, ann: User) -> None:
    track = await kept(tracks, ann)
    library.faster = MAX_ATTEMPTS

    with pytest.raises(Overloaded):
        await changing(library, tracks)(ann, track.track_uuid, Change(texts={"title": "After"}))


async def test_what_changes_nothing_writes_nothing(library: Busy, tracks: InMemoryTrackRepository, ann: User) -> None:
    track = await kept(tracks, ann)
    library.faster = MAX_ATTEMPTS  # it would change the name

    for change in (Change(), Change("talk.mp3", {"title": " Before "}), Change(texts={"album": None})):
        assert await changing(library, tracks)(ann, track.track_uuid, change) == track


@pytest.mark.parametrize("room", [0, -1])
async def test_a_tag_that_does_not_fit_is_left_out_as_at_the_upload(
    library: Busy, tracks: InMemoryTrackRepository, ann: User, room: int
) -> None:
    track = await kept(tracks, ann)
    tag = rewrite_id3(b"", Tags(title="A longer title"))

    change = changing(library, tracks, len(tag + SOUND) + room)
    after = await change(ann, track.track_uuid, Change(texts={"title": "A longer title"}))

    assert after.conversion.mp3_size == len(SOUND) + (0 if room else len(tag))
    assert after.conversion.texts.title == "A longer title"


async def test_what_is_all_tag_is_damaged(library: Busy, tracks: InMemoryTrackRepository, ann: User) -> None:
    track = await kept(tracks, ann, write_id3(BEFORE))

    with pytest.raises(TrackDamaged):
        await changing(library, tracks)(ann, track.track_uuid, Change(texts={"title": "After"}))


async def test_a_new_tag_does_not_hide_what_was_damaged(
    library: Busy, tracks: InMemoryTrackRepository, ann: User
) -> None:
    track = await kept(tracks, ann)
    change = changing(library, tracks)
    whole = tracks.mp3s[track.track_uuid]
    for title in ("After", "Later"):
        tracks.mp3s[track.track_uuid] = whole[:-1] + b"?"
        with pytest.raises(TrackDamaged):
            await change(ann, track.track_uuid, Change(texts={"title": title}))
        tracks.mp3s[track.track_uuid] = whole
        assert (await change(ann, track.track_uuid, Change(texts={"title": title}))).conversion.texts.title == title


@pytest.mark.parametrize("is_away", [False, True])
async def test_a_removed_track_leaves_no_bytes_in_an_audio_store_that_answers(
    library: Busy, tracks: InMemoryTrackRepository, ann: User, is_away: bool
) -> None:
    audio, track = InMemoryAudioStore(FixedClock()), a_track(ann.user_id, InMemoryMp3(b"sound"))
    await audio.put("key", InMemoryMp3(b"sound"))
    await tracks.add(track, "key")
    audio.is_away = is_away
    remove = RemoveTrack(library, audio, QUERIES)

    await remove(ann, track.track_uuid)

    assert tracks.kept == {}
    assert list(audio.kept) == (["key"] if is_away else [])  # the sweep finds it
    for gone in (track.track_uuid, uuid4()):
        with pytest.raises(NoSuchTrack):
            await remove(ann, gone)


async def test_tracks_are_indexed_batch_by_batch(library: Busy, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("application.index_tracks.PAUSE_SECONDS", 0)
    library.to_index = 2 * BATCH + 1

    assert await IndexTracks(library)() == 2 * BATCH + 1
    assert (library.to_index, library.batches) == (0, 4)


async def test_indexing_goes_on_after_what_went_wrong(
    library: Busy, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("application.index_tracks.PAUSE_SECONDS", 0)
    monkeypatch.setattr("application.index_tracks.EVERY_SECONDS", 0)
    library.to_index, library.is_away = 1, True
    work = asyncio.create_task(IndexTracks(library).forever())
    await turns()
    library.is_away = False
    await turns()
    work.cancel()
    await asyncio.wait([work])

    assert library.to_index == 0
    assert "words of tracks not indexed: the store did not answer in time" in caplog.messages


async def turns() -> None:
    """Let others go on for a while."""
    for _ in range(10):
        await asyncio.sleep(0)

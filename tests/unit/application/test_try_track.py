"""Trying a recording does everything but keeping it."""

from uuid import uuid4

import pytest

from application.admission.places import Places
from application.try_track import KeepsNothing
from domain.errors import MusicAppError, NoAudio, NotAWav, TrackNotFound
from domain.tracks import StoredMp3, Track
from domain.users import User
from entrypoints.wiring.container import Container
from tests.unit import memory
from tests.unit.incoming import InMemoryRecording, Told
from tests.wavs import pcm, tone, wav

RECORDING = wav(pcm(tone(8000)))


async def tried(container: Container, user: User, content: bytes, told: Told = Told.AT_ONCE) -> Track:
    application = container.application
    recording = InMemoryRecording([content], user, told)
    return await application.receive_recording().into(recording, application.try_track())


@pytest.mark.parametrize("told", Told)
async def test_it_says_what_the_track_would_be_and_keeps_nothing(container: Container, told: Told) -> None:
    user, _ = await container.application.register()("Ann")

    would_be = await tried(container, user, RECORDING, told)

    assert [*memory.tracks(container).kept, *memory.keeper(container).mp3s] == []
    assert [*memory.converter(container).open_mp3s, *memory.spool(container).open_files] == []
    track = await container.application.receive_recording()(InMemoryRecording([RECORDING], user))
    assert (would_be.file_name, would_be.conversion) == (track.file_name, track.conversion)
    assert would_be.track_uuid != track.track_uuid


@pytest.mark.parametrize(("content", "error"), [(b"<html>", NotAWav), (wav(b""), NoAudio)])
async def test_it_is_refused_as_an_upload_is(container: Container, content: bytes, error: type[MusicAppError]) -> None:
    user, _ = await container.application.register()("Ann")

    with pytest.raises(error):
        await tried(container, user, content)


async def test_it_takes_a_place(container: Container) -> None:
    user, _ = await container.application.register()("Ann")
    places = Places(1, "uploads")
    container.application.upload_places.override(places)
    recording = InMemoryRecording([RECORDING[:9000], RECORDING[9000:]], user)
    free: list[int] = []
    recording.before_block = lambda: free.append(places.shares.free)

    await container.application.receive_recording().into(recording, container.application.try_track())

    assert free == [1, 0]


async def test_nothing_is_kept_that_could_be_read() -> None:
    mp3 = StoredMp3(uuid4(), "a.mp3", size=1, sha256=bytes(32), audio_key=None)
    with pytest.raises(TrackNotFound):
        await anext(KeepsNothing().read(mp3, 0, 1))

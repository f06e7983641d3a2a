"""Adding a track: all of it or nothing."""

import hashlib
from datetime import timedelta

import pytest

from domain.errors import (
    ConverterUnavailable,
    MusicAppError,
    NoAudio,
    NotAWav,
    RecordingTooLarge,
    StoreAway,
    UnknownUser,
)
from domain.recording.repairs import Mended, Repair
from domain.users import User
from entrypoints.settings.settings import Settings
from entrypoints.wiring.container import Container
from tests.unit.memory import clock, converter, in_memory_container, keeper, tracks, users
from tests.unit.streams import blocks, breaking
from tests.wavs import pcm, tone, wav

RECORDING = wav(pcm(tone(8000)))


async def registered(container: Container) -> User:
    user, _ = await container.application.register()("Ann")
    return user


def left_over(container: Container) -> list[object]:
    """Everything that a refused upload must not leave."""
    return [*tracks(container).kept, *keeper(container).mp3s, *converter(container).open_mp3s]


async def test_a_track_knows_what_was_found_out(container: Container) -> None:
    user = await registered(container)
    track = await container.application.add_track()(user, "talk.WAV", blocks(RECORDING[:50], RECORDING[50:]))
    mp3 = keeper(container).mp3s[track.track_uuid]
    assert tracks(container).kept == {track.track_uuid: track}
    assert (track.file_name, track.user_id, track.conversion.repairs) == ("talk.mp3", user.user_id, ())
    assert (track.conversion.duration, track.conversion.wav_size) == (timedelta(seconds=1), len(RECORDING))
    assert track.conversion.wav_sha256 == hashlib.sha256(RECORDING).digest()
    assert (track.conversion.mp3_size, track.conversion.mp3_sha256) == (len(mp3), hashlib.sha256(mp3).digest())
    assert track.created_at == clock(container).now()
    assert converter(container).open_mp3s == []


async def test_what_was_mended_is_kept_with_the_track(container: Container) -> None:
    track = await container.application.add_track()(await registered(container), "cut.wav", blocks(RECORDING[:-100]))
    assert Mended(Repair.TRUNCATED) in track.conversion.repairs


@pytest.mark.parametrize("error", [RecordingTooLarge(5), StoreAway(), RuntimeError("the network"), OSError("the disk")])
async def test_what_the_upload_raises_comes_out_unchanged_and_nothing_is_kept(
    container: Container, error: Exception
) -> None:
    user = await registered(container)
    with pytest.raises(type(error)) as raised:
        await container.application.add_track()(user, "a.wav", breaking(RECORDING, error=error))
    assert raised.value is error
    assert left_over(container) == []


@pytest.mark.parametrize(("content", "error"), [(b"<html>", NotAWav), (b"", NotAWav), (wav(b""), NoAudio)])
async def test_what_is_no_recording_leaves_nothing(
    container: Container, content: bytes, error: type[MusicAppError]
) -> None:
    with pytest.raises(error):
        await container.application.add_track()(await registered(container), "a.wav", blocks(content))
    assert left_over(container) == []


async def test_a_user_deleted_meanwhile_leaves_nothing(container: Container) -> None:
    user = await registered(container)
    users(container).kept.clear()
    with pytest.raises(UnknownUser):
        await container.application.add_track()(user, "a.wav", blocks(RECORDING))
    assert left_over(container) == []


async def test_a_converter_that_cannot_run_leaves_nothing(container: Container) -> None:
    user = await registered(container)
    converter(container).problem = "it is gone"
    with pytest.raises(ConverterUnavailable):
        await container.application.add_track()(user, "a.wav", blocks(RECORDING))
    assert left_over(container) == []


async def test_the_bound_on_the_upload_counts_bytes() -> None:
    container = in_memory_container(Settings().but(max_upload_bytes=len(RECORDING) - 1))
    with pytest.raises(RecordingTooLarge):
        await container.application.add_track()(await registered(container), "a.wav", blocks(RECORDING))
    assert left_over(container) == []

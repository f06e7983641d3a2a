"""Encoding in segments against one LAME encoder that is fed with the same 16-bit samples.

The decoded samples are mostly the same, bit for bit, and for ordinary sound in constant bit rates always. Where they
are not, what differs is coding noise, which these tests hold to be as strong as one encoder's.
"""

import numpy as np
import pytest

from adapters.lame import parallel, seam
from adapters.lame.stream import FrameStream
from domain.output.format import Mp3Format
from tests.integration.lame.encoding import (
    Encoded,
    in_one_piece,
    in_segments,
    pcm,
    signal_to_noise,
    target,
)
from tests.players import PLAYERS, by_ffmpeg, by_libsndfile
from tests.sounds import SOUNDS, Sound, music, noise, silence, speech

SEGMENT_PIECES = 3
SEGMENTS = 3
FRAMES = 49 * SEGMENT_PIECES * SEGMENTS
ALLOWED_DB = 0.1
SILENT_DB = 90
FORMATS = [
    (44100, 2, "128"),
    (44100, 1, "V2"),
    (48000, 1, "64"),
    (48000, 2, "V0"),
    (32000, 2, "320"),
    (22050, 1, "V5"),
    (16000, 1, "32"),
    (16000, 2, "160"),
    (11025, 2, "48"),
    (8000, 1, "V9"),
    (8000, 1, "64"),
    (24000, 2, "V4"),
]


@pytest.fixture(autouse=True)
def short_segments(monkeypatch: pytest.MonkeyPatch) -> None:
    """Three pieces of 49 frames, so that a few seconds have several seams."""
    monkeypatch.setattr(parallel, "_LEAST_PIECES", SEGMENT_PIECES)
    monkeypatch.setattr(parallel, "_MOST_PIECES", SEGMENT_PIECES)


def samples_of(sound: Sound, form: Mp3Format) -> bytes:
    """Of three segments; the last is 29 frames and a bit too short."""
    return pcm(sound((FRAMES - 30) * form.samples_per_frame + 77, form.channels, form.sample_rate, 1))


def around(frame: int, form: Mp3Format) -> slice:
    """The second in the midst of which a frame begins, in samples."""
    middle, half = frame * form.samples_per_frame, form.sample_rate // 2
    return slice(max(0, middle - half), middle + half)


def assert_sounds_as_by_one(form: Mp3Format, samples: bytes, ours: Encoded) -> None:
    """Length, and signal-to-noise overall and around every seam."""
    original = np.frombuffer(samples, "<i2").reshape(-1, form.channels) / 32768
    heard, by_one = (by_libsndfile(mp3, form.channels)[0] for mp3 in (ours.mp3, in_one_piece(form, samples).mp3))
    assert heard.shape == by_one.shape == original.shape
    if np.array_equal(heard, by_one):
        return
    for part in (slice(None), *(around(frame, form) for frame in ours.seams)):
        if original[part].any():
            difference = signal_to_noise(original[part], heard[part]) - signal_to_noise(original[part], by_one[part])
            assert abs(difference) <= ALLOWED_DB
        else:
            assert signal_to_noise(original[part], heard[part]) > SILENT_DB


@pytest.mark.parametrize(
    ("sound", "rate", "channels", "quality"),
    [(sound, *form) for number, sound in enumerate(SOUNDS) for form in FORMATS[number % 2 :: 2]],
)
async def test_segments_sound_as_if_one_encoder_had_made_them(
    sound: str, rate: int, channels: int, quality: str
) -> None:
    form = target(rate, channels, quality)
    samples = samples_of(SOUNDS[sound], form)

    ours = await in_segments(form, samples)

    assert_sounds_as_by_one(form, samples, ours)


@pytest.mark.parametrize(("rate", "channels", "quality"), [(44100, 2, "128"), (16000, 1, "32"), (24000, 2, "64")])
async def test_ordinary_sound_is_the_same_bit_for_bit(rate: int, channels: int, quality: str) -> None:
    form = target(rate, channels, quality)
    samples = samples_of(noise, form)

    ours = await in_segments(form, samples)

    assert ours.seams
    heard, by_one = (by_ffmpeg(mp3, channels)[0] for mp3 in (ours.mp3, in_one_piece(form, samples).mp3))
    assert np.array_equal(heard, by_one)


@pytest.mark.parametrize("quality", ["32", "128", "320", "V0", "V9"])
async def test_silence_stays_silent(quality: str) -> None:
    form = target(44100, 2, quality)

    ours = await in_segments(form, samples_of(silence, form))

    assert len(ours.seams) == SEGMENTS - 1
    heard, warnings = by_ffmpeg(ours.mp3, 2)
    assert signal_to_noise(np.zeros_like(heard), heard) > SILENT_DB
    assert not warnings


@pytest.mark.parametrize(("rate", "channels", "quality"), [(44100, 2, "128"), (8000, 1, "V5")])
async def test_segments_that_never_agree_are_encoded_as_one(
    monkeypatch: pytest.MonkeyPatch, rate: int, channels: int, quality: str
) -> None:
    monkeypatch.setattr(seam, "AGREEING_FRAMES", FRAMES)
    form = target(rate, channels, quality)
    samples = samples_of(music, form)

    ours = await in_segments(form, samples)

    assert ours.frames == in_one_piece(form, samples).frames


@pytest.mark.parametrize(("rate", "channels", "quality"), [(44100, 2, "V2"), (24000, 2, "V4"), (8000, 1, "V9")])
async def test_a_frame_that_was_lengthened_is_not_heard(
    monkeypatch: pytest.MonkeyPatch, rate: int, channels: int, quality: str
) -> None:
    """Without patience: at every seam where the first frame does not fit, which is at some in each format."""
    monkeypatch.setattr(seam, "_PATIENCE_FRAMES", 0)
    lengthened, lengthen = [], FrameStream.lengthen

    def counting(stream: FrameStream, number: int, room: int) -> bool:
        lengthened.append(number)
        return lengthen(stream, number, room)

    monkeypatch.setattr(FrameStream, "lengthen", counting)
    form = target(rate, channels, quality)
    seams = set()

    for sound in (music, speech, noise):
        samples = samples_of(sound, form)
        ours = await in_segments(form, samples)
        seams.update(ours.seams)
        assert_sounds_as_by_one(form, samples, ours)
        for decode in PLAYERS.values():
            assert not decode(ours.mp3, channels)[1]

    assert seams & set(lengthened)

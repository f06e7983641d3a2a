"""Loudness against the test signals of the EBU, and against what ffmpeg makes of the same samples."""

import re
import subprocess

import numpy as np
import pytest

from adapters.numpy.meter import NumpySoundMeter
from domain.recording.format import SampleEncoding, WavFormat
from tests.contract.meters import measured
from tests.contract.recordings import Recording
from tests.programs import FFMPEG
from tests.wavs import Samples

LAYOUTS = {1: ("mono", 0), 2: ("stereo", 0x3), 6: ("5.1(side)", 0x60F)}
RATES = [8000, 11025, 16000, 44100, 48000, 96000, 192_000]

# EBU Tech 3341, table 1, tests 1 to 5: a 1 kHz sine in both channels, peaks in dBFS and seconds; all at 48 kHz.
EBU_TONES: dict[int, tuple[list[tuple[float, float]], float]] = {
    1: ([(-23, 20)], -23),
    2: ([(-33, 20)], -33),
    3: ([(-36, 10), (-23, 60), (-36, 10)], -23),
    4: ([(-72, 10), (-36, 10), (-23, 60), (-36, 10), (-72, 10)], -23),
    5: ([(-26, 20), (-20, 20.1), (-26, 20)], -23),
}


def sine(rate: int, seconds: float, dbfs: float = 0.0, frequency: float = 1000.0) -> Samples:
    wave: Samples = 10 ** (dbfs / 20) * np.sin(2 * np.pi * frequency / rate * np.arange(round(seconds * rate)))
    return wave


def as_recording(values: Samples, rate: int) -> Recording:
    samples, channels = values.shape
    source = WavFormat(SampleEncoding.FLOAT_32, channels, LAYOUTS[channels][1], rate, 4 * channels)
    return Recording(source, values.astype("<f4").tobytes(), samples)


async def by_us(what: Recording) -> float | None:
    sound = await measured(NumpySoundMeter(), what)
    assert sound
    return sound.loudness


def by_ffmpeg(what: Recording) -> float:
    """In LUFS, -70 where nothing passes the gate."""
    layout = LAYOUTS[what.source.channels][0]
    form = f"-f f32le -ar {what.source.sample_rate} -channel_layout {layout} -ac {what.source.channels}".split()
    measure = "ebur128=metadata=1,ametadata=mode=print:key=lavfi.r128.I:file=-"
    command = [FFMPEG, "-nostdin", "-v", "error", *form, "-i", "-", "-af", measure, "-f", "null", "-"]
    done = subprocess.run(command, input=what.data, capture_output=True, check=True, timeout=60)
    return float(re.findall(r"lavfi\.r128\.I=(\S+)", done.stdout.decode())[-1])


def speech(rate: int, seconds: int) -> Samples:
    """Syllables of noise with pauses of different length, which is what gates are for."""
    rng = np.random.default_rng(rate)
    noise = rng.normal(0, 0.1, seconds * rate)
    envelope = np.repeat(rng.choice([0, 0, 0.003, 0.3, 1], seconds * 8), rate // 8)
    noise[: len(envelope)] *= envelope
    return noise


@pytest.mark.parametrize("number", EBU_TONES)
async def test_tones_of_the_ebu_are_as_loud_as_it_says(number: int) -> None:
    parts, expected = EBU_TONES[number]
    tone = np.concatenate([sine(48000, seconds, dbfs) for dbfs, seconds in parts])
    what = as_recording(np.stack([tone, tone], axis=1), 48000)

    loudness = await by_us(what)

    assert loudness == pytest.approx(expected, abs=0.1)
    assert loudness == pytest.approx(by_ffmpeg(what), abs=0.02)


async def test_surround_sound_of_the_ebu_is_as_loud_as_it_says() -> None:
    """Test 6: left and right -28, centre -24, surround -30 dBFS; the low-frequency channel, here loud, is left out."""
    levels = (-28, -28, -24, -3, -30, -30)
    what = as_recording(np.stack([sine(48000, 20, level) for level in levels], axis=1), 48000)

    loudness = await by_us(what)

    assert loudness == pytest.approx(-23, abs=0.1)
    assert loudness == pytest.approx(by_ffmpeg(what), abs=0.02)


@pytest.mark.parametrize("channels", [1, 2, 6])
@pytest.mark.parametrize("rate", RATES)
async def test_noise_is_as_loud_as_ffmpeg_says(rate: int, channels: int) -> None:
    what = as_recording(np.random.default_rng(1).normal(0, 0.1, (2 * rate, channels)), rate)

    assert await by_us(what) == pytest.approx(by_ffmpeg(what), abs=0.02)


@pytest.mark.parametrize("channels", [1, 2])
@pytest.mark.parametrize("rate", RATES)
async def test_speech_is_as_loud_as_ffmpeg_says(rate: int, channels: int) -> None:
    what = as_recording(np.stack([speech(rate, 12)] * channels, axis=1), rate)

    assert await by_us(what) == pytest.approx(by_ffmpeg(what), abs=0.05)


@pytest.mark.parametrize("rate", [8000, 48000, 192_000])
async def test_rumble_and_an_offset_hide_nothing(rate: int) -> None:
    rumble = sine(rate, 6, -10, 15) + 0.2
    what = as_recording((rumble + sine(rate, 6, -50, 500))[:, None], rate)

    assert await by_us(what) == pytest.approx(by_ffmpeg(what), abs=0.05)

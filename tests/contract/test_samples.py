"""Recordings whose samples are not what their format chunk says: from the file to what is heard.

With every converter. Levels are those that were recorded.
"""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from adapters.ffmpeg.command_line import find_ffmpeg
from adapters.ffmpeg.converter import FfmpegAudioConverter
from adapters.lame.converter import LameAudioConverter
from adapters.lame.pool import EncoderPool
from adapters.numpy.meter import NumpySoundMeter
from adapters.pydub.converter import PydubAudioConverter
from domain.convert import Convert
from domain.incoming_wav import AudioLimits
from domain.output.converter import AudioConverter
from domain.output.format import Mp3Quality
from domain.recording.limits import WavLimits
from tests.players import by_libsndfile
from tests.unit.streams import blocks
from tests.wavs import Samples, floats, tone, wav

MAX_BYTES = 1 << 24
RATE = 16_000
SOUND = tone(RATE, rate=RATE)
LEVEL = 0.5 / 2**0.5
QUARTER = bytes(RATE)
"""Of a second, in zeros of four bytes."""
LATER = SOUND[RATE // 4 :]


def whole(values: Samples, full_scale: float) -> bytes:
    return np.round(values * full_scale).astype("<i4").tobytes()


def in_four(data: bytes, bits: int) -> bytes:
    return wav(data, bits=bits, block_align=4, rate=RATE)


CASES: dict[str, tuple[bytes, str, float]] = {
    "low three after silence": (in_four(QUARTER + whole(LATER, 2.0**23), 24), "", LEVEL * 0.75**0.5),
    "float after silence": (in_four(QUARTER + floats(LATER), 32), "float-samples", LEVEL * 0.75**0.5),
    "16.8 float": (in_four(floats(SOUND * 2.0**15), 32), "float-samples", LEVEL),
}
"""Beside those of `tests.recorders`, and as they are measured."""


def lame(folder: Path) -> AudioConverter:
    return LameAudioConverter(ffmpeg(folder), EncoderPool(2), folder, MAX_BYTES)


def ffmpeg(folder: Path) -> AudioConverter:
    return FfmpegAudioConverter(find_ffmpeg(None), folder, MAX_BYTES)


def pydub(folder: Path) -> AudioConverter:
    return PydubAudioConverter(find_ffmpeg(None), folder, MAX_BYTES, MAX_BYTES)


@pytest.fixture(params=[lame, ffmpeg, pydub])
def convert(request: pytest.FixtureRequest, tmp_path: Path) -> Convert:
    make: Callable[[Path], AudioConverter] = request.param
    limits = AudioLimits(WavLimits(), max_wav_bytes=MAX_BYTES, max_duration=60, max_mp3_bytes=MAX_BYTES)
    return Convert(make(tmp_path), limits, Mp3Quality(bit_rate=128), NumpySoundMeter())


async def heard_of(convert: Convert, file: bytes) -> tuple[Samples, int, str, float]:
    """What is heard of its MP3, at which rate, what was mended, and the largest sample."""
    async with convert(blocks(file)) as made:
        mp3 = b"".join([block async for block in made.mp3.read(0, made.mp3.size)])
    said = made.conversion
    assert said.sound is not None
    repairs = ",".join(map(str, said.repairs))
    return by_libsndfile(mp3, 1)[0], said.mp3_format.sample_rate, repairs, said.sound.sample_peak


@pytest.mark.parametrize("name", CASES)
async def test_samples_in_four_bytes_are_heard_as_they_were_recorded(convert: Convert, name: str) -> None:
    file, token, level = CASES[name]

    heard, rate, repairs, peak = await heard_of(convert, file)

    assert abs(len(heard) - rate) <= 1152
    assert np.sqrt(np.mean(heard**2)) == pytest.approx(level, rel=0.1)
    assert repairs == token
    assert peak == pytest.approx(0.5, abs=1e-6)

"""Recordings whose sizes are wrong, from the file to what is heard of its MP3, with every converter.

Seconds, tokens and level are those that a listener would call right, not what some program makes of the file.
"""

from pathlib import Path

import numpy as np
import pytest

from adapters.ffmpeg.command_line import find_ffmpeg
from adapters.ffmpeg.converter import FfmpegAudioConverter
from adapters.lame.converter import LameAudioConverter
from adapters.lame.pool import EncoderPool
from adapters.pydub.converter import PydubAudioConverter
from domain.convert import Convert
from domain.incoming_wav import AudioLimits
from domain.output.converter import AudioConverter
from domain.output.format import Mp3Quality
from domain.recording.limits import WavLimits
from tests.players import by_libsndfile
from tests.unit.streams import blocks
from tests.wavs import Samples, pcm, tone, wav

MAX_BYTES = 1 << 24
RATE = 16_000
FRAME = 1152 / RATE
ONE, TWO = (0.5 * tone(RATE, rate=RATE, frequency=hertz) for hertz in (440, 660))
SIZE = 2 * RATE
LEVEL = 0.25 / 2**0.5


def head(riff: int, data: int) -> bytes:
    """Of 44 bytes, with sizes that may be wrong."""
    return wav(b"", rate=RATE, riff_size=riff % 2**32, data_size=data % 2**32)


def whole(sound: Samples) -> bytes:
    return wav(pcm(sound), rate=RATE)


def claiming(size: int) -> bytes:
    """A second of sound below a head that says something else."""
    return head(36 + size, size) + pcm(ONE)


CASES: dict[str, tuple[bytes, float, str]] = {
    "nothing updated": (head(36 + SIZE, SIZE) + pcm(ONE) + pcm(TWO), 2, "wrong-data-size"),
    "miscounted by 36": (claiming(SIZE + 36), 1, "wrong-data-size"),
    "a WAV within a WAV": (wav(whole(ONE), rate=RATE), 1, "inner-head"),
    "leftovers": (whole(ONE) + bytes(9000), 1, "trailing-bytes;bytes=9000"),
}
"""Beside those of `tests.recorders`."""


@pytest.fixture(params=["lame", "ffmpeg", "pydub"])
def converter(request: pytest.FixtureRequest, tmp_path: Path) -> AudioConverter:
    ffmpeg = FfmpegAudioConverter(find_ffmpeg(None), tmp_path, MAX_BYTES)
    if request.param == "lame":
        return LameAudioConverter(ffmpeg, EncoderPool(2), tmp_path, MAX_BYTES)
    return (
        ffmpeg if request.param == "ffmpeg" else PydubAudioConverter(find_ffmpeg(None), tmp_path, MAX_BYTES, MAX_BYTES)
    )


@pytest.mark.parametrize("name", CASES)
async def test_what_is_heard_is_the_sound_of_the_recording(converter: AudioConverter, name: str) -> None:
    file, seconds, token = CASES[name]
    limits = AudioLimits(WavLimits(), max_wav_bytes=MAX_BYTES, max_duration=60, max_mp3_bytes=MAX_BYTES)

    async with Convert(converter, limits, Mp3Quality(bit_rate=128))(blocks(file), len(file)) as made:
        mp3 = b"".join([block async for block in made.mp3.read(0, made.mp3.size)])

    heard, _ = by_libsndfile(mp3, 1)
    assert list(map(str, made.conversion.repairs)) in ([token], [token, "wrong-riff-size"])
    assert abs(len(heard) / RATE - seconds) <= FRAME
    assert np.sqrt(np.mean(heard**2)) == pytest.approx(LEVEL, rel=0.1)

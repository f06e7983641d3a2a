"""Recordings that other programs encode in the codecs of call recorders, from the WAV to the MP3."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile  # type: ignore[import-untyped] # it comes without types

from adapters.ffmpeg.converter import FfmpegAudioConverter
from adapters.ffmpeg.decoder import FfmpegAudioDecoder
from adapters.lame.converter import LameAudioConverter
from adapters.lame.pool import EncoderPool
from adapters.numpy.meter import NumpySoundMeter
from adapters.pydub.converter import PydubAudioConverter
from domain.conversions import Conversion
from domain.convert import Convert
from domain.incoming_wav import AudioLimits
from domain.output.converter import AudioConverter
from domain.output.format import Mp3Quality
from domain.recording.limits import WavLimits
from tests.codecs import RECORDINGS
from tests.players import by_libsndfile
from tests.programs import FFMPEG
from tests.sounds import speech
from tests.unit.domain.test_convert import Listener
from tests.unit.streams import blocks
from tests.wavs import Samples

LENGTH = 16_001
"""Samples: none of the codecs has a block that ends there."""
LIMITS = AudioLimits(WavLimits(), max_wav_bytes=1 << 24, max_duration=60, max_mp3_bytes=1 << 24)
BY_FFMPEG = {
    "G.726 of 2 bits": (8000, "g726 -code_size 2"),
    "G.726 of 3 bits": (8000, "g726 -code_size 3"),
    "G.726 of 4 bits": (8000, "g726 -code_size 4"),
    "G.726 of 5 bits": (8000, "g726 -code_size 5"),
    "G.722": (16_000, "g722"),
    "G.723.1": (8000, "g723_1 -b:a 6300"),
    "Yamaha ADPCM": (8000, "adpcm_yamaha"),
    "MS ADPCM": (8000, "adpcm_ms"),
    "IMA ADPCM": (8000, "adpcm_ima_wav"),
}
"""Rates in Hz, and ffmpeg's encoders."""
BY_LIBSNDFILE = {"G.721": "G721_32", "GSM 6.10": "GSM610"}
FEW_BITS = ("G.723.1", "GSM 6.10", "G.726 of 2 bits")
"""Whose MP3 has 16 kb/s."""


def encoded(codec: str, folder: Path) -> tuple[bytes, int, Samples]:
    """The WAV, its sample rate, and what the program that made it hears in it."""
    path, rate = folder / "call.wav", BY_FFMPEG.get(codec, (8000, ""))[0]
    spoken = speech(LENGTH, 1, rate, seed=3)
    if codec in BY_LIBSNDFILE:
        soundfile.write(path, spoken, rate, subtype=BY_LIBSNDFILE[codec])
        heard = soundfile.read(path)[0]
    else:
        source = ["-f", "f64le", "-ar", str(rate), "-ac", "1", "-i", "pipe:0", "-c:a", *BY_FFMPEG[codec][1].split()]
        subprocess.run([FFMPEG, "-v", "error", *source, str(path)], input=spoken.tobytes(), check=True)
        reading = [FFMPEG, "-v", "quiet", "-i", str(path), "-f", "f64le", "pipe:1"]
        heard = np.frombuffer(subprocess.run(reading, capture_output=True, check=True).stdout, "<f8")
    return path.read_bytes(), rate, heard[:LENGTH]


def lame(folder: Path) -> AudioConverter:
    return LameAudioConverter(FfmpegAudioConverter(FFMPEG, folder, 1 << 24), EncoderPool(2), folder, 1 << 24)


def ffmpeg(folder: Path) -> AudioConverter:
    return FfmpegAudioConverter(FFMPEG, folder, 1 << 24)


def pydub(folder: Path) -> AudioConverter:
    return PydubAudioConverter(FFMPEG, folder, 1 << 24, 1 << 24)


async def converted(converter: AudioConverter, wav: bytes) -> tuple[Conversion, bytes]:
    convert = Convert(
        converter, LIMITS, Mp3Quality(bit_rate=128), NumpySoundMeter(), decoder=FfmpegAudioDecoder(FFMPEG)
    )
    async with convert(blocks(wav)) as made:
        return made.conversion, b"".join([block async for block in made.mp3.read(0, made.mp3.size)])


@pytest.mark.parametrize("codec", [*BY_FFMPEG, *BY_LIBSNDFILE])
async def test_a_call_is_heard_as_other_programs_hear_it_and_as_long_as_it_was(tmp_path: Path, codec: str) -> None:
    wav, rate, expected = encoded(codec, tmp_path)

    conversion, mp3 = await converted(lame(tmp_path), wav)

    heard = by_libsndfile(mp3, 1)[0]
    assert len(heard) == LENGTH == round(conversion.duration.total_seconds() * rate)
    assert np.corrcoef(heard[:, 0], expected)[0, 1] > (0.8 if codec in FEW_BITS else 0.9)
    assert conversion.sound is not None
    assert conversion.sound.sample_peak == pytest.approx(np.abs(expected).max(), rel=0.2 if codec == "G.721" else 1e-3)
    assert conversion.sound.loudness is not None


@pytest.mark.parametrize("make", [lame, ffmpeg, pydub])
@pytest.mark.parametrize("name", ["G.729", "IMA ADPCM of 3 bits, stereo"])
async def test_every_converter_makes_the_same_of_it(
    tmp_path: Path, name: str, make: Callable[[Path], AudioConverter]
) -> None:
    what = RECORDINGS[name]

    conversion, mp3 = await converted(make(tmp_path), what.file(fact=what.samples - 50))

    assert len(by_libsndfile(mp3, what.channels)[0]) == what.samples - 50
    assert conversion.mp3_format.channels == what.channels
    assert conversion.sound == (await converted(lame(tmp_path), what.file(fact=what.samples - 50)))[0].sound


@pytest.mark.parametrize("name", ["OKI ADPCM", "G.722", "G.726 of 3 bits", "G.729"])
async def test_a_recording_behind_another_is_heard_as_it_is_alone(name: str) -> None:
    what = RECORDINGS[name]
    alone, together = Listener(), Listener()

    for listener, wav in ((alone, what.file()), (together, what.file() * 2)):
        convert = Convert(listener, LIMITS, Mp3Quality(bit_rate=128), decoder=FfmpegAudioDecoder(FFMPEG))
        async with convert(blocks(wav)):
            pass

    assert b"".join(together.blocks) == 2 * b"".join(alone.blocks)

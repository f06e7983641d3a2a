"""What players make of our MP3s: every sample, in its place, and not one warning."""

from pathlib import Path

import numpy as np
import pytest

from adapters.ffmpeg.converter import FfmpegAudioConverter
from adapters.lame import parallel
from adapters.lame.converter import LameAudioConverter
from adapters.lame.pool import EncoderPool
from tests.contract.converters import encoded
from tests.contract.recordings import recording
from tests.players import EXACT, PLAYERS
from tests.programs import FFMPEG
from tests.sounds import SOUNDS, music
from tests.wavs import Samples

SEGMENT_FRAMES = 98
FORMATS = [
    (44100, 2, "128"),
    (44100, 1, "V4"),
    (44100, 2, "V0"),
    (48000, 2, "320"),
    (32000, 1, "32"),
    (24000, 2, "V9"),
    (22050, 1, "64"),
    (16000, 2, "48"),
    (11025, 1, "V2"),
    (8000, 1, "32"),
]


@pytest.fixture
def converter(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> LameAudioConverter:
    """With short segments."""
    monkeypatch.setattr(parallel, "_LEAST_PIECES", SEGMENT_FRAMES // 49)
    monkeypatch.setattr(parallel, "_MOST_PIECES", SEGMENT_FRAMES // 49)
    other = FfmpegAudioConverter(FFMPEG, tmp_path, 1 << 28)
    return LameAudioConverter(other, EncoderPool(2), tmp_path, 1 << 28)


def delay(heard: Samples, original: Samples) -> int:
    """By how many samples the first comes behind the second: where they are most alike."""
    size = 1 << (2 * len(original)).bit_length()  # others may take a hundred times as long
    spectra = np.fft.rfft(heard[:, 0], size) * np.conj(np.fft.rfft(original[:, 0], size))
    place = int(np.argmax(np.fft.irfft(spectra, size)))
    return place if place < size // 2 else place - size


@pytest.mark.parametrize(("rate", "channels", "quality"), FORMATS)
async def test_every_sample_comes_back_in_its_place(
    converter: LameAudioConverter, rate: int, channels: int, quality: str
) -> None:
    samples = 3 * SEGMENT_FRAMES * (1152 if rate >= 32000 else 576) + 123
    values = 0.7 * music(samples, channels, rate, 3)

    mp3 = await encoded(converter, recording(values, rate=rate), quality)

    for decode in PLAYERS.values():
        heard, warnings = decode(mp3, channels)
        assert warnings == ""
        if decode in EXACT.values():
            assert heard.shape == values.shape
            assert delay(heard, values) == 0
        else:
            assert len(heard) >= samples


@pytest.mark.parametrize("sound", SOUNDS)
@pytest.mark.parametrize(("rate", "quality"), [(44100, "128"), (22050, "V4")])
async def test_no_sound_makes_a_decoder_complain(
    converter: LameAudioConverter, sound: str, rate: int, quality: str
) -> None:
    values = 0.7 * SOUNDS[sound](8 * rate, 2, rate, 2)

    mp3 = await encoded(converter, recording(values, rate=rate), quality)

    for decode in PLAYERS.values():
        heard, warnings = decode(mp3, 2)
        assert warnings == ""
        assert decode not in EXACT.values() or len(heard) == len(values)

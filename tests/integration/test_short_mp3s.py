"""MP3s of very short recordings, by every converter: every decoder takes them for MP3s, and counts to the sample.

A few lengths of the many that `python -m tests.decoders` tries.
"""

from pathlib import Path

import numpy as np
import pytest

from adapters.ffmpeg.command_line import find_ffmpeg
from tests.contract.converters import encoded
from tests.contract.recordings import recording
from tests.decoders.counting import decoders, quick_decoders
from tests.decoders.mp3s import converters, mp3s
from tests.players import by_libsndfile

OF_FRAMES = [575, 576, 577, 1089, 1152, 1153, 2193, 2240, 2241, 3000, 4608, 5761, 5780, 10_000, 40_000]
LENGTHS = {"lame": [1, 2, 5, 45, 46, 47, 48, *OF_FRAMES], "ffmpeg": [1, 46, 47, 1153, 2241, 5780], "pydub": [1, 2305]}


@pytest.mark.parametrize(
    ("rate", "quality", "channels"), [(8000, "64", 1), (8000, "V2", 1), (44100, "128", 1), (44100, "V2", 2)]
)
@pytest.mark.parametrize("name", LENGTHS)
async def test_every_decoder_counts_to_the_sample(
    name: str, rate: int, quality: str, channels: int, tmp_path: Path
) -> None:
    converter = converters(tmp_path, find_ffmpeg(None))[name]

    made = {length: mp3 async for length, mp3 in mp3s(converter, rate, quality, channels, LENGTHS[name])}

    for decoder, decode in quick_decoders().items():
        assert decode(list(made.values()), rate, channels) == LENGTHS[name], decoder


@pytest.mark.parametrize(("rate", "quality"), [(8000, "V2"), (44100, "64")])
async def test_so_do_players_with_more_around_their_decoder(rate: int, quality: str, tmp_path: Path) -> None:
    """GStreamer and Chromium, where they are."""
    lengths = LENGTHS["lame"]

    made = {length: mp3 async for length, mp3 in mp3s(converters(tmp_path)["lame"], rate, quality, 1, lengths)}

    for decoder in decoders().keys() - quick_decoders().keys():
        assert decoders()[decoder](list(made.values()), rate, 1) == lengths, decoder


@pytest.mark.parametrize("name", LENGTHS)
@pytest.mark.parametrize(("rate", "samples"), [(8000, 30), (44100, 1000), (44100, 2400)])
async def test_what_is_short_is_heard_from_its_first_sample_on(
    name: str, rate: int, samples: int, tmp_path: Path
) -> None:
    """The silence around it is left out, and nothing of it is: a tone stands where it stood."""
    tone = 0.5 * np.cos(2 * np.pi * np.arange(samples) / 16)[:, None]

    mp3 = await encoded(converters(tmp_path)[name], recording(tone, rate=rate), "V0")

    heard = by_libsndfile(mp3, 1)[0]
    assert heard.shape == tone.shape
    assert np.corrcoef(heard[:, 0], tone[:, 0])[0, 1] > 0.95


LEVELS = {"32": 0.95, "128": 0.95, "160": 0.95, "192": 0.97, "224": 0.98, "256": 1.0, "320": 1.0, "V2": 1.0}


@pytest.mark.parametrize(("quality", "level"), LEVELS.items())
async def test_constant_rates_are_turned_down_as_the_page_says(quality: str, level: float, tmp_path: Path) -> None:
    tone = 0.3 * np.sin(2 * np.pi * 441 * np.arange(22050) / 44100)[:, None]

    mp3 = await encoded(converters(tmp_path)["lame"], recording(tone), quality)

    middle = slice(4410, -4410)
    heard, was = by_libsndfile(mp3, 1)[0][middle, 0], tone[middle, 0]
    assert heard @ was / (was @ was) == pytest.approx(level, abs=0.004)

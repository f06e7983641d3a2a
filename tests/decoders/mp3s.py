"""MP3s of many lengths, by every converter."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import numpy as np

from adapters.ffmpeg.converter import FfmpegAudioConverter
from adapters.lame.converter import LameAudioConverter
from adapters.lame.pool import EncoderPool
from adapters.pydub.converter import PydubAudioConverter
from domain.output.converter import AudioConverter
from tests.contract.converters import encoded
from tests.contract.recordings import Recording, recording
from tests.programs import FFMPEG

RATES = (8000, 16000, 44100, 48000)
_MOST_BYTES = 1 << 30
_PROGRAMS_AT_ONCE = 4
_THREADED_AT_ONCE = 64
"""Of LAME, which starts no program: enough that its threads never wait for the next."""


def converters(spool: Path, ffmpeg: str = FFMPEG) -> dict[str, AudioConverter]:
    """By the names that `CONVERTER` knows; `ffmpeg` is the program."""
    by_ffmpeg = FfmpegAudioConverter(ffmpeg, spool, _MOST_BYTES)
    return {
        "lame": LameAudioConverter(by_ffmpeg, EncoderPool(2), spool, _MOST_BYTES),
        "ffmpeg": by_ffmpeg,
        "pydub": PydubAudioConverter(ffmpeg, spool, _MOST_BYTES, _MOST_BYTES),
    }


def qualities(converter: str) -> tuple[tuple[str, int], ...]:
    """With channels. Stereo above 128 kb/s is encoded by ffmpeg whatever the converter is, so LAME gets no more."""
    return ("64", 1), ("V2", 1), ("128" if converter == "lame" else "192", 2)


def lengths(step: int, frames: int) -> list[int]:
    """In samples: each `step`th from 1 to 5,000, and those around each multiple of 1,152 up to so many frames."""
    around = {1152 * frame + beyond for frame in range(1, frames + 1) for beyond in (-2, -1, 0, 1, 2, 46, 47, 48)}
    return sorted({1, 2, 46, 47, 48} | set(range(1, 5001, step)) | around)


async def mp3s(
    converter: AudioConverter, rate: int, quality: str, channels: int, wanted: Sequence[int]
) -> AsyncIterator[tuple[int, bytes]]:
    """Each length with its MP3, in order."""
    at_once = _THREADED_AT_ONCE if isinstance(converter, LameAudioConverter) else _PROGRAMS_AT_ONCE
    for start in range(0, len(wanted), at_once):
        some = wanted[start : start + at_once]
        made = await asyncio.gather(*(encoded(converter, _recording(rate, channels, count), quality) for count in some))
        for count, mp3 in zip(some, made, strict=True):
            yield count, mp3


def _recording(rate: int, channels: int, samples: int) -> Recording:
    values = np.random.default_rng(samples).normal(0, 0.1, (samples, channels))
    return recording(np.clip(values, -1, 1), rate=rate)

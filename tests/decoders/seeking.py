"""Where players land in an hour of which every twentieth of a second says which one it is.

Each is a chord of up to 17 tones, one for each bit of its number in Gray's code, so that a window over two of them
reads as one of the two. Noise comes and goes over the hour, so that a variable bit rate varies.
"""

import asyncio
import tempfile
from collections.abc import AsyncGenerator, Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from domain.output.converter import AudioConverter
from domain.recording.format import SampleEncoding, WavFormat
from tests.contract.converters import read_all
from tests.contract.recordings import Recording
from tests.decoders import chromium, gstreamer
from tests.decoders.mp3s import converters
from tests.wavs import Samples

RATE = 44100
SLOT = RATE // 20
"""Samples that have one number."""
_WINDOW = SLOT * 4 // 5
SECONDS = 3600
_BITS = 17
_FREQUENCIES = 1000 + 200 * np.arange(_BITS)
_TONES = np.sin(2 * np.pi * _FREQUENCIES[:, None] * np.arange(SLOT) / RATE)
_LOUD, _NOISE = 0.03, 0.04
_SOURCE = WavFormat(SampleEncoding.SIGNED_16, 1, 0, RATE, 2)
PLACES = [37.3, 181.9, 611.2, 900.6, 1234.5, 1799.4, 2222.2, 2700.7, 3100.1, 3333.3, 3560.8]
"""In seconds."""
Landings = Callable[[Path, Sequence[float]], list[bytes]]


def number_heard(sound: Samples) -> int:
    """Of the slot that these samples, at least 40 ms of them, are of."""
    window = sound[:_WINDOW] * np.hanning(_WINDOW)
    at = np.arange(len(window)) / RATE
    levels = np.abs(np.exp(-2j * np.pi * _FREQUENCIES[:, None] * at) @ window) / (len(window) / 4)
    gray = sum(int(level > _LOUD / 2) << bit for bit, level in enumerate(levels))
    number = 0
    while gray:
        number, gray = number ^ gray, gray >> 1
    return number


def began_at(sound: Samples) -> float:
    """The second at which a second of sound begins, by most of what is heard in it, within some milliseconds.

    A window is of the slot in which its middle lies, 25 ms behind the slot's begin on average. The first frames after a
    seek are silent where they want data of frames before them, and are left out.
    """
    starts = range(RATE // 5, min(len(sound), RATE) - SLOT, SLOT // 8)
    middle = (_WINDOW - SLOT) / 2
    begins = [(number_heard(sound[start:]) * SLOT - start - middle) / RATE for start in starts]
    return float(np.median(begins))


def slot(number: int) -> Samples:
    """The samples of one slot, without noise; in each there are whole periods of every tone."""
    gray = number ^ number >> 1
    sounding = np.array([gray >> bit & 1 for bit in range(_BITS)])
    sound: Samples = _LOUD * sounding @ _TONES
    return sound


async def hour() -> AsyncGenerator[bytes, None]:
    """16-bit samples, a second at a time."""
    random = np.random.default_rng(1)
    for second in range(SECONDS):
        sound = np.concatenate([slot(20 * second + part) for part in range(20)])
        level = _NOISE * (second // 300 % 3 / 2) ** 2
        noisy = sound + random.normal(0, level or 1e-4, RATE)
        yield (np.clip(noisy, -1, 1) * 32767).astype("<i2").tobytes()
        await asyncio.sleep(0)


@dataclass(frozen=True)
class Seeks:
    """Of one player in one MP3: by how many seconds what was heard is behind what was asked for, each time."""

    player: str
    converter: str
    quality: str
    errors: list[float]

    @property
    def most(self) -> float:
        return max(map(abs, self.errors))


async def _mp3(converter: AudioConverter, quality: str) -> bytes:
    target = Recording(_SOURCE, b"", 0).target(quality)
    async with converter.convert(_SOURCE, target, hour()) as mp3:
        return await read_all(mp3)


def trial(names: Sequence[str], qualities: Sequence[str]) -> Iterator[Seeks]:
    """Every player that is there, in an MP3 of each converter and quality."""
    players: dict[str, Landings] = {"GStreamer": gstreamer.landings} if gstreamer.is_there() else {}
    if chromium.is_there():
        players["Chromium"] = lambda path, seconds: chromium.landings(path, RATE, seconds)
    with tempfile.TemporaryDirectory() as folder:
        for name in names:
            for quality in qualities:
                path = Path(folder) / "hour.mp3"
                path.write_bytes(asyncio.run(_mp3(converters(Path(folder))[name], quality)))
                for player, land in players.items():
                    yield Seeks(player, name, quality, _errors(land(path, PLACES)))


def _errors(landed: Sequence[bytes]) -> list[float]:
    heard = [began_at(np.frombuffer(sound, "<f4").astype(np.float64)) for sound in landed]
    return [second - place for second, place in zip(heard, PLACES, strict=True)]

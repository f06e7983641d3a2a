"""WAVs to measure with, made a minute at a time."""

import struct
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from domain.recording.format import SampleEncoding

RATE = 44_100
_MINUTE = 60
_BEATS_PER_MINUTE = 120
_FRAME_BYTES = 4
_FORMATS = {SampleEncoding.SIGNED_16: (1, 16), SampleEncoding.SIGNED_24: (1, 24), SampleEncoding.FLOAT_32: (3, 32)}
"""The format tag (WAVE_FORMAT_PCM, WAVE_FORMAT_IEEE_FLOAT) and the bits of a sample."""

Samples = NDArray[np.float32]


def music(
    path: Path,
    seconds: int,
    encoding: SampleEncoding = SampleEncoding.SIGNED_16,
    rate: int = RATE,
    channels: int = 2,
) -> Path:
    """A file of what an encoder has to work for: plucked chords, drums and some noise, no two minutes the same."""
    with path.open("wb") as file:
        for block in music_blocks(seconds, encoding, rate, channels):
            file.write(block)
    return path


def music_blocks(
    seconds: int, encoding: SampleEncoding = SampleEncoding.SIGNED_16, rate: int = RATE, channels: int = 2
) -> Iterator[bytes]:
    """The same, in blocks of at most a minute."""
    yield _head(seconds, encoding, rate, channels)
    for number, start in enumerate(range(0, seconds, _MINUTE)):
        samples = np.roll(_minute(rate, channels), number * 7919, axis=0) * np.float32(1 - number % 10 / 20)
        yield _encoded(samples[: (seconds - start) * rate], encoding)


def music_bytes(
    seconds: int, encoding: SampleEncoding = SampleEncoding.SIGNED_16, rate: int = RATE, channels: int = 2
) -> int:
    """How large it is."""
    return len(_head(0, encoding, rate, channels)) + _data_bytes(seconds, encoding, rate, channels)


def silence(path: Path, size: int) -> Path:
    """A file of about `size` bytes that takes no room on disk."""
    data = size // _FRAME_BYTES
    with path.open("wb") as file:
        head = _head_of(data * _FRAME_BYTES, SampleEncoding.SIGNED_16, RATE, 2)
        file.write(head)
        file.truncate(len(head) + data * _FRAME_BYTES)
    return path


@lru_cache(maxsize=1)
def _minute(rate: int, channels: int) -> Samples:
    """Samples between -1 and 1, one row each."""
    rng = np.random.default_rng(7)
    beat = rate * 60 // _BEATS_PER_MINUTE
    beats = [_beat(rng, rate, beat, channels) for _ in range(_BEATS_PER_MINUTE)]
    return np.clip(np.concatenate(beats), -1, 1)


def _beat(rng: np.random.Generator, rate: int, count: int, channels: int) -> Samples:
    at = np.arange(count, dtype=np.float32)[:, None] / rate
    beat = rng.normal(0, 0.004, (count, channels))
    for _ in range(4):
        pitch = 55 * 2 ** (rng.integers(0, 60) / 12)
        harmonics = sum(np.sin(2 * np.pi * pitch * overtone * at) / overtone**2 for overtone in (1, 2, 3))
        beat += harmonics * np.exp(-3 * at) * rng.uniform(0.04, 0.16, channels)
    beat += rng.normal(0, 0.2, (count, 1)) * np.exp(-40 * at)
    return beat.astype(np.float32)


def _encoded(samples: Samples, encoding: SampleEncoding) -> bytes:
    if encoding is SampleEncoding.FLOAT_32:
        return samples.astype("<f4").tobytes()
    if encoding is SampleEncoding.SIGNED_24:
        return (samples * 8388607).astype("<i4").reshape(-1, 1).view(np.uint8)[:, :3].tobytes()
    return (samples * 32767).astype("<i2").tobytes()


def _data_bytes(seconds: int, encoding: SampleEncoding, rate: int, channels: int) -> int:
    return seconds * rate * channels * _FORMATS[encoding][1] // 8


def _head(seconds: int, encoding: SampleEncoding, rate: int, channels: int) -> bytes:
    return _head_of(_data_bytes(seconds, encoding, rate, channels), encoding, rate, channels)


def _head_of(data: int, encoding: SampleEncoding, rate: int, channels: int) -> bytes:
    tag, bits = _FORMATS[encoding]
    frame = channels * bits // 8
    fmt = struct.pack("<HHIIHH", tag, channels, rate, rate * frame, frame, bits)
    return struct.pack("<4sI4s4sI", b"RIFF", 36 + data, b"WAVE", b"fmt ", 16) + fmt + struct.pack("<4sI", b"data", data)

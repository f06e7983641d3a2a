"""Encoding in segments and in one piece."""

import math
from dataclasses import dataclass
from itertools import accumulate

import numpy as np

from adapters.lame.encoder import new_encoder
from adapters.lame.frames import FrameLayout
from adapters.lame.info import InfoFrame
from adapters.lame.parallel import ParallelEncoder
from adapters.lame.pool import EncoderPool
from adapters.lame.stream import FrameStream
from domain.output.format import Mp3Format, Mp3Quality
from tests.wavs import Samples


def target(rate: int, channels: int, quality: str) -> Mp3Format:
    """With a constant bit rate of any kind that the sample rate knows."""
    return Mp3Format(rate, channels, Mp3Quality.parse(quality))


def pcm(values: Samples) -> bytes:
    """16-bit little-endian, interleaved."""
    return np.rint(values * 32767).astype("<i2").tobytes()


@dataclass(frozen=True)
class Encoded:
    """An MP3 with its Info frame, and the numbers of the frames before which it was joined."""

    mp3: bytes
    frames: bytes
    seams: list[int]


async def in_segments(form: Mp3Format, samples: bytes, *, block: int = 1 << 16, threads: int = 2) -> Encoded:
    """What `ParallelEncoder` makes of samples that come in blocks of this many bytes."""
    frames, counts = bytearray(), []

    async def write(data: bytearray, sizes: list[int]) -> None:
        frames.extend(data)
        counts.append(len(sizes))

    encoder = ParallelEncoder(form, EncoderPool(threads).lane(), write)
    try:
        for start in range(0, len(samples), block):
            await encoder.push(samples[start : start + block])
        await encoder.finish()
    finally:
        await encoder.close()
    return Encoded(with_info(form, bytes(frames), samples), bytes(frames), list(accumulate(counts))[:-1])


def in_one_piece(form: Mp3Format, samples: bytes) -> Encoded:
    """What one encoder makes of the same samples."""
    encoder = new_encoder(form)
    frames = bytes(encoder.encode(samples)) + bytes(encoder.flush())
    return Encoded(with_info(form, frames, samples), frames, [])


def with_info(form: Mp3Format, frames: bytes, samples: bytes) -> bytes:
    """Frames behind the Info frame that says how many samples they are."""
    stream, info = FrameStream(FrameLayout(form), 0), InfoFrame(form, form.sample_rate)
    stream.push(frames)
    info.count(bytearray(frames), stream.sizes(0, stream.end))
    return info.frame(len(samples) // (2 * form.channels)) + frames


def signal_to_noise(original: Samples, heard: Samples) -> float:
    """In dB; of silence, the residual's level below full scale."""
    residual = float(np.sum((original - heard) ** 2)) / original.size + 1e-20
    power = float(np.sum(original**2)) / original.size
    return 10 * math.log10((power or 1) / residual)

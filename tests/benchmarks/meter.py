"""`python -m tests.benchmarks.meter`: what measuring a recording costs beside encoding it, in CPU time."""

import asyncio
import os
import sys
import time
from collections.abc import Callable

import lameenc
import numpy as np

from adapters.numpy.meter import NumpySoundMeter
from domain.recording.format import SampleEncoding, WavFormat
from tests.wavs import Samples

RATE = 44_100
RUNS = {60: 5, 1: 40}
"""How often recordings of so many seconds are measured."""
BLOCK_BYTES = 64 * 1024
"""What the service reads of an upload at a time."""
ALLOWED_SHARE = 0.2
_BYTES = {SampleEncoding.SIGNED_16: 2, SampleEncoding.SIGNED_24: 3}


def main() -> int:
    """Print a table; 1 if measuring takes more than it may."""
    print("recording              LAME, ms/s   meter, ms/s   share")
    with asyncio.Runner() as loop:
        shares = [
            _compared(loop, seconds, channels, encoding)
            for encoding in _BYTES
            for seconds, channels in ((60, 2), (60, 1), (1, 2))
        ]
    print(
        f"\n{os.cpu_count()} cores; CPU time of all threads, best of several runs in turns; 128 kb/s, LAME's quality 5"
    )
    return 1 if max(shares) > ALLOWED_SHARE else 0


def _compared(loop: asyncio.Runner, seconds: int, channels: int, encoding: SampleEncoding) -> float:
    """Print a line for a recording of noise over a chord; the meter's share of LAME's time."""
    samples = _samples(seconds, channels)
    source = WavFormat(encoding, channels, 0, RATE, _BYTES[encoding] * channels)
    pcm = (samples * 32767).astype("<i2").tobytes()
    data = pcm if encoding is SampleEncoding.SIGNED_16 else _in_24_bits(samples)
    times = [
        (_cpu_time(lambda: _encode(pcm, channels)), _cpu_time(lambda: loop.run(_measure(source, data))))
        for _ in range(RUNS[seconds])
    ]
    lame, meter = (1000 * min(column) / seconds for column in zip(*times, strict=True))
    name = f"{seconds:3d} s, {encoding.value}, {'stereo' if channels == 2 else 'mono'}"
    print(f"{name:27} {lame:5.2f} {meter:13.2f} {meter / lame:7.1%}", flush=True)
    share: float = meter / lame
    return share


def _samples(seconds: int, channels: int) -> Samples:
    at = np.arange(seconds * RATE)[:, None] / RATE
    chord = sum(np.sin(2 * np.pi * pitch * at) for pitch in (220, 277.18, 329.63)) / 6
    noise = np.random.default_rng(7).normal(0, 0.03, (len(at), channels))
    return np.asarray(chord + noise)


def _in_24_bits(samples: Samples) -> bytes:
    words = (samples * 8388607).astype("<i4").reshape(-1, 1).view(np.uint8)
    return words[:, :3].tobytes()


def _encode(pcm: bytes, channels: int) -> None:
    encoder = lameenc.Encoder()
    encoder.set_in_sample_rate(RATE)
    encoder.set_channels(channels)
    encoder.set_bit_rate(128)
    encoder.set_quality(5)
    encoder.silence()
    encoder.encode(pcm)
    encoder.flush()


async def _measure(source: WavFormat, data: bytes) -> None:
    size = BLOCK_BYTES // source.block_bytes * source.block_bytes
    async with NumpySoundMeter().measure(source) as measurement:
        for start in range(0, len(data), size):
            await measurement.push(data[start : start + size])
        await measurement.finish()


def _cpu_time(action: Callable[[], None]) -> float:
    began = time.process_time()
    action()
    return time.process_time() - began


if __name__ == "__main__":
    sys.exit(main())

"""Formats of recordings, and their samples as bytes."""

import numpy as np

from adapters.lame.pcm import Pcm16
from domain.output.downmix import downmix_matrix
from domain.output.format import Mp3Format, Mp3Quality, mp3_format
from domain.recording.format import SampleEncoding, WavFormat
from domain.recording.source_format import SAMPLE_BYTES
from tests.wavs import Samples


def source(encoding: SampleEncoding, channels: int = 1, rate: int = 44100, mask: int = 0) -> WavFormat:
    """The format of a recording, as the WAV reader tells it."""
    return WavFormat(encoding, channels, mask, rate, SAMPLE_BYTES[encoding] * channels)


def target(of: WavFormat) -> Mp3Format:
    """The MP3 that it becomes."""
    return mp3_format(of, len(downmix_matrix(of)), Mp3Quality(bit_rate=128))


def sixteen_bits(of: WavFormat, *blocks: bytes) -> Samples:
    """All that comes out for these blocks, in LSB, one row per sample."""
    pcm = Pcm16(of, target(of))
    out = b"".join([*map(pcm.push, blocks), pcm.finish()])
    return np.frombuffer(out, "<i2").reshape(-1, target(of).channels).astype(np.float64)

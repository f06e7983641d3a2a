"""Recordings of every container, codec, rate and number of channels that may be worst, all of noise."""

import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from tests.codecs import g723_1_frames
from tests.wavs import A_LAW, FLOAT, GSM_610, IMA_ADPCM, MS_ADPCM, MU_LAW, PCM, wav


@dataclass(frozen=True)
class Noise:
    """What the samples are; the rate in Hz. `words` are more of those that `wav` takes."""

    tag: int
    bits: int
    rate: int
    channels: int = 1
    words: Mapping[str, Any] = field(default_factory=dict)
    frames: tuple[int, ...] = ()
    """Of G.723.1, the bytes of its frames, again and again."""

    def file(self, size: int) -> bytes:
        """A WAV with so many bytes of data, at least."""
        data = random.Random(7).randbytes(size - size % (8 * self.channels))
        if self.tag == FLOAT:
            big = np.random.default_rng(7).uniform(-1, 1, size // 4 // self.channels * self.channels)
            data = big.astype("<f4").tobytes()
        if self.frames:
            data = b"".join(g723_1_frames(1, frame) for frame in self.frames) * (size // sum(self.frames))
        return wav(data, tag=self.tag, bits=self.bits, rate=self.rate, channels=self.channels, **self.words)


def _blocks(tag: int, rate: int, block: int, channels: int = 1) -> Noise:
    return Noise(tag, 0 if tag == GSM_610 else 4, rate, channels, {"block_align": block})


def _stereo(magic: bytes, bits: int = 16, rate: int = 44_100) -> Noise:
    return Noise(PCM, bits, rate, 2, {"magic": magic})


COSTLY = {
    "8 bit, 2.5 kHz": Noise(PCM, 8, 2500),
    "8 bit, 6 kHz": Noise(PCM, 8, 6000),
    "8 bit, 8 kHz": Noise(PCM, 8, 8000),
    "8 bit, 8 kHz, stereo": Noise(PCM, 8, 8000, 2),
    "8 bit, 44.1 kHz": Noise(PCM, 8, 44_100),
    "8 bit, 384 kHz": Noise(PCM, 8, 384_000),
    "8 bit, 768 kHz": Noise(PCM, 8, 768_000),
    "8 bit, 64 channels": Noise(PCM, 8, 8000, 64),
    "16 bit, 2.5 kHz": Noise(PCM, 16, 2500),
    "16 bit, 8 kHz": Noise(PCM, 16, 8000),
    "16 bit, 44.1 kHz": _stereo(b"RIFF"),
    "16 bit, RIFX": _stereo(b"RIFX"),
    "16 bit, RF64": _stereo(b"RF64"),
    "16 bit, BW64": _stereo(b"BW64"),
    "16 bit, W64": _stereo(b"riff"),
    "24 bit, 96 kHz": _stereo(b"RIFF", 24, 96_000),
    "24 bit, RIFX": _stereo(b"RIFX", 24, 48_000),
    "24 bit in four bytes": Noise(PCM, 24, 48_000, 1, {"block_align": 4}),
    "64 bit, RIFX": _stereo(b"RIFX", 64, 48_000),
    "float, 6 channels": Noise(FLOAT, 32, 48_000, 6),
    "A-law, 8 kHz": Noise(A_LAW, 8, 8000),
    "µ-law, 6 kHz": Noise(MU_LAW, 8, 6000),
    "MS ADPCM, 5 kHz": _blocks(MS_ADPCM, 5000, 2048),
    "MS ADPCM, 8 kHz": _blocks(MS_ADPCM, 8000, 256),
    "MS ADPCM, tiny blocks": _blocks(MS_ADPCM, 8000, 7),
    "MS ADPCM, 6 channels": _blocks(MS_ADPCM, 44_100, 256, 6),
    "IMA ADPCM, 5 kHz": _blocks(IMA_ADPCM, 5000, 2048),
    "IMA ADPCM, 8 kHz": _blocks(IMA_ADPCM, 8000, 256),
    "IMA ADPCM, stereo": _blocks(IMA_ADPCM, 44_100, 2048, 2),
    "IMA ADPCM, tiny blocks": _blocks(IMA_ADPCM, 8000, 8),
    "GSM 6.10, 8 kHz": _blocks(GSM_610, 8000, 65),
    "GSM 6.10, 11 kHz": _blocks(GSM_610, 11_025, 65),
    "GSM 6.10, 44.1 kHz": _blocks(GSM_610, 44_100, 65),
    "IMA ADPCM of 3 bits": Noise(IMA_ADPCM, 3, 8000, 1, {"block_align": 244}),
    "OKI ADPCM, 5 kHz": Noise(0x10, 4, 5000, 1, {"block_align": 1}),
    "OKI ADPCM, 6 kHz, stereo": Noise(0x10, 4, 6000, 2, {"block_align": 1}),
    "Yamaha ADPCM, 5 kHz": Noise(0x20, 4, 5000, 1, {"block_align": 1024}),
    "Creative ADPCM, 5 kHz": Noise(0x200, 4, 5000, 1, {"block_align": 1}),
    "G.722, 8 kHz": Noise(0x28F, 4, 8000, 1, {"block_align": 1}),
    "G.722, 16 kHz": Noise(0x28F, 4, 16_000, 1, {"block_align": 1}),
    "G.726 of 2 bits": Noise(0x45, 2, 8000, 1, {"block_align": 1, "byte_rate": 2000}),
    "G.726 of 4 bits": Noise(0x45, 4, 8000, 1, {"block_align": 1, "byte_rate": 4000}),
    "TrueSpeech": Noise(0x22, 1, 8000, 1, {"block_align": 32}),
    "G.729": Noise(0x83, 0, 8000, 1, {"block_align": 10}),
    "G.729 at 6.4 kb/s": Noise(0x83, 0, 8000, 1, {"block_align": 8, "byte_rate": 800}),
    "G.723.1": Noise(0x42, 0, 8000, 1, {"block_align": 20}, (20,)),
    "G.723.1, half silence": Noise(0x42, 0, 8000, 1, {"block_align": 24}, (24, 1)),
}

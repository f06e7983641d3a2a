"""Recordings for the converters: a format and samples, made from numbers or read from a WAV of our own making."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass

import numpy as np

from domain.output.downmix import downmix_matrix
from domain.output.format import Mp3Format, Mp3Quality, mp3_format
from domain.recording.format import SampleEncoding, WavFormat
from tests import wavs
from tests.wavs import Samples

WIDTHS = {
    SampleEncoding.UNSIGNED_8: 1,
    SampleEncoding.SIGNED_16: 2,
    SampleEncoding.SIGNED_24: 3,
    SampleEncoding.SIGNED_32: 4,
    SampleEncoding.SIGNED_64: 8,
    SampleEncoding.FLOAT_32: 4,
    SampleEncoding.FLOAT_64: 8,
    SampleEncoding.A_LAW: 1,
    SampleEncoding.MU_LAW: 1,
}
STEREO = WavFormat(SampleEncoding.SIGNED_16, 2, 0, 44100, 4)


@dataclass(frozen=True)
class Recording:
    """Samples with their format, and how many there are per channel."""

    source: WavFormat
    data: bytes
    samples: int

    def target(self, quality: str = "128") -> Mp3Format:
        return mp3_format(self.source, len(downmix_matrix(self.source)), Mp3Quality.parse(quality))

    def expected_samples(self) -> int:
        return round(self.samples * self.target().sample_rate / self.source.sample_rate)

    async def chunks(self, size: int = 1 << 16) -> AsyncGenerator[bytes, None]:
        step = max(1, size // self.source.block_bytes) * self.source.block_bytes
        for start in range(0, len(self.data), step):
            yield self.data[start : start + step]


def noise_band(samples: int, channels: int, highest: float = 0.2) -> Samples:
    """Noise from 2 % of the sample rate up to `highest` of it, different in every channel, with a peak of 0.5."""
    spectrum = np.fft.rfft(np.random.default_rng(1).standard_normal((samples, channels)), axis=0)
    frequencies = np.fft.rfftfreq(samples)
    spectrum[(frequencies < 0.02) | (frequencies > highest)] = 0
    band = np.fft.irfft(spectrum, samples, axis=0)
    result: Samples = 0.5 * band / max(float(np.abs(band).max()), 1e-9)
    return result


def encode(values: Samples, encoding: SampleEncoding) -> bytes:
    """The samples, of which full scale is 1, in one of the plain encodings."""
    if encoding is SampleEncoding.A_LAW:
        return wavs.a_law(values)
    if encoding is SampleEncoding.MU_LAW:
        return wavs.mu_law(values)
    if encoding in (SampleEncoding.FLOAT_32, SampleEncoding.FLOAT_64):
        return wavs.floats(values, 8 * WIDTHS[encoding])
    if encoding is SampleEncoding.SIGNED_16:
        return (values * 32767).astype("<i2").tobytes()
    return wavs.pcm(values, 8 * WIDTHS[encoding])


def recording(
    values: Samples, encoding: SampleEncoding = SampleEncoding.SIGNED_16, rate: int = 44100, mask: int = 0
) -> Recording:
    samples, channels = values.shape
    source = WavFormat(encoding, channels, mask, rate, channels * WIDTHS[encoding])
    return Recording(source, encode(values, encoding), samples)


def seconds(count: float, rate: int = 44100, channels: int = 2) -> Recording:
    return recording(noise_band(round(count * rate), channels), rate=rate)

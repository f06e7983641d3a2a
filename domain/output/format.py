"""What an MP3 is, and which one is made of a recording."""

import re
from dataclasses import dataclass
from typing import Self

from domain.recording.format import WavFormat

# Sample rates in Hz and bit rates in kb/s of Layer III: ISO/IEC 11172-3 2.4.2.3 and ISO/IEC 13818-3 2.4.2.3;
# the rates below 16 kHz ("MPEG-2.5") are a common extension, for which LAME goes up to 64 kb/s.
_MPEG_1_BIT_RATES = (32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320)
_MPEG_2_BIT_RATES = (8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160)
_MPEG_2_5_BIT_RATES = (8, 16, 24, 32, 40, 48, 56, 64)
BIT_RATES = (
    dict.fromkeys((32000, 44100, 48000), _MPEG_1_BIT_RATES)
    | dict.fromkeys((16000, 22050, 24000), _MPEG_2_BIT_RATES)
    | dict.fromkeys((8000, 11025, 12000), _MPEG_2_5_BIT_RATES)
)
_MOST_OF_SOURCE = 0.9
"""Of the bits a second that a recording has, its MP3 has at most so many."""
_LEAST_BIT_RATE = 16
"""In kb/s, whatever the recording has: at 8 kb/s speech is spoiled (docs/http.md)."""
_USUAL_BIT_RATES = (4.0, 3.5, 3.2, 3.0, 2.7, 2.3, 2.0, 1.8, 1.7, 1.6)
"""Of V0 to V9, in kb/s for each channel and each kHz of sample rate: measured for speech at 8 and 16 kHz."""


@dataclass(frozen=True, slots=True)
class Mp3Quality:
    """A constant bit rate in kb/s, or a variable one by LAME's quality from 0 (best) to 9. One of the two is set."""

    bit_rate: int | None = None
    variable: int | None = None

    @classmethod
    def parse(cls, text: str) -> Self:
        """From `32` … `320` or `V0` … `V9`. Raises ValueError, whose text says what would be right."""
        if re.fullmatch(r"V[0-9]", text):
            return cls(variable=int(text[1]))
        if re.fullmatch(r"[0-9]{2,3}", text) and int(text) in _MPEG_1_BIT_RATES:
            return cls(bit_rate=int(text))
        raise ValueError(f"must be one of {', '.join(map(str, _MPEG_1_BIT_RATES))}, or V0 to V9")

    def __str__(self) -> str:
        return f"V{self.variable}" if self.bit_rate is None else str(self.bit_rate)


@dataclass(frozen=True, slots=True)
class Mp3Format:
    """What an MP3 is, or is to be: sample rate in Hz, one or two channels, quality."""

    sample_rate: int
    channels: int
    quality: Mp3Quality

    @property
    def samples_per_frame(self) -> int:
        """1152 in MPEG-1, 576 in MPEG-2 and 2.5 (ISO/IEC 13818-3 2.4.3.4)."""
        return 1152 if self.sample_rate >= 32000 else 576


def samples_at(target_rate: int, samples: int, source_rate: int) -> int:
    """How many samples become of so many at another rate, at least one."""
    return max(1, round(samples * target_rate / source_rate))


def mp3_format(
    source: WavFormat, output_channels: int, wanted: Mp3Quality, least_sample_rate: int = min(BIT_RATES)
) -> Mp3Format:
    """The MP3 format nearest to what is wanted that the source's sample rate and bit rate allow.

    The sample rate is that of MP3 which is nearest to the source's, of those from `least_sample_rate` (in Hz, at most
    48,000) on.

    No more than `_MOST_OF_SOURCE` of the source's bits, down to `_LEAST_BIT_RATE`: the size of the MP3 is in proportion
    to that of the recording. A variable bit rate that might take more becomes the constant one that is nearest to its
    usual one.
    """
    sample_rates = [rate for rate in BIT_RATES if rate >= least_sample_rate]
    sample_rate = min(sample_rates, key=lambda rate: (abs(rate - source.sample_rate), -rate))
    bit_rates = [rate for rate in BIT_RATES[sample_rate] if rate >= _LEAST_BIT_RATE]
    most = source.bit_rate / 1000 * _MOST_OF_SOURCE
    if wanted.bit_rate is None and bit_rates[-1] <= most:
        return Mp3Format(sample_rate, output_channels, wanted)
    wanted_rate = wanted.bit_rate or _usual_bit_rate(wanted, sample_rate, output_channels)
    allowed = [rate for rate in bit_rates if rate <= most] or bit_rates[:1]
    bit_rate = min(allowed, key=lambda rate: (abs(rate - wanted_rate), -rate))
    return Mp3Format(sample_rate, output_channels, Mp3Quality(bit_rate=bit_rate))


def _usual_bit_rate(wanted: Mp3Quality, sample_rate: int, channels: int) -> float:
    """What a variable bit rate comes to, in kb/s."""
    return _USUAL_BIT_RATES[wanted.variable or 0] * sample_rate / 1000 * channels

"""What a codec that packs samples into blocks is found to hold, and what is refused of all of them."""

from dataclasses import dataclass

from domain.errors import RateTooLowForCodec, UnsupportedCodec
from domain.recording.format import Codec, SampleEncoding, WavFormat
from domain.recording.format_words import FormatWords

LEAST_RATES = {
    SampleEncoding.MS_ADPCM: 5000,
    SampleEncoding.IMA_ADPCM: 5000,
    SampleEncoding.OKI_ADPCM: 5000,
    SampleEncoding.YAMAHA_ADPCM: 5000,
    SampleEncoding.CREATIVE_ADPCM: 5000,
    SampleEncoding.IMA_ADPCM_3: 8000,
    SampleEncoding.G721: 8000,
    SampleEncoding.G722: 8000,
    SampleEncoding.G726: 8000,
    SampleEncoding.GSM_610: 8000,
}
"""In Hz, of codecs that put many samples into a byte: below them the MP3 and the work for it are out of proportion.

A MB of 4 bits at 5,000 Hz lasts 400 s, as one of 8-bit PCM does at 2,500 Hz, the least of all. Others are made for
8,000 or 16,000 Hz; the speech codecs are not taken at any other rate than theirs.
"""


@dataclass(frozen=True, slots=True)
class BlockRule:
    """What is handed out, and how it lies in the file."""

    codec: Codec
    bits: int | None
    """Of one sample; None where its codec has no such number."""
    format: WavFormat
    file_block_bytes: int
    nominal_samples: int = 0
    """Per channel in what the format chunk calls a block, where the codec has none; else 0."""

    @property
    def padding_samples(self) -> int:
        """Fewer samples per channel than this, at the end, may fill up the last block."""
        return max(self.nominal_samples, self.format.block_samples)


def refuse_low_rate(words: FormatWords, encoding: SampleEncoding) -> None:
    """Raise `RateTooLowForCodec` below the least rate that is taken of the codec."""
    if words.rate < LEAST_RATES[encoding]:
        raise RateTooLowForCodec(words.rate, LEAST_RATES[encoding], encoding.value)


def refuse_channels(words: FormatWords, encoding: SampleEncoding, most: int) -> None:
    """Raise `UnsupportedCodec` above the most channels that the codec has."""
    if words.channels > most:
        raise UnsupportedCodec(f"{encoding.value} of {words.channels} channels, of which it may have {most}")

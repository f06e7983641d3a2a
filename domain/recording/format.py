"""What the samples of a recording are."""

from dataclasses import dataclass
from enum import Enum, StrEnum


class SampleEncoding(Enum):
    """How the sample bytes that the WAV reader hands out are encoded: little-endian, interleaved.

    Odd depths, byte orders and containers of the file are brought to one of these by the reader.
    """

    UNSIGNED_8 = "unsigned 8-bit PCM"
    SIGNED_16 = "16-bit PCM"
    SIGNED_24 = "24-bit PCM"
    SIGNED_32 = "32-bit PCM"
    SIGNED_64 = "64-bit PCM"
    FLOAT_32 = "32-bit float"
    FLOAT_64 = "64-bit float"
    A_LAW = "A-law"
    MU_LAW = "µ-law"
    MS_ADPCM = "MS ADPCM"
    IMA_ADPCM = "IMA ADPCM"
    GSM_610 = "GSM 6.10"
    IMA_ADPCM_3 = "3-bit IMA ADPCM"
    OKI_ADPCM = "OKI ADPCM"
    YAMAHA_ADPCM = "Yamaha ADPCM"
    CREATIVE_ADPCM = "Creative ADPCM"
    G721 = "G.721 ADPCM"
    """G.726 of 4 bits whose first code is in the low bits of a byte; that of all other G.726 is in the high bits."""
    G726 = "G.726 ADPCM"
    G722 = "G.722"
    G723_1 = "G.723.1"
    G729 = "G.729"
    TRUESPEECH = "TrueSpeech"

    @property
    def is_integer(self) -> bool:
        """Whether a sample is a whole number, by which its high byte tells how loud it is."""
        return self in _INTEGERS

    @property
    def is_float(self) -> bool:
        """Whether a sample is a number of IEEE 754."""
        return self in _FLOATS

    @property
    def in_blocks(self) -> bool:
        """Whether a codec packs the samples into blocks, which its decoder may refuse; any other bytes are samples."""
        return self in _IN_BLOCKS

    @property
    def remembers(self) -> bool:
        """Whether a block is decoded by what came before, so that a further recording needs a decoder of its own."""
        return self in _IN_BLOCKS - _WITH_HEADS


_INTEGERS = frozenset(
    {
        SampleEncoding.UNSIGNED_8,
        SampleEncoding.SIGNED_16,
        SampleEncoding.SIGNED_24,
        SampleEncoding.SIGNED_32,
        SampleEncoding.SIGNED_64,
    }
)
_FLOATS = frozenset({SampleEncoding.FLOAT_32, SampleEncoding.FLOAT_64})
_IN_BLOCKS = frozenset(
    {
        SampleEncoding.MS_ADPCM,
        SampleEncoding.IMA_ADPCM,
        SampleEncoding.IMA_ADPCM_3,
        SampleEncoding.GSM_610,
        SampleEncoding.OKI_ADPCM,
        SampleEncoding.YAMAHA_ADPCM,
        SampleEncoding.CREATIVE_ADPCM,
        SampleEncoding.G721,
        SampleEncoding.G726,
        SampleEncoding.G722,
        SampleEncoding.G723_1,
        SampleEncoding.G729,
        SampleEncoding.TRUESPEECH,
    }
)
_WITH_HEADS = frozenset({SampleEncoding.MS_ADPCM, SampleEncoding.IMA_ADPCM, SampleEncoding.IMA_ADPCM_3})
"""Of each block, with all that its decoder has to know."""
IMA_GROUPS = {SampleEncoding.IMA_ADPCM: (4, 8), SampleEncoding.IMA_ADPCM_3: (12, 32)}
"""Bytes of a group of one channel, and samples in them: the least in which whole codes fill whole words of 32 bits."""


class Codec(StrEnum):
    """What a recording's samples are encoded with, as it is kept with its track and told to clients."""

    PCM = "pcm"
    FLOAT = "float"
    A_LAW = "a-law"
    MU_LAW = "mu-law"
    MS_ADPCM = "ms-adpcm"
    IMA_ADPCM = "ima-adpcm"
    GSM_610 = "gsm-6.10"
    OKI_ADPCM = "oki-adpcm"
    YAMAHA_ADPCM = "yamaha-adpcm"
    CREATIVE_ADPCM = "creative-adpcm"
    G722 = "g.722"
    G723_1 = "g.723.1"
    G726 = "g.726"
    """G.721, which is its form of 32 kb/s, too."""
    G729 = "g.729"
    TRUESPEECH = "truespeech"


@dataclass(frozen=True, slots=True)
class RecordingFormat:
    """What a recording was, by its format chunk."""

    codec: Codec
    sample_rate: int
    """In Hz."""
    channels: int
    bits: int | None
    """Of one sample as the file says, such as 12 or 20 in wider containers; None where its codec has no such number."""


@dataclass(frozen=True, slots=True)
class WavFormat:
    """The format of a recording's samples, as the WAV reader hands them out."""

    encoding: SampleEncoding
    channels: int
    channel_mask: int
    """Speaker positions of WAVE_FORMAT_EXTENSIBLE (bit 0 front left, …), or 0 where the file names none."""
    sample_rate: int
    """In Hz."""
    block_bytes: int
    """Bytes of one block: one sample of every channel, or one block of a codec that packs samples into blocks.

    Of some codecs the very last block may be shorter: it is handed out as far as `partial_block` can use it. Blocks of
    G.723.1 are frames, each of which tells its own length; this is the length that most of them have.
    """
    block_samples: int = 1
    """Samples per channel in one block: 1, but for codecs in blocks. Counted from its bytes, never from a word."""
    codec_parameters: bytes = b""
    """What follows `cbSize` in the format chunk, where the decoder needs it, little-endian."""

    @property
    def bit_rate(self) -> float:
        """Bits a second of all channels, by the bytes and samples of a block."""
        return 8 * self.block_bytes * self.sample_rate / self.block_samples

    @property
    def decoded(self) -> "WavFormat":
        """What becomes of a codec in blocks when it is decoded: 16-bit PCM. Any other format is itself."""
        if not self.encoding.in_blocks:
            return self
        return WavFormat(SampleEncoding.SIGNED_16, self.channels, 0, self.sample_rate, 2 * self.channels)

    def samples_in(self, size: int) -> int:
        """Samples per channel in the first `size` bytes that are handed out; the last block of a codec may be short."""
        blocks, rest = divmod(size, self.block_bytes)
        return blocks * self.block_samples + self.partial_block(rest)[1]

    def partial_block(self, size: int) -> tuple[int, int]:
        """Of a block that is cut off after `size` bytes, how many can be decoded, and the samples per channel in them.

        A block of ADPCM holds a head and then 3 or 4 bits for each sample, in IMA ADPCM in groups of 32 or 8 (*New
        Multimedia Data Types and Data Techniques*, revision 3.0, Microsoft, 1994). ffmpeg and sox both decode the whole
        groups of such a block. G.726 is a stream of codes without heads. Of other codecs nothing is usable.
        """
        channels = self.channels
        if self.encoding is SampleEncoding.MS_ADPCM and channels <= 2 and size >= 7 * channels:
            return size, (size - 6 * channels) * 2 // channels
        if self.encoding in IMA_GROUPS and size >= 4 * channels:
            group, samples = IMA_GROUPS[self.encoding]
            groups = (min(size, self.block_bytes) - 4 * channels) // (group * channels)
            return channels * (4 + groups * group), 1 + groups * samples
        if self.encoding in (SampleEncoding.G721, SampleEncoding.G726):
            return size, size * self.block_samples // self.block_bytes
        return 0, 0

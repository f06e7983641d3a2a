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

    @property
    def in_blocks(self) -> bool:
        """Whether a codec packs the samples into blocks, which its decoder may refuse; any other bytes are samples."""
        return self in (SampleEncoding.MS_ADPCM, SampleEncoding.IMA_ADPCM, SampleEncoding.GSM_610)


class Codec(StrEnum):
    """What a recording's samples are encoded with, as it is kept with its track and told to clients."""

    PCM = "pcm"
    FLOAT = "float"
    A_LAW = "a-law"
    MU_LAW = "mu-law"
    MS_ADPCM = "ms-adpcm"
    IMA_ADPCM = "ima-adpcm"
    GSM_610 = "gsm-6.10"


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
    """Bytes of one block: one sample of every channel, or one codec block for ADPCM and GSM.

    Of ADPCM the very last block may be shorter: it is handed out as far as its groups of samples are whole.
    """
    block_samples: int = 1
    """Samples per channel in one block: 1, but for ADPCM and GSM. Counted from the block's bytes, never from a word."""
    codec_parameters: bytes = b""
    """What follows `cbSize` in the format chunk, where the decoder needs it (ADPCM, GSM), little-endian."""

    @property
    def bit_rate(self) -> float:
        """Bits a second of all channels, by the bytes and samples of a block."""
        return 8 * self.block_bytes * self.sample_rate / self.block_samples

    def samples_in(self, size: int) -> int:
        """Samples per channel in the first `size` bytes that are handed out; the last ADPCM block may be short."""
        blocks, rest = divmod(size, self.block_bytes)
        return blocks * self.block_samples + self.partial_block(rest)[1]

    def partial_block(self, size: int) -> tuple[int, int]:
        """Of a block that is cut off after `size` bytes, how many can be decoded, and the samples per channel in them.

        A block of ADPCM holds a head and then 4 bits for each sample, in IMA ADPCM in groups of eight (Multimedia
        Registration Kit Revision 3.0, Microsoft, 1994). ffmpeg and sox both decode the whole groups of such a block;
        of other codecs nothing is usable.
        """
        channels = self.channels
        if self.encoding is SampleEncoding.MS_ADPCM and channels <= 2 and size >= 7 * channels:
            return size, (size - 6 * channels) * 2 // channels
        if self.encoding is SampleEncoding.IMA_ADPCM and size >= 4 * channels:
            usable = min(size - size % (4 * channels), self.block_bytes)
            return usable, 1 + 8 * (usable // (4 * channels) - 1)
        return 0, 0

"""Codecs that pack samples into blocks: how many samples are in how many bytes, by the words of the format chunk.

Sources: *New Multimedia Data Types and Data Techniques*, revision 3.0 (Microsoft, 1994), for ADPCM and GSM 6.10,
`mmreg.h` of the Windows SDK for the tags. docs/recordings.md has a row for each codec.
"""

import struct
from collections.abc import Callable, Mapping
from functools import partial

from domain.errors import DamagedRecording, UnsupportedCodec
from domain.recording.block_rule import BlockRule, refuse_channels, refuse_low_rate
from domain.recording.format import IMA_GROUPS, Codec, SampleEncoding, WavFormat
from domain.recording.format_words import FormatWords
from domain.recording.telephone_codecs import g723_1, g726, g729, true_speech

_MOST_MS_ADPCM_CHANNELS = 6
"""That ffmpeg decodes; sox and libsndfile take two."""
_IMA_ENCODINGS = {0: SampleEncoding.IMA_ADPCM, 3: SampleEncoding.IMA_ADPCM_3, 4: SampleEncoding.IMA_ADPCM}
_MOST_NOMINAL_BYTES = 4096
"""Of a stream without blocks, as a writer fills up the last one."""


def _ms_adpcm(words: FormatWords) -> BlockRule:
    """Per block and channel 7 bytes of head, which hold two samples, then a nibble each.

    More than two channels lie as one block per channel, side by side, as ffmpeg reads them.
    """
    refuse_channels(words, SampleEncoding.MS_ADPCM, _MOST_MS_ADPCM_CHANNELS)
    refuse_low_rate(words, SampleEncoding.MS_ADPCM)
    block = words.block_align * (words.channels if words.channels > 2 else 1)
    if block < 7 * words.channels:
        raise DamagedRecording(f"its MS ADPCM blocks have {words.block_align} bytes, too few for their heads")
    samples = (block - 6 * words.channels) * 2 // words.channels
    count = min(len(words.extra) // 2, 16)
    swapped = struct.unpack(f"{words.order}{count}H", words.extra[: 2 * count])
    extra = struct.pack(f"<{count}H", *swapped)
    result = WavFormat(SampleEncoding.MS_ADPCM, words.channels, 0, words.rate, block, samples, extra)
    return BlockRule(Codec.MS_ADPCM, 4, result, block)


def _ima_adpcm(words: FormatWords) -> BlockRule:
    """Per block and channel 4 bytes of head, which hold one sample, then groups of 4 bytes, which hold 8.

    Of 3 bits, groups of 12 bytes, which hold 32. Bytes behind the last whole group of a block carry no sample and are
    left out of what is handed out.
    """
    if words.bits not in _IMA_ENCODINGS or words.channels > 2:
        raise UnsupportedCodec(f"{words.bits}-bit IMA ADPCM of {words.channels} channels")
    encoding = _IMA_ENCODINGS[words.bits]
    refuse_low_rate(words, encoding)
    head, (group, group_samples) = 4 * words.channels, IMA_GROUPS[encoding]
    groups = (words.block_align - head) // (group * words.channels)
    if groups < 1:
        # A head alone holds a sample: 200,000 blocks in a MB would cost a decoder more than any sound.
        least = head + group * words.channels
        raise DamagedRecording(f"its IMA ADPCM blocks have {words.block_align} bytes, at least {least} are needed")
    samples = 1 + group_samples * groups
    block = head + groups * group * words.channels
    extra = struct.pack("<H", min(samples, 0xFFFF))
    result = WavFormat(encoding, words.channels, 0, words.rate, block, samples, extra)
    return BlockRule(Codec.IMA_ADPCM, words.bits or 4, result, words.block_align)


def _gsm(words: FormatWords) -> BlockRule:
    """Blocks of 65 bytes, 320 samples; GSM 6.10 has one channel, whatever the word says."""
    refuse_low_rate(words, SampleEncoding.GSM_610)
    if words.block_align not in (0, 65):
        raise DamagedRecording(f"its GSM 6.10 blocks have {words.block_align} bytes, 65 would be right")
    result = WavFormat(SampleEncoding.GSM_610, 1, 0, words.rate, 65, 320, struct.pack("<H", 320))
    return BlockRule(Codec.GSM_610, None, result, 65)


def _nibbles(words: FormatWords, *, codec: Codec, encoding: SampleEncoding, most_channels: int) -> BlockRule:
    """A stream of 4-bit codes, channel by channel, without heads: what is called a block is two codes or a multiple.

    Its length in the format chunk matters only for padding.
    """
    if words.bits not in (0, 4):
        raise UnsupportedCodec(f"{words.bits}-bit {encoding.value}, of which 4 bits are taken")
    refuse_channels(words, encoding, most_channels)
    refuse_low_rate(words, encoding)
    per_byte = 2 // words.channels
    result = WavFormat(encoding, words.channels, 0, words.rate, 1, per_byte)
    nominal = words.block_align if words.block_align <= _MOST_NOMINAL_BYTES else 1
    return BlockRule(codec, 4, result, 1, per_byte * max(1, nominal))


_OKI = partial(_nibbles, codec=Codec.OKI_ADPCM, encoding=SampleEncoding.OKI_ADPCM, most_channels=2)
_G722 = partial(_nibbles, codec=Codec.G722, encoding=SampleEncoding.G722, most_channels=1)

MS_ADPCM, IMA_ADPCM, GSM_610 = 0x0002, 0x0011, 0x0031
_RULES: Mapping[int, Callable[[FormatWords], BlockRule]] = {
    MS_ADPCM: _ms_adpcm,
    IMA_ADPCM: _ima_adpcm,
    GSM_610: _gsm,
    0x0010: _OKI,
    0x0017: _OKI,  # Dialogic's
    0x0020: partial(_nibbles, codec=Codec.YAMAHA_ADPCM, encoding=SampleEncoding.YAMAHA_ADPCM, most_channels=2),
    0x0200: partial(_nibbles, codec=Codec.CREATIVE_ADPCM, encoding=SampleEncoding.CREATIVE_ADPCM, most_channels=2),
    0x0065: _G722,  # APICOM's
    0x028F: _G722,  # in no registry, but what ffmpeg and others write
    0x0014: g726,  # Antex's, there called G.723
    0x0040: g726,  # Antex's, there called G.721
    0x0045: g726,  # Sharp's
    0x0064: g726,  # APICOM's
    0x0042: g723_1,  # Microsoft's
    0x0111: g723_1,  # Vivo's
    0xA100: g723_1,  # Comverse Infosys's
    0x0083: g729,  # AT&T's
    0x0133: g729,  # Sipro Lab's
    0x0022: true_speech,  # DSP Group's
}
BLOCK_CODEC_TAGS = frozenset(_RULES)
"""Of the format chunk."""


def read_block_codec(words: FormatWords) -> BlockRule:
    """By the rule of the codec, whose tag is one of `BLOCK_CODEC_TAGS`.

    Raises `UnsupportedCodec`, `RateTooLowForCodec` and `DamagedRecording`, in this order.
    """
    return _RULES[words.tag](words)

"""A WAV head of our own making, for programs that are given samples.

Sources: those of `domain.recording.format_chunk`.
"""

import struct

from domain.recording.format import SampleEncoding, WavFormat
from domain.recording.format_chunk import (
    A_LAW,
    EXTENSIBLE,
    FLOAT,
    GSM_610,
    IMA_ADPCM,
    MS_ADPCM,
    MU_LAW,
    PCM,
    SAMPLE_BYTES,
)

_TAGS = {
    SampleEncoding.FLOAT_32: FLOAT,
    SampleEncoding.FLOAT_64: FLOAT,
    SampleEncoding.A_LAW: A_LAW,
    SampleEncoding.MU_LAW: MU_LAW,
    SampleEncoding.MS_ADPCM: MS_ADPCM,
    SampleEncoding.IMA_ADPCM: IMA_ADPCM,
    SampleEncoding.GSM_610: GSM_610,
}
_BLOCK_CODEC_BITS = {SampleEncoding.MS_ADPCM: 4, SampleEncoding.IMA_ADPCM: 4, SampleEncoding.GSM_610: 0}
_SUB_FORMAT_TAIL = bytes.fromhex("00001000800000aa00389b71")
_UNKNOWN_SIZE = 0xFFFFFFFF


def canonical_head(format: WavFormat) -> bytes:
    """`RIFF`, `fmt ` and the head of `data`, both sizes unknown (all ones): what goes before the reader's samples.

    The format is extensible, with the channel mask, where there are more than two channels. A mask that does not name
    as many speakers as there are channels is left out.
    """
    body = _format_chunk(format)
    chunk = b"fmt " + struct.pack("<I", len(body)) + body
    unknown = struct.pack("<I", _UNKNOWN_SIZE)
    return b"RIFF" + unknown + b"WAVE" + chunk + b"data" + unknown


def _format_chunk(source: WavFormat) -> bytes:
    tag = _TAGS.get(source.encoding, PCM)
    if source.encoding in _BLOCK_CODEC_BITS:
        return _words(source, tag, _BLOCK_CODEC_BITS[source.encoding], source.codec_parameters)
    bits = 8 * SAMPLE_BYTES[source.encoding]
    if source.channels <= 2:
        return _words(source, tag, bits, b"")
    mask = source.channel_mask if source.channel_mask.bit_count() == source.channels else 0
    return _words(source, EXTENSIBLE, bits, struct.pack("<HIH", bits, mask, tag) + _SUB_FORMAT_TAIL)


def _words(source: WavFormat, tag: int, bits: int, extra: bytes) -> bytes:
    byte_rate = source.sample_rate * source.block_bytes // source.block_samples
    # more than two channels of MS ADPCM lie in one block each, and the alignment is that of one
    split = source.encoding is SampleEncoding.MS_ADPCM and source.channels > 2
    align = source.block_bytes // source.channels if split else source.block_bytes
    words = struct.pack("<HHIIHH", tag, source.channels, source.sample_rate, min(byte_rate, 0xFFFFFFFF), align, bits)
    return words + struct.pack("<H", len(extra)) + extra

"""A WAV head of our own making for ffmpeg's decoders, which get a codec's blocks behind it.

Sources: `ff_codec_wav_tags` in libavformat/riff_tags.c for the tags, `ff_get_wav_header` in libavformat/riffdec.c for
what is made of the words; both the same in ffmpeg 5.1 and 9.0.
"""

import struct

from domain.recording.format import SampleEncoding, WavFormat

_TAGS_AND_BITS = {
    SampleEncoding.MS_ADPCM: (0x0002, 4),
    SampleEncoding.IMA_ADPCM: (0x0011, 4),
    SampleEncoding.IMA_ADPCM_3: (0x0011, 3),
    SampleEncoding.GSM_610: (0x0031, 0),
    SampleEncoding.OKI_ADPCM: (0x0010, 4),
    SampleEncoding.YAMAHA_ADPCM: (0x0020, 4),
    SampleEncoding.CREATIVE_ADPCM: (0x0200, 4),
    SampleEncoding.G721: (0x0045, 4),
    SampleEncoding.G726: (0x0045, 0),  # it counts the bits by the byte rate
    SampleEncoding.G722: (0x028F, 4),
    SampleEncoding.G729: (0x0083, 0),
    SampleEncoding.TRUESPEECH: (0x0022, 1),
}
_STREAM_BLOCK_BYTES = 5
"""Blocks up to this length are those of a stream of codes, of which a decoder takes any number at once."""
_PACKET_BYTES = 1024
"""What it then gets at once, or a little less."""
_UNKNOWN_SIZE = 0xFFFFFFFF


def block_head(source: WavFormat) -> bytes:
    """`RIFF`, `fmt ` and the head of `data`, both sizes unknown (all ones): what goes before the reader's blocks."""
    words = struct.pack(
        "<HHIIHH",
        _TAGS_AND_BITS[source.encoding][0],
        source.channels,
        source.sample_rate,
        source.sample_rate * source.block_bytes // source.block_samples,
        _block_align(source),
        _TAGS_AND_BITS[source.encoding][1],
    )
    body = words + struct.pack("<H", len(source.codec_parameters)) + source.codec_parameters
    unknown = struct.pack("<I", _UNKNOWN_SIZE)
    return b"RIFF" + unknown + b"WAVEfmt " + struct.pack("<I", len(body)) + body + b"data" + unknown


def _block_align(source: WavFormat) -> int:
    if source.encoding is SampleEncoding.MS_ADPCM and source.channels > 2:
        # one block of each channel lies in ours, and it asks for one's size
        return source.block_bytes // source.channels
    if source.block_bytes <= _STREAM_BLOCK_BYTES:
        return _PACKET_BYTES - _PACKET_BYTES % source.block_bytes
    return source.block_bytes

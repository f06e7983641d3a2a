"""The format chunk: from its bytes to what the samples are.

Sources: *Multimedia Programming Interface and Data Specifications 1.0* (IBM and Microsoft, 1991), chapter 3;
Microsoft's pages on `WAVEFORMATEX` and `WAVEFORMATEXTENSIBLE`. Codecs that pack samples into blocks are in
`domain.recording.block_codecs`.
"""

import struct

from domain.errors import DamagedRecording, UnsupportedChannels, UnsupportedCodec, UnsupportedRate
from domain.recording.block_codecs import BLOCK_CODEC_TAGS, read_block_codec
from domain.recording.codec_names import guid_name, tag_name
from domain.recording.format import Codec, RecordingFormat, SampleEncoding, WavFormat
from domain.recording.format_words import FormatWords
from domain.recording.four_bytes import FourBytes
from domain.recording.limits import WavLimits
from domain.recording.repairs import Repair
from domain.recording.source_format import SAMPLE_BYTES, SourceFormat

MAX_FMT_BYTES = 4096
"""Of a format chunk this much is read; what follows is skipped."""

PCM, FLOAT, A_LAW, MU_LAW, EXTENSIBLE = 1, 3, 6, 7, 0xFFFE
_CODECS = {PCM: Codec.PCM, FLOAT: Codec.FLOAT, A_LAW: Codec.A_LAW, MU_LAW: Codec.MU_LAW}
_GUID_TAIL = bytes.fromhex("800000aa00389b71")
_AMBISONIC_GUID_TAIL = bytes.fromhex("8644c8c1ca000000")
_PCM_ENCODINGS = {
    1: SampleEncoding.UNSIGNED_8,
    2: SampleEncoding.SIGNED_16,
    3: SampleEncoding.SIGNED_24,
    4: SampleEncoding.SIGNED_32,
    8: SampleEncoding.SIGNED_64,
}
_COOL_EDIT_MARKS = (b"\1\0", b"\0\1")
"""Behind `cbSize`, in either byte order."""
_BYTE_RATE_TOLERANCE = 0.05  # block codecs: writers round the samples of a block in several ways


def read_format(body: bytes, *, big_endian: bool, limits: WavLimits) -> SourceFormat:
    """From the first `MAX_FMT_BYTES` of the chunk's body.

    Raises `UnsupportedChannels`, `UnsupportedRate`, `UnsupportedCodec`, `RateTooLowForCodec` and `DamagedRecording`, in
    this order of precedence but for a chunk that is too short to tell. Block alignment and byte rate are believed only
    where nothing else says how long a block is (ADPCM); the container of a PCM sample has as many bytes as its bits
    need, as in ffmpeg, sox and libsndfile, whatever the alignment says; but 17 to 24 bits may lie in
    four.
    """
    if len(body) < 16:
        raise DamagedRecording(f"its format chunk has {len(body)} bytes, at least 16 are needed")
    order = ">" if big_endian else "<"
    _, channels, rate = struct.unpack(f"{order}HHI", body[:8])
    if not 1 <= channels <= limits.max_channels:
        raise UnsupportedChannels(channels, limits.max_channels)
    if not limits.min_sample_rate <= rate <= limits.max_sample_rate:
        raise UnsupportedRate(rate, limits.min_sample_rate, limits.max_sample_rate)
    words = _read_words(body, order)
    return _block_codec(words) if words.tag in BLOCK_CODEC_TAGS else _samples(words)


def _read_words(body: bytes, order: str) -> FormatWords:
    tag, channels, rate, byte_rate, block_align, bits = struct.unpack(f"{order}HHIIHH", body[:16])
    if tag == EXTENSIBLE and order == ">":
        # Of ffmpeg, sox and libsndfile only the last reads it.
        raise UnsupportedCodec("a big-endian extensible format")
    if tag != EXTENSIBLE:
        # cbSize is not believed: what follows it is there or not
        return FormatWords(tag, channels, rate, byte_rate, block_align, bits, 0, body[18:], order)
    if len(body) < 40:
        raise DamagedRecording(f"its extensible format chunk has {len(body)} bytes, at least 40 are needed")
    (mask,) = struct.unpack(f"{order}I", body[20:24])
    tag = _sub_format(body[24:40], order)
    return FormatWords(tag, channels, rate, byte_rate, block_align, bits, mask, body[40:], order)


def _sub_format(guid: bytes, order: str) -> int:
    tag, second, third = struct.unpack(f"{order}IHH", guid[:8])
    if (second, third, guid[8:]) == (0, 0x10, _GUID_TAIL):
        return int(tag)
    if (second, third, guid[8:]) == (0x0721, 0x11D3, _AMBISONIC_GUID_TAIL) and tag in (PCM, FLOAT):
        return int(tag)
    raise UnsupportedCodec(guid_name(guid))


def _samples(words: FormatWords) -> SourceFormat:
    """PCM, float, A-law and µ-law."""
    encoding, sample_bytes = _sample_encoding(words)
    four_bytes = _four_bytes(words)
    if four_bytes:
        encoding, sample_bytes = SampleEncoding.SIGNED_32, 4
    in_file = sample_bytes * words.channels
    repairs = []
    if words.block_align != in_file:
        repairs.append(Repair.WRONG_BLOCK_ALIGN)
    if words.byte_rate != words.rate * in_file:
        repairs.append(Repair.WRONG_BYTE_RATE)
    handed_out = SAMPLE_BYTES[encoding] * words.channels
    result = WavFormat(encoding, words.channels, words.mask, words.rate, handed_out)
    recording = RecordingFormat(_CODECS[words.tag], words.rate, words.channels, words.bits)
    return SourceFormat(recording, result, in_file, sample_bytes, tuple(repairs), four_bytes=four_bytes)


def _four_bytes(words: FormatWords) -> FourBytes | None:
    """Samples of 17 to 24 bits have four bytes where the block alignment says so and the byte rate not the contrary."""
    if words.tag != PCM:
        return None
    if words.bits == 32:
        return FourBytes.MARKED_32 if words.extra in _COOL_EDIT_MARKS else FourBytes.PCM_32
    packed = words.byte_rate == words.rate * 3 * words.channels
    wide = 17 <= words.bits <= 24 and words.block_align == 4 * words.channels and not packed
    return FourBytes.PCM_24 if wide else None


def _sample_encoding(words: FormatWords) -> tuple[SampleEncoding, int]:
    """How samples are handed out, and the bytes of each in the file.

    PCM of 33 to 56 bits is refused: neither ffmpeg nor sox nor libsndfile reads it, so nobody could check our reading.
    """
    match words.tag:
        case 1 if 1 <= words.bits <= 32 or 57 <= words.bits <= 64:
            sample_bytes = (words.bits + 7) // 8
            return _PCM_ENCODINGS[sample_bytes], sample_bytes
        case 3 if words.bits == 32:
            return SampleEncoding.FLOAT_32, 4
        case 3 if words.bits == 64:
            return SampleEncoding.FLOAT_64, 8
        case 6:
            return SampleEncoding.A_LAW, 1
        case 7:
            return SampleEncoding.MU_LAW, 1
        case 1 | 3:
            raise UnsupportedCodec(f"{words.bits}-bit {'PCM' if words.tag == PCM else 'float'}")
    raise UnsupportedCodec(tag_name(words.tag))


def _block_codec(words: FormatWords) -> SourceFormat:
    found = read_block_codec(words)
    expected = words.rate * found.file_block_bytes / found.format.block_samples
    wrong = abs(words.byte_rate - expected) > expected * _BYTE_RATE_TOLERANCE
    recording = RecordingFormat(found.codec, words.rate, found.format.channels, found.bits)
    repairs = (Repair.WRONG_BYTE_RATE,) if wrong else ()
    return SourceFormat(recording, found.format, found.file_block_bytes, 1, repairs, found.padding_samples)

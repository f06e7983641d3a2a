"""The block rules of the codecs that telephone networks and call recorders use.

Sources: ITU-T G.726 (1990), G.723.1 (2006), G.729 (2012); RFC 3551 section 4.5 for how their codes lie in bytes;
`mmreg.h` of the Windows SDK, and libavformat and libavcodec of ffmpeg 5.1 and 9.0, for how they lie in a WAV.
"""

from domain.errors import DamagedRecording, UnsupportedCodec
from domain.recording.block_rule import BlockRule, refuse_channels, refuse_low_rate
from domain.recording.format import Codec, SampleEncoding, WavFormat
from domain.recording.format_words import FormatWords

_RATE = 8000
_G721_ADPCM, _G721_BLOCK_BYTES = 0x0040, 64
"""As libsndfile writes G.721, alone with codes that begin in the low bits of a byte."""
_G726_BITS = range(2, 6)
_UNSAID = (0, 1)
"""What writers put as the block alignment who know of no blocks."""


def g726(words: FormatWords) -> BlockRule:
    """A stream of codes of 2 to 5 bits; eight of them fill as many bytes as each has bits."""
    bits = _g726_bits(words)
    low_bits_first = words.tag == _G721_ADPCM and words.block_align == _G721_BLOCK_BYTES
    encoding = SampleEncoding.G721 if low_bits_first else SampleEncoding.G726
    refuse_channels(words, encoding, 1)
    refuse_low_rate(words, encoding)
    nominal = 2 * _G721_BLOCK_BYTES if low_bits_first else 0
    return BlockRule(Codec.G726, bits, WavFormat(encoding, 1, 0, words.rate, bits, 8), bits, nominal)


def _g726_bits(words: FormatWords) -> int:
    """Of a code: by the byte rate, as in ffmpeg, where that fits; else as said. Raises `UnsupportedCodec`."""
    by_byte_rate = 8 * words.byte_rate // words.rate // words.channels
    if words.bits != 0 and words.bits not in _G726_BITS:
        raise UnsupportedCodec(f"{words.bits}-bit G.726 ADPCM, of which 2 to 5 bits are taken")
    if by_byte_rate in _G726_BITS:
        return by_byte_rate
    if words.bits == 0:
        raise UnsupportedCodec("G.726 ADPCM that does not say how many bits it has")
    return words.bits


def g723_1(words: FormatWords) -> BlockRule:
    """Frames of 240 samples, of 24 bytes (6.3 kb/s) or 20 (5.3 kb/s); each tells its length, as in RFC 3551 4.5.3."""
    _refuse_unlike_speech(words, SampleEncoding.G723_1)
    block = words.block_align
    if block not in _UNSAID and block % 24 and block % 20:
        raise DamagedRecording(f"its G.723.1 blocks have {block} bytes, 24 or 20 would be right")
    long = block % 24 == 0 if block not in _UNSAID else words.byte_rate > 730
    return _frames(words, Codec.G723_1, SampleEncoding.G723_1, 24 if long else 20, 240)


def g729(words: FormatWords) -> BlockRule:
    """Frames of 80 samples, of 10 bytes (8 kb/s), or of 8 (6.4 kb/s, annex D)."""
    _refuse_unlike_speech(words, SampleEncoding.G729)
    block, slow = words.block_align, 0 < words.byte_rate <= 900
    if block not in _UNSAID and block % 10 and block % 8:
        raise DamagedRecording(f"its G.729 blocks have {block} bytes, 10 or 8 would be right")
    if block not in _UNSAID and (block % 10 == 0) != (block % 8 == 0):
        slow = block % 8 == 0
    return _frames(words, Codec.G729, SampleEncoding.G729, 8 if slow else 10, 80)


def true_speech(words: FormatWords) -> BlockRule:
    """Frames of 240 samples, of 32 bytes."""
    _refuse_unlike_speech(words, SampleEncoding.TRUESPEECH)
    block = words.block_align
    if block not in _UNSAID and block % 32:
        raise DamagedRecording(f"its TrueSpeech blocks have {block} bytes, 32 would be right")
    return _frames(words, Codec.TRUESPEECH, SampleEncoding.TRUESPEECH, 32, 240)


def _refuse_unlike_speech(words: FormatWords, encoding: SampleEncoding) -> None:
    """Speech codecs have one channel and one sample rate; ffmpeg takes any rate for this one or plays at another."""
    refuse_channels(words, encoding, 1)
    if words.rate != _RATE:
        raise DamagedRecording(f"it says its {encoding.value} has {words.rate} Hz, {_RATE} would be right")


def _frames(words: FormatWords, codec: Codec, encoding: SampleEncoding, size: int, samples: int) -> BlockRule:
    return BlockRule(codec, None, WavFormat(encoding, 1, 0, words.rate, size, samples), size)

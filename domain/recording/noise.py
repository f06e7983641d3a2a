"""Whether bytes of which nobody says what they are may be samples, or rather noise or text."""

import string
from operator import sub

from domain.recording.adpcm_heads import IMA_ADPCM_STEPS, MS_ADPCM_PREDICTORS
from domain.recording.format import SampleEncoding
from domain.recording.source_format import SourceFormat

_TEXT_BYTES = string.printable.encode() + b"\0"
_TEXT_SHARE = 0.95
_LOUD = 40
"""Mean of the high bytes of samples of noise at full scale is 64, of music seldom above 30."""
_UNSIGNED = bytes(high ^ 0x80 for high in range(256))
_FROM_THE_MIDDLE = bytes(abs(high - 128) for high in range(256))
_FLAT = 400
"""Chi-squared of random bytes against the same number of each is 255, give or take 23; of speech it is thousands."""
_PLAUSIBLE_FLOAT = 0x41
"""The high byte without its sign of floats up to 32 (32 bit) or 262,144 (64 bit)."""
_IMPLAUSIBLE_FLOATS = bytes(high for high in range(256) if high & 0x7F > _PLAUSIBLE_FLOAT)
_PLAUSIBLE_SHARE = 0.9
_LAWS = (SampleEncoding.A_LAW, SampleEncoding.MU_LAW)


def is_text(data: bytes) -> bool:
    """Whether almost all of these bytes are printable, and some are not zero."""
    return any(data) and len(data.translate(None, _TEXT_BYTES)) < (1 - _TEXT_SHARE) * len(data)


def is_noise(blocks: bytes, source: SourceFormat, *, big_endian: bool) -> bool:
    """Whether they are random bytes rather than blocks of this format, as far as its encoding can tell."""
    encoding, size, block = source.format.encoding, source.file_sample_bytes, source.file_block_bytes
    if encoding in _LAWS:
        return _is_flat(blocks)
    if encoding is SampleEncoding.MS_ADPCM:
        return any(predictor >= MS_ADPCM_PREDICTORS for predictor in blocks[::block])
    if encoding in (SampleEncoding.IMA_ADPCM, SampleEncoding.IMA_ADPCM_3):
        return any(blocks[3::block]) or any(step >= IMA_ADPCM_STEPS for step in blocks[2::block])
    highs = blocks[0 if big_endian else size - 1 :: block]
    if encoding.is_float:
        return len(highs.translate(None, _IMPLAUSIBLE_FLOATS)) < _PLAUSIBLE_SHARE * len(highs)
    return encoding.is_integer and _is_loud_noise(highs if size == 1 else highs.translate(_UNSIGNED))


def _is_flat(data: bytes) -> bool:
    expected = len(data) / 256
    return sum((data.count(byte) - expected) ** 2 / expected for byte in range(256)) < _FLAT


def _is_loud_noise(highs: bytes) -> bool:
    """Of the high bytes of samples, the middle being 128."""
    loudness = sum(highs.translate(_FROM_THE_MIDDLE))
    change = sum(map(abs, map(sub, highs[1:], highs)))
    return loudness > _LOUD * len(highs) and change > loudness

"""How samples lie in four bytes each, where the format chunk leaves it open: told by the first that are not zero.

| the chunk says | and the samples are |
|---|---|
| PCM of 24 bits, blocks of four bytes a channel | in the low three bytes, as ALSA's `S24_LE`, which `arecord` writes |
| | in the high three, as `WAVEFORMATEXTENSIBLE` has it |
| | floats whose full scale is 2^23: Cool Edit's "24.0 float", for which ffmpeg takes all four |
| | in three bytes, and the block alignment is wrong |
| PCM of 32 bits | integers |
| | floats whose full scale is 1, of programs that write their floats under the tag of integers |
| | floats whose full scale is 2^15: Cool Edit's "16.8 float", which it marks by a word of 1 behind `cbSize` |
"""

from enum import Enum

from domain.recording.format import SampleEncoding
from domain.recording.repairs import Repair


class FourBytes(Enum):
    """What the format chunk says of samples that have four bytes each."""

    PCM_24 = "24 bits"
    PCM_32 = "32 bits"
    MARKED_32 = "32 bits, marked by Cool Edit"


class Layout(Enum):
    """What the samples are."""

    WHOLE = "integers of 32 bits, or of fewer in the high bits"
    LOW_THREE = "integers in the low three bytes"
    PACKED = "integers of three bytes"
    FLOAT = "floats, full scale 1"
    FLOAT_16_8 = "floats, full scale 2^15"
    FLOAT_24_0 = "floats, full scale 2^23"

    @property
    def encoding(self) -> SampleEncoding:
        """As what they are handed out."""
        if self is Layout.PACKED:
            return SampleEncoding.SIGNED_24
        return SampleEncoding.FLOAT_32 if self in _FLOATS else SampleEncoding.SIGNED_32

    @property
    def repairs(self) -> tuple[Repair, ...]:
        """What it contradicts in the format chunk."""
        if self is Layout.PACKED:
            return Repair.WRONG_BLOCK_ALIGN, Repair.WRONG_BYTE_RATE
        return (Repair.FLOAT_SAMPLES,) if self in _FLOATS else ()


_FLOATS = (Layout.FLOAT, Layout.FLOAT_16_8, Layout.FLOAT_24_0)


def laid_out(layout: Layout, words: bytes) -> bytes:
    """Little-endian words as `layout.encoding` wants them."""
    if layout is Layout.LOW_THREE:
        shifted = bytearray(len(words))
        for place in range(3):
            shifted[place + 1 :: 4] = words[place::4]
        return bytes(shifted)
    if exponent := _EXPONENTS.get(layout):
        pieces = (words[at : at + _PIECE_BYTES] for at in range(0, len(words), _PIECE_BYTES))
        return b"".join([_divided(piece, exponent) for piece in pieces])
    return words


_EXPONENTS = {Layout.FLOAT_16_8: 15, Layout.FLOAT_24_0: 23}
_PIECE_BYTES = 8192
_DIVIDED = bytes(0xFF if 12 <= top & 0x7F < 0x7F else 0 for top in range(256))
"""Top bytes of floats whose exponent is to be lowered: neither zeros and what is next to them, nor NaN and infinity."""


def _divided(words: bytes, exponent: int) -> bytes:
    """Floats divided by 2^`exponent`, exactly, all at once: as one long number from which their exponents are taken.

    No word borrows from the next, since only those are touched whose exponent is higher.
    """
    chosen = words[3::4].translate(_DIVIDED)
    less = bytearray(len(words))
    less[3::4] = chosen.translate(bytes(exponent >> 1 if byte else 0 for byte in range(256)))
    less[2::4] = chosen.translate(bytes((exponent & 1) << 7 if byte else 0 for byte in range(256)))
    difference = int.from_bytes(words, "little") - int.from_bytes(less, "little")
    return difference.to_bytes(len(words), "little")

"""Changes of the format chunk: its words, and the GUIDs of extensible formats and of Sony Wave64."""

import struct
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from random import Random

from tests import codecs
from tests.fuzz.numbers import SIZES, WORDS, flipped
from tests.fuzz.structure import Piece, Structure, wide_name
from tests.wavs import EXTENSIBLE, SUB_FORMAT_TAIL

_FORMAT = b"fmt "
_TAGS = (
    *sorted({recording.tag for recording in codecs.RECORDINGS.values()}),
    0,
    1,
    3,
    6,
    7,
    0x50,
    0x55,
    0x2000,
    EXTENSIBLE,
)
_BLOCKS = (0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 12, 24, 31, 32, 64, 65, 66, 128, 244, 255, 256, 512, 1024, 2041, 4096, 0xFFFF)
_BLOCK_ALIGN, _BLOCK_SAMPLES = 12, 18
_VALUES: Mapping[int, Sequence[int]] = {
    0: WORDS,
    2: (0, 1, 2, 3, 6, 8, 64, 65, 0xFFFF),
    4: (0, 1, 2499, 2500, 5000, 8000, 11_025, 16_000, 48_000, 384_002, 768_000, 768_001, 0xFFFFFFFF),
    8: SIZES,
    _BLOCK_ALIGN: _BLOCKS,
    14: (*range(34), 48, 57, 64, 65, 0xFFFF),
    16: WORDS,
    _BLOCK_SAMPLES: _BLOCKS,
    20: SIZES,
    24: WORDS,
}
"""Of the words of a format chunk, by where they begin: up to those of the extensible format."""
_FOUR_BYTES = (4, 8, 20)
"""Where those of four bytes begin; the others have two."""


def guid(structure: Structure, random: Random, _: Structure) -> Structure:
    """Another GUID of a chunk or a container, or of the sub-format."""
    if structure.wide and structure.pieces and random.random() < 0.7:
        at = random.randrange(-1, len(structure.pieces))
        if at < 0:
            return replace(structure, form=flipped(wide_name(structure.form), random))
        piece = structure.pieces[at]
        return structure.with_piece(at, replace(piece, name=flipped(wide_name(piece.name), random)))
    known = struct.pack(f"{structure.order}IHH", random.choice(_TAGS), 0, 0x10) + SUB_FORMAT_TAIL
    chosen = random.choice((known, known, flipped(known, random), random.randbytes(16)))
    return _with_format(structure, lambda body: _extensible(body.ljust(16, b"\0"), chosen, structure.order, random))


def _extensible(body: bytes, guid: bytes, order: str, random: Random) -> bytes:
    tag = EXTENSIBLE if random.random() < 0.8 else 1
    valid, mask = random.choice(WORDS), random.choice((0, 3, 4, 0xFFFFFFFF))
    return struct.pack(f"{order}H", tag) + body[2:16] + struct.pack(f"{order}HHI", 22, valid, mask) + guid + body[18:]


def format_word(structure: Structure, random: Random, _: Structure) -> Structure:
    """Another number as one of its words."""
    place = random.choice(list(_VALUES))
    return _with_word(structure, place, random.choice(_VALUES[place]))


def block_size(structure: Structure, random: Random, _: Structure) -> Structure:
    """Another block size, and perhaps another number of samples in it."""
    made = _with_word(structure, _BLOCK_ALIGN, random.choice(_BLOCKS))
    return _with_word(made, _BLOCK_SAMPLES, random.choice(_BLOCKS)) if random.random() < 0.5 else made


def codec(structure: Structure, random: Random, _: Structure) -> Structure:
    """Another codec, with all words of a recording of it or only its tag."""
    if random.random() < 0.5:
        return _with_word(structure, 0, random.choice(_TAGS))
    words = random.choice(list(codecs.RECORDINGS.values()))
    head = (words.tag, words.channels, words.rate, words.byte_rate, words.block_align, words.bits, len(words.extra))
    return _with_format(structure, lambda _: struct.pack(f"{structure.order}HHIIHHH", *head) + words.extra)


def format_length(structure: Structure, random: Random, _: Structure) -> Structure:
    """A format chunk that ends early, or goes on."""
    length = random.choice((0, 1, 2, 12, 14, 15, 16, 17, 18, 20, 38, 39, 40, 42, 50, 4096, 4097))
    return _with_format(structure, lambda body: body[:length].ljust(length, random.choice((b"\0", b"\xff"))))


def _with_word(structure: Structure, place: int, value: int) -> Structure:
    size = 4 if place in _FOUR_BYTES else 2
    word = value.to_bytes(size, "big" if structure.order == ">" else "little")
    return _with_format(structure, lambda body: body.ljust(place + size, b"\0")[:place] + word + body[place + size :])


def _with_format(structure: Structure, change: Callable[[bytes], bytes]) -> Structure:
    at = structure.number(_FORMAT)
    if at is None:
        return structure.inserted(0, Piece(_FORMAT, change(b"")))
    piece = structure.pieces[at]
    return structure.with_piece(at, replace(piece, body=change(piece.body), claimed=None))

"""Changes of chunks: their sizes, names, order and bodies."""

import struct
from dataclasses import replace
from random import Random

from tests.fuzz.numbers import SIZES, SIZES_64, flipped, slipped
from tests.fuzz.structure import Piece, Structure
from tests.fuzz.text_lists import text_chunk
from tests.wavs import ds64_body

_DATA, _DS64 = b"data", b"ds64"
_NAMES = (b"fmt ", _DATA, _DS64, b"fact", b"LIST", b"list", b"bext", b"junk", b"RIFF", b"\0\0\0\0", b"a\xffb ")


def chunk_size(structure: Structure, random: Random, _: Structure) -> Structure:
    """A size that lies."""
    if not structure.pieces:
        return structure
    at = random.randrange(len(structure.pieces))
    piece = structure.pieces[at]
    sizes = SIZES_64 if structure.wide else SIZES
    return structure.with_piece(at, replace(piece, claimed=slipped(len(piece.body), random, sizes)))


def padding(structure: Structure, random: Random, _: Structure) -> Structure:
    """Too little or too much between a chunk and the next."""
    if not structure.pieces:
        return structure
    at = random.randrange(len(structure.pieces))
    pad = random.choice((b"", b"\0", b"x", bytes(7), bytes(16), bytes(random.randrange(5000))))
    return structure.with_piece(at, replace(structure.pieces[at], pad=pad))


def order(structure: Structure, random: Random, _: Structure) -> Structure:
    """Another order of chunks."""
    pieces = list(structure.pieces)
    if random.random() < 0.5:
        random.shuffle(pieces)
    elif pieces:
        pieces.insert(random.randrange(len(pieces)), pieces.pop(random.randrange(len(pieces))))
    return replace(structure, pieces=tuple(pieces))


def left_out(structure: Structure, random: Random, _: Structure) -> Structure:
    """A chunk is missing."""
    pieces = list(structure.pieces)
    if pieces:
        pieces.pop(random.randrange(len(pieces)))
    return replace(structure, pieces=tuple(pieces))


def doubled(structure: Structure, random: Random, other: Structure) -> Structure:
    """A chunk stands there twice or more often, as it is or changed."""
    if not structure.pieces:
        return structure
    piece = random.choice(structure.pieces)
    copies = [piece] * random.choice((1, 1, 1, 2, 5))
    if random.random() < 0.5:
        copies[0] = replace(piece, body=flipped(piece.body, random), claimed=None)
    return structure.inserted(random.randrange(len(structure.pieces) + 1), *copies)


def foreign(structure: Structure, random: Random, other: Structure) -> Structure:
    """A chunk of another recording, which keeps its name, size and byte order."""
    if not other.pieces:
        return structure
    piece = random.choice(other.pieces)
    return structure.inserted(random.randrange(len(structure.pieces) + 1), piece)


def sizes_64(structure: Structure, random: Random, _: Structure) -> Structure:
    """A `ds64` chunk that says something else, or one where there was none, cut somewhere or not."""
    words = [random.choice((len(structure.assembled()), slipped(1000, random, SIZES_64))) for _ in range(3)]
    body = ds64_body(words[0], words[1], words[2])[: random.choice((28, 28, 28, 24, 16, 8, 0))]
    at = structure.number(_DS64)
    piece = Piece(_DS64, body)
    made = structure.inserted(0, piece) if at is None else structure.with_piece(at, piece)
    magic = random.choice((structure.magic, b"RF64", b"BW64"))
    return made if structure.wide else replace(made, magic=magic)


def named(structure: Structure, random: Random, _: Structure) -> Structure:
    """A chunk has another name."""
    if not structure.pieces:
        return structure
    at = random.randrange(len(structure.pieces))
    name = random.choice(_NAMES)
    return structure.with_piece(at, replace(structure.pieces[at], name=name))


def word_of_a_chunk(structure: Structure, random: Random, _: Structure) -> Structure:
    """Another number anywhere within what a chunk says that is no sound."""
    places = [at for at, piece in enumerate(structure.pieces) if piece.name[:4] != _DATA and len(piece.body) >= 4]
    if not places:
        return structure
    at = random.choice(places)
    piece = structure.pieces[at]
    place = random.randrange(0, len(piece.body) - 3, 2)
    word = struct.pack(f"{structure.order}I", slipped(len(piece.body) - place - 4, random) % 2**32)
    return structure.with_piece(at, replace(piece, body=piece.body[:place] + word + piece.body[place + 4 :]))


def texts(structure: Structure, random: Random, _: Structure) -> Structure:
    """A further chunk of texts, right or wrong in itself."""
    name, body = text_chunk(random, structure.order)
    if structure.wide and name == b"LIST":
        name = b"list"
    return structure.inserted(random.randrange(len(structure.pieces) + 1), Piece(name, body))


def cut(structure: Structure, random: Random, _: Structure) -> Structure:
    """A chunk of which the end is missing, and perhaps all behind it."""
    if not structure.pieces:
        return structure
    at = random.randrange(len(structure.pieces))
    piece = structure.pieces[at]
    cut = replace(piece, body=piece.body[: random.randrange(len(piece.body) + 1)])
    made = structure.with_piece(at, cut)
    return replace(made, pieces=made.pieces[: at + 1], behind=b"") if random.random() < 0.5 else made


def other_bytes(structure: Structure, random: Random, _: Structure) -> Structure:
    """Bytes anywhere in a chunk."""
    if not structure.pieces:
        return structure
    at = random.randrange(len(structure.pieces))
    return structure.with_piece(at, replace(structure.pieces[at], body=flipped(structure.pieces[at].body, random)))

"""Changes of whole files: containers, what they claim, and what stands before, behind and within."""

from dataclasses import replace
from random import Random

from tests.fuzz.numbers import SIZES, SIZES_64, slipped
from tests.fuzz.structure import MAGICS, Structure, honest

_DATA = b"data"


def container_size(structure: Structure, random: Random, _: Structure) -> Structure:
    """A container's size that lies."""
    size = len(structure.assembled()) - 8
    return replace(structure, claimed=slipped(size, random, SIZES_64 if structure.wide else SIZES))


def container(structure: Structure, random: Random, _: Structure) -> Structure:
    """Another container around the same chunks; where heads of chunks are of another form there, with right sizes."""
    magic = random.choice(MAGICS)
    if structure.wide is (magic == MAGICS[-1]):
        return replace(structure, magic=magic)
    pieces = tuple(replace(piece, name=piece.name[:4]) for piece in honest(structure).pieces)
    form = b"WAVE" if structure.wide else structure.form.lower()
    return replace(structure, magic=magic, form=form, claimed=None, pieces=pieces)


def joined(structure: Structure, random: Random, other: Structure) -> Structure:
    """Another recording behind it, or itself."""
    further = random.choice((other, structure)).assembled()
    between = bytes(random.choice((0, 0, 0, 1, 8, 4096)))
    return replace(structure, behind=structure.behind + between + further[: random.choice((len(further), 44, 600))])


def within(structure: Structure, random: Random, other: Structure) -> Structure:
    """Another recording within the sound."""
    at = structure.number(_DATA)
    if at is None:
        return structure
    piece = structure.pieces[at]
    place = random.choice((0, 0, random.randrange(len(piece.body) + 1)))
    whole = piece.body[:place] + random.choice((other, structure)).assembled() + piece.body[place:]
    return structure.with_piece(at, replace(piece, body=whole, claimed=random.choice((None, piece.claimed))))


def leftovers(structure: Structure, random: Random, _: Structure) -> Structure:
    """Before it or behind it stands what is no part of it."""
    rubbish = random.choice((bytes(random.randrange(5000)), random.randbytes(random.randrange(5000)), b"text " * 50))
    if random.random() < 0.7:
        return replace(structure, behind=structure.behind + rubbish)
    tag = b"ID3\4\0\0\0\0" + bytes(random.choices(range(128), k=2)) + bytes(random.choice((0, 30, 2000)))
    return replace(structure, before=random.choice((tag, rubbish[:20])))

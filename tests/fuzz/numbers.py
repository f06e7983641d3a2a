"""What all changes have in common: numbers that are likely to be wrong, and bytes that are."""

from collections.abc import Callable
from random import Random

from tests.fuzz.structure import Structure

Mutation = Callable[[Structure, Random, Structure], Structure]
"""Makes another structure of one; the second structure is that of any other recording."""

WORDS = (0, 1, 2, 3, 7, 8, 255, 256, 4095, 0x7FFF, 0x8000, 0xFFFE, 0xFFFF)
SIZES = (
    *WORDS,
    1 << 16,
    0x7FFFFFF0,
    0x7FFFFFFF,
    1 << 31,
    2_000_000_000,
    0xFFFFFF9B,
    0xFFFFFFF0,
    0xFFFFFFFE,
    0xFFFFFFFF,
)
SIZES_64 = (*SIZES, 1 << 32, 1 << 48, (1 << 63) - 1, 1 << 63, (1 << 64) - 1)
_SLIPS = (-44, -16, -8, -2, -1, 1, 2, 3, 8, 16, 28, 36, 44, 4096)


def slipped(size: int, random: Random, sizes: tuple[int, ...] = SIZES) -> int:
    """Another size: one that programs write, or a little more or less."""
    return random.choice((random.choice(sizes), max(0, size + random.choice(_SLIPS)), size * 2, size // 2))


def flipped(data: bytes, random: Random) -> bytes:
    """The same with up to four other bytes."""
    changed = bytearray(data)
    for _ in range(random.randrange(1, 5) if changed else 0):
        changed[random.randrange(len(changed))] = random.choice((0, 1, 0x7F, 0x80, 0xFF, random.randrange(256)))
    return bytes(changed)

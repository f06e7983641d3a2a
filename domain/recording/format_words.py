"""The words of a format chunk."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FormatWords:
    """As the chunk says them, `tag` being that of the sub-format where the format is extensible."""

    tag: int
    channels: int
    rate: int
    """In Hz."""
    byte_rate: int
    block_align: int
    """In bytes."""
    bits: int
    mask: int
    """Speaker positions, 0 where the format is not extensible."""
    extra: bytes
    """What follows `cbSize`, or the sub-format."""
    order: str
    """Of the bytes of a number, for `struct`: `<` or `>`."""

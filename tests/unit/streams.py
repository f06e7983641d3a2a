"""Bytes as they come from the network."""

from collections.abc import AsyncGenerator, Sequence
from itertools import pairwise


async def blocks(*data: bytes) -> AsyncGenerator[bytes, None]:
    """These blocks, one after the other."""
    for block in data:
        yield block


async def breaking(*data: bytes, error: Exception) -> AsyncGenerator[bytes, None]:
    """These blocks, and then the error."""
    for block in data:
        yield block
    raise error


def cut(data: bytes, at: Sequence[int]) -> list[bytes]:
    """The data, cut at these places, without empty blocks."""
    places = [0, *sorted({min(place, len(data)) for place in at}), len(data)]
    return [data[start:end] for start, end in pairwise(places) if end > start]

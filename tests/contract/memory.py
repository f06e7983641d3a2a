"""How much memory something takes."""

import tracemalloc
from collections.abc import Iterator
from contextlib import contextmanager

LARGE_BYTES = 48 << 20
"""Of an MP3 that nobody may hold whole."""
MOST_HELD = 12 << 20
"""How much of it may be in memory: a few blocks, here and there."""


@contextmanager
def held_at_most(most: int) -> Iterator[None]:
    """Fail if at any moment there are more bytes in Python's memory than before, whichever thread made them."""
    tracemalloc.start()
    try:
        yield
        assert tracemalloc.get_traced_memory()[1] < most
    finally:
        tracemalloc.stop()

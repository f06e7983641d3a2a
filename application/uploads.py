"""How many uploads may be in flight."""

from collections.abc import Iterator
from contextlib import contextmanager

from domain.errors import Overloaded


class UploadPlaces:
    """A bounded number of places for uploads, and no queue to wait in."""

    def __init__(self, count: int) -> None:
        self._free = count

    @contextmanager
    def take(self) -> Iterator[None]:
        """Hold a place while the context lasts. Raises `Overloaded` if none is free."""
        if self._free == 0:
            raise Overloaded("all upload places are taken")
        self._free -= 1
        try:
            yield
        finally:
            self._free += 1

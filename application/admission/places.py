"""How many of one kind of request may be in flight."""

from collections.abc import Iterator
from contextlib import contextmanager

from domain.errors import Overloaded


class Places:
    """A bounded number of places, and no queue to wait in. `taken_by` names who takes them, as in "uploads"."""

    def __init__(self, count: int, taken_by: str) -> None:
        self._free = count
        self._taken_by = taken_by

    def refuse_if_full(self) -> None:
        """Raises `Overloaded` if no place is free now."""
        if self._free == 0:
            raise Overloaded(f"all places for {self._taken_by} are taken")

    @contextmanager
    def take(self) -> Iterator[None]:
        """Hold a place while the context lasts. Raises `Overloaded` if none is free."""
        self.refuse_if_full()
        self._free -= 1
        try:
            yield
        finally:
            self._free += 1

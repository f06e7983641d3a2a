"""An event loop whose time passes at once where it would have to wait."""

import asyncio
import selectors
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


class _Skipping(selectors.DefaultSelector):
    """Counts the seconds that would be waited, in place of waiting."""

    skipped = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        ready = super().select(0)
        if not ready and timeout is None:
            raise RuntimeError("it would wait for ever")
        if not ready and timeout:
            self.skipped += timeout
        return ready


class _Loop(asyncio.SelectorEventLoop):
    def __init__(self) -> None:
        self._skipping = _Skipping()
        super().__init__(self._skipping)

    def time(self) -> float:
        return 1000 + self._skipping.skipped


def run(played: Coroutine[Any, Any, T]) -> T:
    """Run it in a loop where only waiting takes time, in seconds, and none of it passes outside."""
    with asyncio.Runner(loop_factory=_Loop) as runner:
        return runner.run(played)

"""Waiting for what nothing tells of."""

import time
from collections.abc import Callable

SECONDS = 20.0
_BETWEEN_SECONDS = 0.02


def wait_until(holds: Callable[[], object], what: str = "it happens", seconds: float | None = None) -> None:
    """Return as soon as it holds; fail after so many seconds, else `SECONDS`, and say what was waited for."""
    seconds = SECONDS if seconds is None else seconds
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, f"waited {seconds:g} seconds until {what}"
        time.sleep(_BETWEEN_SECONDS)

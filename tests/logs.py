"""What the service writes to its log."""

import io
import logging
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr
from typing import Literal

import structlog

from entrypoints.logs import configure_logs


@contextmanager
def captured_logs(style: Literal["auto", "json", "text"]) -> Iterator[io.StringIO]:
    """Logs as the service configures them, until the context ends."""
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    root.handlers.clear()  # else they would be closed, and they are pytest's
    stream = io.StringIO()
    try:
        with redirect_stderr(stream):
            configure_logs(style, "info")
        yield stream
    finally:
        root.handlers[:] = before
        root.setLevel(level)
        structlog.reset_defaults()

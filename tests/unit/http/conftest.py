"""What the service writes to its log."""

import json
import logging
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import structlog

from entrypoints.logs import configure_logs


@pytest.fixture
def _logging_as_it_was() -> Iterator[None]:
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    root.handlers.clear()  # else they would be closed, and they are pytest's
    yield
    root.handlers[:] = before
    root.setLevel(level)
    structlog.reset_defaults()


@pytest.fixture
def log_lines(_logging_as_it_was: None, capsys: pytest.CaptureFixture[str]) -> Callable[[], list[dict[str, Any]]]:
    """The lines of the JSON log since the last call."""
    configure_logs("json", "info")
    def f():
        e = capsys.readouterr().err
        open("/tmp/probe/err","a").write(e)
        return [json.loads(line) for line in e.splitlines()]
    return f
    return lambda: [json.loads(line) for line in capsys.readouterr().err.splitlines()]

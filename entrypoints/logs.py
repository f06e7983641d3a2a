"""Logs: one event per line, JSON for machines or readable on a terminal."""

import logging
import sys
from typing import Literal, TextIO

import structlog
from structlog.typing import Processor


class _Lines(logging.StreamHandler[TextIO]):
    """A line that cannot be written, as on a disk that is full, is left out: there is nowhere to say so."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - the name that logging calls
        if not isinstance(sys.exc_info()[1], OSError):
            super().handleError(record)


def configure_logs(style: Literal["auto", "json", "text"], level: str) -> None:
    """Send this program's and its libraries' events to standard error, `auto` being text on a terminal."""
    as_text = style == "text" or (style == "auto" and sys.stderr.isatty())
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    renderers: list[Processor]
    if as_text:
        renderers = [structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), repr_native_str=True)]
    else:
        renderers = [structlog.processors.format_exc_info, structlog.processors.JSONRenderer()]
    handler = _Lines(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *renderers],
        )
    )
    logging.basicConfig(handlers=[handler], level=level.upper(), force=True)
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )

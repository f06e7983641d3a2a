"""Why a connection ends of which no more is read."""

import httptools
import structlog

logger = structlog.get_logger(__name__)


class Beyond(ValueError):
    """A connection takes more than it may; the text says what, and tells nothing that the client has sent."""


def reason_of(error: httptools.HttpParserError) -> str:
    """Why the parser ended: at an exception of ours, which it wraps, or by itself, which may tell what the client sent.

    What neither bounds of ours nor a malformed request explain is our fault, which is logged.
    """
    cause = error.__context__
    if isinstance(cause, Beyond):
        return str(cause)
    if cause is None or isinstance(cause, ValueError | httptools.HttpParserError):
        return "what came is no HTTP"
    logger.error("request not read", exc_info=cause)
    return "a fault of the service"

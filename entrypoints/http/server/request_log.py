"""A line in the log for every request."""

import re
import time
import uuid

import structlog
from litestar.enums import ScopeType
from litestar.exceptions import LitestarException
from litestar.types import ASGIApp, HTTPScope, Message, Receive, Scope, Send

from domain.errors import MusicAppError
from entrypoints.http.error_handlers import NOTED

logger = structlog.get_logger(__name__)

MAX_LOGGED_PATH = 200
"""Characters; no path of ours is half as long."""
_UUID = re.compile(r"([0-9A-Fa-f]{8})(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")
_NOSNIFF = (b"x-content-type-options", b"nosniff")


def log_requests(app: ASGIApp) -> ASGIApp:
    """One line per request, with an identifier that is also in the response (`X-Request-ID`).

    The line holds the path without its query, and the beginning of each identifier in it: the query of `/record` is
    what opens it, and the identifier of a link is.
    """

    async def logged(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP:
            await app(scope, receive, send)
            return
        line = _Line(scope, send)
        with structlog.contextvars.bound_contextvars(request_id=line.identifier):
            try:
                await app(scope, receive, line.send)
            except Exception as error:
                if not line.has_status:
                    raise
                _log_broken_off(error)  # the server closes the connection, since the response is not whole
            finally:
                line.write()

    return logged


class _Line:
    """What is seen of one request until its line is written."""

    def __init__(self, scope: HTTPScope, send: Send) -> None:
        self.identifier = uuid.uuid4().hex
        self._scope, self._send = scope, send
        self._started = time.perf_counter()
        self._path = _UUID.sub(r"\1-…", scope["path"])[:MAX_LOGGED_PATH]
        self._seen: dict[str, int | bool] = {"sent": 0, "whole": False}

    @property
    def has_status(self) -> bool:
        """Whether the response has begun."""
        return "status" in self._seen

    async def send(self, message: Message) -> None:
        """Note what is sent, with the headers that every response has."""
        if message["type"] == "http.response.start":
            self._seen["status"] = message["status"]
            message["headers"] = [*message["headers"], (b"x-request-id", self.identifier.encode()), _NOSNIFF]
        await self._send(message)
        if message["type"] == "http.response.body":  # not before it has left: the client may be cut off meanwhile
            self._seen["sent"] += len(message["body"])
            self._seen["whole"] = not message["more_body"]

    def write(self) -> None:
        """The request is over, however it ended."""
        milliseconds = round((time.perf_counter() - self._started) * 1000, 1)
        seen = self._seen | self._scope["state"].get(NOTED, {})
        logger.info("request", method=self._scope["method"], path=self._path, duration_ms=milliseconds, **seen)


def _log_broken_off(error: BaseException) -> None:
    """Tell why a response that had begun was not ended, with a trace only where nobody foresaw it."""
    while inner := _wrapped(error):
        error = inner
    foreseen = isinstance(error, MusicAppError)
    logger.error("response broken off", error=repr(error), exc_info=None if foreseen else error)


def _wrapped(error: BaseException) -> BaseException | None:
    """What the framework wrapped; a group holds the failures of one response's tasks, of which the first counts."""
    if isinstance(error, BaseExceptionGroup):
        return error.exceptions[0]
    return error.__cause__ if isinstance(error, LitestarException) else None

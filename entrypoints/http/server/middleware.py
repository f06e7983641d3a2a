"""What happens around every request: its identifier, its log line, its headers, and its orderly end."""

import asyncio
import contextlib
import time
import uuid

import structlog
from litestar.enums import ScopeType
from litestar.exceptions import LitestarException
from litestar.types import ASGIApp, Message, Receive, Scope, Send
from litestar.types.asgi_types import HTTPReceiveMessage, WebSocketReceiveMessage

from domain.errors import MusicAppError
from entrypoints.http.error_handlers import NOTED

logger = structlog.get_logger(__name__)

DRAIN_SECONDS = 5.0
"""How long a refused body is still read, and thrown away, so that the client gets to read the refusal."""
MAX_LOGGED_PATH = 200
"""Characters; no path of ours is half as long."""
_NOSNIFF = (b"x-content-type-options", b"nosniff")


def log_requests(app: ASGIApp) -> ASGIApp:
    """One line per request, with an identifier that is also in the response (`X-Request-ID`).

    The line holds the path without its query: the query of `/record` is what opens it.
    """

    async def logged(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP:
            await app(scope, receive, send)
            return
        identifier = uuid.uuid4().hex
        started = time.perf_counter()
        path = scope["path"][:MAX_LOGGED_PATH]
        seen: dict[str, int | bool] = {"sent": 0, "whole": False}

        async def send_noted(message: Message) -> None:
            if message["type"] == "http.response.start":
                seen["status"] = message["status"]
                message["headers"] = [*message["headers"], (b"x-request-id", identifier.encode()), _NOSNIFF]
            await send(message)
            if message["type"] == "http.response.body":  # not before it has left: the client may be cut off meanwhile
                seen["sent"] += len(message["body"])
                seen["whole"] = not message["more_body"]

        with structlog.contextvars.bound_contextvars(request_id=identifier):
            try:
                await app(scope, receive, send_noted)
            except Exception as error:
                if "status" not in seen:
                    raise
                _log_broken_off(error)  # the server closes the connection, since the response is not whole
            finally:
                milliseconds = round((time.perf_counter() - started) * 1000, 1)
                noted = scope["state"].get(NOTED, {})
                logger.info("request", method=scope["method"], path=path, duration_ms=milliseconds, **seen, **noted)

    return logged


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


def end_refused_uploads(app: ASGIApp) -> ASGIApp:
    """Where a request is answered before its body was read, read a little more of it, then close.

    A server that closes at once makes the client's system drop the answer before the client has read it.
    """

    async def ended(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP:
            await app(scope, receive, send)
            return
        headers = dict(scope["headers"])
        unread = b"transfer-encoding" in headers or headers.get(b"content-length", b"0") != b"0"

        async def receive_noted() -> HTTPReceiveMessage | WebSocketReceiveMessage:
            nonlocal unread
            message = await receive()
            unread = message["type"] == "http.request" and message["more_body"]
            return message

        async def send_and_drain(message: Message) -> None:
            if message["type"] == "http.response.start" and unread:
                message["headers"] = [*message["headers"], (b"connection", b"close")]
            if message["type"] != "http.response.body" or message["more_body"] or not unread:
                await send(message)
                return
            await send({**message, "more_body": True})
            await _drain(receive)
            await send({"type": "http.response.body", "body": b"", "more_body": False})

        await app(scope, receive_noted, send_and_drain)

    return ended


async def _drain(receive: Receive) -> None:
    """Read on until the body ends, the client leaves, or it took too long."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(DRAIN_SECONDS):
            message = await receive()
            while message["type"] == "http.request" and message["more_body"]:
                message = await receive()

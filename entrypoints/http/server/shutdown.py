"""What clients are told whose request did not end before the service had to."""

import asyncio

import msgspec
from litestar.enums import ScopeType
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from entrypoints.http.error_handlers import retry_after

_BODY = msgspec.json.encode(
    {
        "status": "error",
        "code": "service.overloaded",
        "message": "the service is being stopped; try again in a few seconds",
    }
)


def answer_cancelled(app: ASGIApp) -> ASGIApp:
    """Answer 503 where a request is cancelled before its response began; only the end of the service does that.

    A response that has begun is not ended, upon which the server closes the connection.
    """

    async def answered(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP:
            await app(scope, receive, send)
            return
        begun = False

        async def send_noted(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await app(scope, receive, send_noted)
        except asyncio.CancelledError:
            if not begun:
                await _refuse(send)

    return answered


async def _refuse(send: Send) -> None:
    headers = [
        (b"content-type", b"application/json"),
        (b"content-length", str(len(_BODY)).encode()),
        (b"retry-after", retry_after().encode()),
        (b"connection", b"close"),
    ]
    await send({"type": "http.response.start", "status": 503, "headers": headers})
    await send({"type": "http.response.body", "body": _BODY, "more_body": False})

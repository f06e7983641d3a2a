"""Requests that are answered before their body was read."""

import asyncio
import contextlib

from litestar.enums import ScopeType
from litestar.types import ASGIApp, HTTPScope, Message, Receive, Scope, Send
from litestar.types.asgi_types import HTTPReceiveMessage, WebSocketReceiveMessage

DRAIN_SECONDS = 5.0
"""How long a refused body is still read, and thrown away, so that the client gets to read the refusal."""


def end_refused_uploads(app: ASGIApp) -> ASGIApp:
    """Where a request is answered before its body was read, read a little more of it, then close.

    A server that closes at once makes the client's system drop the answer before the client has read it.
    """

    async def ended(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP:
            await app(scope, receive, send)
            return
        body = _Body(scope, receive, send)
        await app(scope, body.receive, body.send)

    return ended


class _Body:
    """That of one request, and whether some of it may still come."""

    def __init__(self, scope: HTTPScope, receive: Receive, send: Send) -> None:
        self._receive, self._send = receive, send
        headers = dict(scope["headers"])
        self._is_unread = b"transfer-encoding" in headers or headers.get(b"content-length", b"0") != b"0"

    async def receive(self) -> HTTPReceiveMessage | WebSocketReceiveMessage:
        """The next part of it."""
        message = await self._receive()
        self._is_unread = message["type"] == "http.request" and message["more_body"]
        return message

    async def send(self, message: Message) -> None:
        """Send; before the end of the response read what is left, up to a bound."""
        if message["type"] == "http.response.start" and self._is_unread:
            message["headers"] = [*message["headers"], (b"connection", b"close")]
        if message["type"] != "http.response.body" or message["more_body"] or not self._is_unread:
            await self._send(message)
            return
        await self._send({**message, "more_body": True})
        await _drain(self._receive)
        await self._send({"type": "http.response.body", "body": b"", "more_body": False})


async def _drain(receive: Receive) -> None:
    """Read on until the body ends, the client leaves, or it took too long."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(DRAIN_SECONDS):
            message = await receive()
            while message["type"] == "http.request" and message["more_body"]:
                message = await receive()

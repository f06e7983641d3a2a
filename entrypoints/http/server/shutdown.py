"""What clients are told whose request did not end before the service had to."""

import asyncio

from litestar.enums import ScopeType
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from domain.errors import Overloaded
from entrypoints.http.server.refusal import send_error


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
                await send_error(send, Overloaded("it is being stopped"), connection="close")

    return answered

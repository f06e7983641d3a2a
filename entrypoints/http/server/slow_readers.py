"""Ends responses whose clients are too slow to take them."""

import asyncio

import structlog
from litestar.enums import ScopeType
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from entrypoints.http.patience import Patience
from entrypoints.settings.requests import Requests

logger = structlog.get_logger(__name__)

DROP = "drop_connection"
"""Where a request's state has what ends its connection at once; `BoundedProtocol` puts it there."""
SMALL_BYTES = 4096
"""A last part that is larger is waited for like those before it; its request keeps its places meanwhile."""


def end_slow_responses(app: ASGIApp, settings: Requests) -> ASGIApp:
    """Cut off clients that keep the service waiting for longer than the settings allow.

    Needs a `send` that waits for nothing but the server's own. A message is sent when the one before it has left
    the server's buffer: waiting for that is waiting for the client. What the system takes without our waiting,
    megabytes at times, brings the client no more than the grace. After the cut nothing is sent any more, and the
    application hears of it as of any client that leaves.
    """

    async def watched(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP:
            await app(scope, receive, send)
            return
        await app(scope, receive, _Reader(scope, send, settings).send)

    return watched


class _Reader:
    """The client of one response."""

    def __init__(self, scope: Scope, send: Send, settings: Requests) -> None:
        self._scope = scope
        self._send = send
        self._patience = Patience(settings.min_download_rate, settings.download_grace, settings.download_grace)
        self._time = asyncio.get_running_loop().time
        self._sent = 0
        self._untaken = 0
        self._is_cut_off = False

    async def send(self, message: Message) -> None:
        """Send, unless the client was cut off; wait for what was sent before as long as it deserves.

        Nothing comes after the last part, so it is followed by an empty one, which waits for it.
        """
        if message["type"] == "http.response.body" and not message["more_body"] and len(message["body"]) > SMALL_BYTES:
            await self._pass_on({**message, "more_body": True})
            message = {"type": "http.response.body", "body": b"", "more_body": False}
        await self._pass_on(message)

    async def _pass_on(self, message: Message) -> None:
        if self._is_cut_off:
            return
        begun = self._time()
        try:
            async with asyncio.timeout(self._patience.left(self._untaken)):
                await self._send(message)
        except TimeoutError:
            self._cut_off()
            return
        self._patience.waited(self._time() - begun, self._untaken)
        self._untaken = len(message["body"]) if message["type"] == "http.response.body" else 0
        self._sent += self._untaken

    def _cut_off(self) -> None:
        self._is_cut_off = True
        logger.info("client too slow", sent=self._sent)
        self._scope["state"][DROP]()

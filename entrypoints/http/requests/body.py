"""Reading a request's body, bounded in size and time."""

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from typing import Any

from litestar import Request
from litestar.types.asgi_types import HTTPReceiveMessage

from domain.errors import MusicAppError
from entrypoints.http.errors import ClientGone, RequestInvalid, UploadTooSlow, WrongType
from entrypoints.http.patience import Patience
from entrypoints.settings.requests import Requests

_NO_CODINGS = {"", "identity", "none", "utf-8", "utf8", "binary", "8bit"}


@dataclass(frozen=True, slots=True)
class BodyPace:
    """How fast a body has to come: `rate` in bytes a second, beyond `grace` seconds; all of it in `longest` seconds.

    However fast it came before, no pause is longer than `pause` seconds, or `grace` where that is more.
    """

    rate: int
    grace: int
    longest: int
    pause: int = 60

    @classmethod
    def of(cls, settings: Requests) -> "BodyPace":
        """As the settings say."""
        return cls(
            settings.min_upload_rate, settings.upload_grace, settings.max_upload_seconds, settings.max_stalled_seconds
        )


def content_length(request: Request[Any, Any, Any]) -> int | None:
    """The body's length in bytes where the client says it. Raises `RequestInvalid`."""
    text = request.headers.get("content-length")
    if text is None:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= 19):
        raise RequestInvalid("Content-Length must be a whole number of bytes")
    return int(text)


def refuse_encoded(request: Request[Any, Any, Any]) -> None:
    """Refuse a compressed body: a small one can hold a large one. Raises `WrongType`.

    A charset, or how a mail would be sent, is no coding of a body (RFC 9110, 8.4.1), though some write it there.
    """
    encoding = request.headers.get("content-encoding", "")
    if encoding.strip().lower() not in _NO_CODINGS:
        raise WrongType("the body has a Content-Encoding", "it as it is, without one")


async def body_blocks(
    request: Request[Any, Any, Any], limit: int, too_large: MusicAppError, pace: BodyPace
) -> AsyncGenerator[bytes, None]:
    """The body in the blocks in which it arrives, none empty, `limit` bytes at most.

    Raises `too_large` as soon as the limit is known to be passed, `ClientGone` when the client leaves, and
    `UploadTooSlow`.
    """
    if (content_length(request) or 0) > limit:
        raise too_large
    patience = _Patience(pace)
    received = 0
    more = True
    while more:
        message = await patience.receive(request)
        if message["type"] != "http.request":
            raise ClientGone
        received += len(message["body"])
        if received > limit:
            raise too_large
        if message["body"]:
            yield message["body"]
        more = message["more_body"]


class _Patience:
    """How long the client is still waited for.

    Only the time that is spent waiting for it counts: what a slow encoder or disk takes is not its fault.
    """

    def __init__(self, pace: BodyPace) -> None:
        self._pace = pace
        self._time = asyncio.get_running_loop().time
        self._deadline = self._time() + pace.longest
        self._patience = Patience(pace.rate, pace.grace, max(pace.grace, pace.pause))

    async def receive(self, request: Request[Any, Any, Any]) -> HTTPReceiveMessage:
        """The next message. Raises `UploadTooSlow`."""
        begun = self._time()
        try:
            async with asyncio.timeout_at(min(begun + self._patience.left(), self._deadline)):
                message: HTTPReceiveMessage = await request.receive()  # type: ignore[assignment] # HTTP has no others
        except TimeoutError as error:
            pace = self._pace
            raise UploadTooSlow(pace.rate, pace.grace, pace.longest, pace.pause) from error
        moved = len(message["body"]) if message["type"] == "http.request" else 0
        self._patience.waited(self._time() - begun, moved)
        return message

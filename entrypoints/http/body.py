"""Reading a request's body, bounded."""

from collections.abc import AsyncGenerator
from typing import Any

from litestar import Request

from domain.errors import MusicAppError
from entrypoints.http.errors import ClientGone, RequestInvalid, WrongType


def content_length(request: Request[Any, Any, Any]) -> int | None:
    """The body's length in bytes where the client says it. Raises `RequestInvalid`."""
    text = request.headers.get("content-length")
    if text is None:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= 19):
        raise RequestInvalid("Content-Length must be a whole number of bytes")
    return int(text)


def refuse_encoded(request: Request[Any, Any, Any]) -> None:
    """Refuse a compressed body: a small one can hold a large one. Raises `WrongType`."""
    encoding = request.headers.get("content-encoding", "identity")
    if encoding.lower() != "identity":
        raise WrongType("the body has a Content-Encoding", "it as it is, without one")


async def body_blocks(
    request: Request[Any, Any, Any], limit: int, too_large: MusicAppError
) -> AsyncGenerator[bytes, None]:
    """The body in the blocks in which it arrives, none empty, `limit` bytes at most.

    Raises `too_large` as soon as the limit is known to be passed, `ClientGone` when the client leaves.
    """
    if (content_length(request) or 0) > limit:
        raise too_large
    received = 0
    more = True
    while more:
        message = await request.receive()
        if message["type"] != "http.request":
            raise ClientGone
        received += len(message["body"])
        if received > limit:
            raise too_large
        if message["body"]:
            yield message["body"]
        more = message["more_body"]

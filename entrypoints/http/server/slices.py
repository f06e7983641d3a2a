"""Bodies leave in slices, so that a slow reader holds a slice and not a body."""

from litestar.types import ASGIApp, Message, Receive, Scope, Send

SLICE_BYTES = 128 * 1024
"""So much of a body is in the service's own buffer at most: as much as is read of an MP3 at a time, which is held whole
while any of it is there."""


def slice_bodies(app: ASGIApp) -> ASGIApp:
    """Send whatever is larger than a slice slice by slice, without copying it.

    Needs a server that takes a slice once all of the one before has left its own buffer, as `BoundedProtocol` does.
    A route may answer with one string of bytes, however large; many readers of the same one share it.
    """

    async def sliced(scope: Scope, receive: Receive, send: Send) -> None:
        async def send_sliced(message: Message) -> None:
            if message["type"] != "http.response.body" or len(message["body"]) <= SLICE_BYTES:
                await send(message)
                return
            body = memoryview(message["body"])
            for start in range(0, len(body), SLICE_BYTES):
                more = message["more_body"] or start + SLICE_BYTES < len(body)
                # A view is all that servers ask of a body, and the one way not to copy it.
                part: bytes = body[start : start + SLICE_BYTES]  # type: ignore[assignment] # typed too narrowly
                await send({"type": "http.response.body", "body": part, "more_body": more})

        await app(scope, receive, send_sliced)

    return sliced

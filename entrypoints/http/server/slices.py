"""Bodies leave in slices, so that a slow reader holds a slice and not a body."""

from litestar.types import ASGIApp, Message, Receive, Scope, Send

SLICE_BYTES = 64 * 1024
"""At which uvicorn, too, waits until the client has taken what was written."""


def slice_bodies(app: ASGIApp) -> ASGIApp:
    """Send whatever is larger than a slice slice by slice, without copying it, each once the client has taken enough.

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

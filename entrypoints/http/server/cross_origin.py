"""Pages of other sites that may call the API: CORS, by the Fetch standard (https://fetch.spec.whatwg.org/#http-cors-protocol)."""

from collections.abc import Collection

from litestar.enums import ScopeType
from litestar.types import ASGIApp, HTTPScope, Message, Receive, Scope, Send

_ORIGIN = b"origin"
_ASKED = b"access-control-request-method"
_VARY = (b"vary", b"Origin")
_METHODS = b"GET, HEAD, POST, PATCH, DELETE"
_SENT = (
    b"Authorization, Content-Type, Content-Disposition, Content-Digest, Repr-Digest, Idempotency-Key, If-Match, "
    b"If-None-Match, If-Range, Range, Tus-Resumable, Upload-Checksum, Upload-Concat, Upload-Defer-Length, "
    b"Upload-Length, Upload-Metadata, Upload-Offset, X-HTTP-Method-Override, X-Requested-With, X-Request-ID"
)
_SEEN = (
    b"Accept-Ranges, Content-Disposition, Content-Range, ETag, Link, Location, Retry-After, Tus-Checksum-Algorithm, "
    b"Tus-Extension, Tus-Max-Size, Tus-Resumable, Tus-Version, Upload-Defer-Length, Upload-Error, Upload-Expires, "
    b"Upload-Length, Upload-Metadata, Upload-Offset, Upload-Track-Location, X-Audio-Clipped, X-Audio-Duration, "
    b"X-Audio-Repairs, X-Audio-SHA256, X-Request-ID"
)
_PREFLIGHT_SECONDS = b"7200"
"""How long a browser remembers the answer; Chromium keeps none for longer."""


def admit_origins(app: ASGIApp, origins: Collection[str]) -> ASGIApp:
    """Tell browsers that pages of these origins may read the answers, refusals too; say nothing where there are none.

    An origin is one of them to the byte, or is not. No cookie is a credential here, so none is let through.
    """
    allowed = {origin.encode() for origin in origins}
    if not allowed:
        return app

    async def admitted(scope: Scope, receive: Receive, send: Send) -> None:
        origin = _field(scope, _ORIGIN) if scope["type"] == ScopeType.HTTP else None
        more = [_VARY]
        if origin in allowed:
            more += [(b"access-control-allow-origin", origin or b""), (b"access-control-expose-headers", _SEEN)]

        async def send_more(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], *more]
            await send(message)

        await app(scope, receive, send_more)

    return admitted


def answer_preflights(app: ASGIApp, origins: Collection[str]) -> ASGIApp:
    """Answer the question that a browser asks before a request of such an origin, which brings no credentials."""
    allowed = {origin.encode() for origin in origins}

    async def answered(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP or scope["method"] != "OPTIONS" or _field(scope, _ORIGIN) not in allowed:
            await app(scope, receive, send)
            return
        if _field(scope, _ASKED) is None:
            await app(scope, receive, send)
            return
        headers = [
            (b"access-control-allow-methods", _METHODS),
            (b"access-control-allow-headers", _SENT),
            (b"access-control-max-age", _PREFLIGHT_SECONDS),
        ]
        await send({"type": "http.response.start", "status": 204, "headers": headers})
        await send({"type": "http.response.body", "body": b"", "more_body": False})

    return answered


def _field(scope: HTTPScope, name: bytes) -> bytes | None:
    """The value of a field of the head; None where it is not there, or more than once."""
    values = [value for key, value in scope["headers"] if key == name]
    return values[0] if len(values) == 1 else None

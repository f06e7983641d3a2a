"""Requests that are refused before any route sees them."""

import msgspec
from litestar.enums import ScopeType
from litestar.types import ASGIApp, Receive, Scope, Send

from domain.errors import MusicAppError
from entrypoints.http.answers import answer_to
from entrypoints.http.error_handlers import headers_of, note

_KEY = "refused"


def refuse(scope: Scope, error: MusicAppError) -> None:
    """Have this request answered with the error, as if a route had raised it."""
    scope["state"][_KEY] = error


def refused(scope: Scope) -> MusicAppError | None:
    """The error that this request is to be answered with, if it was refused."""
    error: MusicAppError | None = scope["state"].get(_KEY)
    return error


def answer_refused(app: ASGIApp) -> ASGIApp:
    """Answer requests that were refused, and let the others pass."""

    async def answered(scope: Scope, receive: Receive, send: Send) -> None:
        error = scope["state"].get(_KEY) if scope["type"] == ScopeType.HTTP else None
        if error is None:
            await app(scope, receive, send)
        else:
            note(scope, answer_to(error).code, error)
            await send_error(send, error)

    return answered


async def send_error(send: Send, error: MusicAppError, **more: str) -> None:
    """Answer with the error; `more` are further headers."""
    answer = answer_to(error)
    body = msgspec.json.encode({"status": "error", "code": answer.code, "message": answer.message(error)})
    fields = {"content-type": "application/json", "content-length": str(len(body))}
    fields |= headers_of(answer.status, error) | more
    headers = [(name.lower().encode(), value.encode()) for name, value in fields.items()]
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": body, "more_body": False})

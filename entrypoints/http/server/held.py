"""What a request holds until its response has ended."""

from contextlib import AbstractContextManager, ExitStack
from typing import Any

from litestar import Request
from litestar.enums import ScopeType
from litestar.types import ASGIApp, Receive, Scope, Send

_KEY = "held_until_response_ended"


def hold(request: Request[Any, Any, Any], context: AbstractContextManager[None]) -> None:
    """Enter a context that is left when the response has ended, however it did. Raises what entering raises.

    A handler returns before its response is sent, and the response's own iterator may never be started.
    """
    request.scope["state"][_KEY].enter_context(context)


def release_held(app: ASGIApp) -> ASGIApp:
    """Leave what was held for a request when it is over."""

    async def released(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP:
            await app(scope, receive, send)
            return
        with ExitStack() as held:
            scope["state"][_KEY] = held
            await app(scope, receive, send)

    return released

"""How many requests are answered at once."""

from collections.abc import Sequence

from litestar.enums import ScopeType
from litestar.types import ASGIApp, Receive, Scope, Send

from application.admission.shares import Shares
from domain.errors import Overloaded
from entrypoints.http.server.client import holders
from entrypoints.http.server.refusal import refuse
from entrypoints.settings.serving import Network

HEALTH = "/health/"
"""Below it nothing counts: a full service is no dead one, and whoever asks must not be told so."""
_SPARE = "connection_is_spare"


def mark_spare(scope: Scope) -> None:
    """Say that this request came on a connection too many."""
    scope["state"][_SPARE] = True


def limit_requests(app: ASGIApp, requests: Shares, trusted: Sequence[Network]) -> ASGIApp:
    """Refuse requests beyond those that are answered at once, or beyond their client's part of them."""

    async def limited(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP or scope["path"].startswith(HEALTH):
            await app(scope, receive, send)
            return
        names = holders(scope["client"], trusted)
        if scope["state"].get(_SPARE):
            refuse(scope, Overloaded("all connections are taken"))
        elif not requests.take_if_free(*names):
            refuse(scope, Overloaded("as many requests are being answered as can be at once"))
        else:
            try:
                await app(scope, receive, send)
            finally:
                requests.give_back(*names)
            return
        await app(scope, receive, send)

    return limited

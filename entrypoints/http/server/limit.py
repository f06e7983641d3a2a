"""How many requests are answered at once."""

from collections.abc import Sequence
from contextlib import ExitStack

from litestar.enums import ScopeType
from litestar.types import ASGIApp, Receive, Scope, Send

from application.admission.places import Places
from domain.errors import Overloaded, ShareTaken
from entrypoints.http.server.client import holders
from entrypoints.http.server.refusal import refuse
from entrypoints.settings.serving import Network

HEALTH = frozenset({"/health/live", "/health/ready"})
"""They do not count: a full service is no dead one, and whoever asks must not be told so."""
_SPARE = "connection_is_spare"


def mark_spare(scope: Scope) -> None:
    """Say that this request came on a connection too many."""
    scope["state"][_SPARE] = True


def limit_requests(app: ASGIApp, requests: Places, trusted: Sequence[Network]) -> ASGIApp:
    """Refuse requests beyond those that are answered at once, or beyond their client's part of them."""

    async def limited(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP or scope["path"] in HEALTH:
            await app(scope, receive, send)
            return
        with ExitStack() as held:
            if scope["state"].get(_SPARE):
                refuse(scope, Overloaded("all connections are taken"))
            else:
                try:
                    held.enter_context(requests.take(*holders(scope["client"], trusted)))
                except (Overloaded, ShareTaken) as error:
                    refuse(scope, error)
            await app(scope, receive, send)

    return limited

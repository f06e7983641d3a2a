"""How many requests are answered at once, and whose is begun next."""

from collections.abc import Sequence
from contextlib import ExitStack

from litestar.enums import HttpMethod, ScopeType
from litestar.types import ASGIApp, HTTPScope, Receive, Scope, Send

from application.admission.pace import Pace
from application.admission.places import Places
from domain.errors import Overloaded, ShareTaken
from entrypoints.http.server.client import holders
from entrypoints.http.server.refusal import refuse
from entrypoints.settings.serving import Network

HEALTH = frozenset({"/health/live", "/health/ready"})
"""They do not count: a full service is no dead one, and whoever asks must not be told so."""
_SPARE = "connection_is_spare"
_RECORD = "/record"


def mark_spare(scope: Scope) -> None:
    """Say that this request came on a connection too many."""
    scope["state"][_SPARE] = True


def begin_in_turns(app: ASGIApp, pace: Pace, trusted: Sequence[Network]) -> ASGIApp:
    """Begin one request of a client in a round of the event loop: the first step takes longest.

    Refusals are begun likewise, and `HEALTH`. A connection has one request that is begun or waits here, so that no more
    wait than there are connections.
    """

    async def begun(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == ScopeType.HTTP:
            await pace.turn(*holders(scope["client"], trusted))
        await app(scope, receive, send)

    return begun


def limit_requests(app: ASGIApp, requests: Places, downloads: Places, trusted: Sequence[Network]) -> ASGIApp:
    """Refuse requests beyond those that are answered at once, or beyond their client's part of them.

    Downloads that will find no place are refused as well, before anything is looked up for them.
    """

    async def limited(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP or scope["path"] in HEALTH:
            await app(scope, receive, send)
            return
        names = holders(scope["client"], trusted)
        with ExitStack() as held:
            try:
                _refuse_on_spare(scope)
                held.enter_context(requests.take(*names))
                if _is_download(scope):
                    downloads.refuse_if_full(*names)
            except (Overloaded, ShareTaken) as error:
                refuse(scope, error)
            await app(scope, receive, send)

    return limited


def _refuse_on_spare(scope: Scope) -> None:
    if scope["state"].get(_SPARE):
        raise Overloaded("all connections are taken")


def _is_download(scope: HTTPScope) -> bool:
    return scope["method"] == HttpMethod.GET and (scope["path"] == _RECORD or scope["path"].startswith(f"{_RECORD}/"))

"""How many requests are answered at once, and whose is begun next."""

import asyncio
from collections.abc import Sequence
from contextlib import ExitStack

from litestar.enums import HttpMethod, ScopeType
from litestar.types import ASGIApp, HTTPScope, Receive, Scope, Send

from application.admission.pace import Pace
from application.admission.places import RETRY_SECONDS, Places
from application.admission.spacing import Spacing
from domain.errors import Overloaded, ShareTaken
from entrypoints.http.server.client import holders
from entrypoints.http.server.refusal import refuse
from entrypoints.settings.serving import Network

HEALTH = frozenset({"/health/live", "/health/ready"})
"""They do not count: a full service is no dead one, and whoever asks must not be told so."""
_SPARE = "connection_is_spare"
_TURN = "turn"
_RECORD = "/record"


def mark_spare(scope: Scope) -> None:
    """Say that this request came on a connection too many."""
    scope["state"][_SPARE] = True


def give_up_turn(scope: Scope) -> None:
    """Let a request whose client has left wait for its turn no more."""
    if turn := scope["state"].get(_TURN):
        turn.cancel()


def space_requests(app: ASGIApp, spacing: Spacing, trusted: Sequence[Network]) -> ASGIApp:
    """Keep the requests of a client apart in time while others are served, but for `HEALTH`.

    What a refusal costs counts for nobody, and an answer that costs little is soon asked for again: hundreds of such
    requests a second of one client would leave the others a part of the event loop and of the database. A connection
    has one request that waits here; on a spare one it is refused and does not wait.
    """

    async def spaced(scope: Scope, receive: Receive, send: Send) -> None:
        if (
            scope["type"] != ScopeType.HTTP
            or scope["path"] in HEALTH
            or scope["state"].get(_SPARE)
            or not (names := holders(scope["client"], trusted))
        ):
            await app(scope, receive, send)
            return
        with spacing.presence(names[0]) as turn:
            if turn is None or await _is_to_be_answered(turn, scope):
                await app(scope, receive, send)

    return spaced


async def _is_to_be_answered(turn: asyncio.Future[bool], scope: HTTPScope) -> bool:
    """Wait for the turn, and refuse where too many came before it. False if the connection was broken off meanwhile."""
    scope["state"][_TURN] = turn
    await asyncio.wait({turn})
    del scope["state"][_TURN]
    if turn.cancelled():
        return False
    if not turn.result():
        refuse(scope, Overloaded("too many requests come from this address", RETRY_SECONDS))
    return True


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

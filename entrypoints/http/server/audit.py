"""Telling the audit trail what has succeeded."""

import re
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, TypedDict, Unpack
from uuid import UUID

from litestar import Request
from litestar.enums import ScopeType
from litestar.types import ASGIApp, HTTPScope, Message, Receive, Scope, Send

from application.audit_log import AuditLog
from domain.audit import MAX_LINK_ID_LENGTH, Action, AuditEvent
from domain.system import Clock
from entrypoints.http.server.client import address_prefix
from entrypoints.http.server.path_names import path_names
from entrypoints.settings.serving import Network

_TOLD = "told_to_the_audit_trail"
_LINK_ID = re.compile(rf"[\w-]{{1,{MAX_LINK_ID_LENGTH}}}", re.ASCII)
_WHOLE, _PART, _CREATED = 200, 206, 201
_TRACK_MADE = b"upload-track-location"


class Known(TypedDict, total=False):
    """What a route may know of a request that the audit trail tells of."""

    user_id: int
    track_uuid: UUID
    link_id: str


@dataclass(frozen=True, slots=True)
class _Audited:
    """What a call does, and what the names in its path are: those of `Known`, or empty."""

    action: Action
    names: tuple[str, ...] = ()


_TRACK, _TRACK_AND_LINK = ("track_uuid",), ("track_uuid", "link_id")
_AUDITED: Mapping[tuple[str, str], _Audited] = {
    ("POST", "/register"): _Audited(Action.REGISTER),
    ("POST", "/add_track"): _Audited(Action.UPLOAD),
    ("POST", "/uploads"): _Audited(Action.UPLOAD),
    ("PATCH", "/uploads/-"): _Audited(Action.UPLOAD),
    ("GET", "/record"): _Audited(Action.DOWNLOAD_BY_PERMANENT_LINK),
    ("GET", "/record/-"): _Audited(Action.DOWNLOAD_BY_PERMANENT_LINK),
    ("GET", "/links/-/-"): _Audited(Action.DOWNLOAD_BY_LINK, ("link_id",)),
    ("GET", "/tracks/-/audio"): _Audited(Action.DOWNLOAD_BY_TOKEN, _TRACK),
    ("PATCH", "/tracks/-"): _Audited(Action.CHANGE_TRACK, _TRACK),
    ("DELETE", "/tracks/-"): _Audited(Action.DELETE_TRACK, _TRACK),
    ("POST", "/tracks/-/links"): _Audited(Action.MAKE_LINK, _TRACK),
    ("DELETE", "/tracks/-/links/-"): _Audited(Action.REVOKE_LINK, _TRACK_AND_LINK),
    ("PATCH", "/users/me"): _Audited(Action.CHANGE_USER),
    ("DELETE", "/users/me"): _Audited(Action.DELETE_USER),
    ("POST", "/users/me/token"): _Audited(Action.NEW_TOKEN),
    ("GET", "/users/me/export"): _Audited(Action.EXPORT),
}
"""By method, and path with `ANY` in place of each name. Other calls change nothing and give no recording away."""
_DOWNLOADS = {Action.DOWNLOAD_BY_PERMANENT_LINK, Action.DOWNLOAD_BY_LINK, Action.DOWNLOAD_BY_TOKEN}


def tell_audit(request: Request[Any, Any, Any], **known: Unpack[Known]) -> None:
    """Say what the audit trail tells of this request, should it succeed: whose it is, and of which track or link."""
    request.scope["state"].setdefault(_TOLD, {}).update(known)


def audit_requests(app: ASGIApp, log: AuditLog | None, clock: Clock, trusted: Sequence[Network]) -> ASGIApp:
    """Tell of what changes something or gives a recording away, once its answer begins; never of what was refused.

    Nothing of a query, a token or a body is told, and of the client's address only the network. A download counts where
    it begins with the first byte: what a player asks for further on is the same one.
    """
    if log is None:
        return app

    async def audited(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP:
            await app(scope, receive, send)
            return

        async def told(message: Message) -> None:
            if message["type"] == "http.response.start" and (event := _event(scope, message, clock, trusted)):
                log.tell(event)
            await send(message)

        await app(scope, receive, told)

    return audited


def _event(scope: HTTPScope, answer: Any, clock: Clock, trusted: Sequence[Network]) -> AuditEvent | None:
    # The path is the one that `forget_path_names` has left, further in: with `ANY` in place of the names.
    path = "/" + "/".join(part for part in scope["path"].split("/") if part)
    audited = _AUDITED.get((scope["method"], path))
    if audited is None or not _has_succeeded(audited.action, path, answer["status"], answer["headers"]):
        return None
    known = _known(dict(zip(audited.names, path_names(scope), strict=False))) | scope["state"].get(_TOLD, {})
    return AuditEvent(clock.now(), audited.action, address_prefix=address_prefix(scope["client"], trusted), **known)


def _has_succeeded(action: Action, path: str, status: int, headers: Iterable[tuple[bytes, bytes]]) -> bool:
    if action in _DOWNLOADS:
        return status == _WHOLE or (status == _PART and _header(headers, b"content-range").startswith(b"bytes 0-"))
    if action is Action.UPLOAD and path != "/add_track":
        return status < 300 and bool(_header(headers, _TRACK_MADE))
    if action is Action.UPLOAD:
        return status == _CREATED
    return 200 <= status < 300


def _header(headers: Iterable[tuple[bytes, bytes]], name: bytes) -> bytes:
    return next((value for field, value in headers if field.lower() == name), b"")


def _known(named: Mapping[str, str]) -> Known:
    """What the names in a path say, as far as they are what they stand for."""
    known: Known = {}
    with suppress(ValueError):
        known["track_uuid"] = UUID(named.get("track_uuid", ""))
    if _LINK_ID.fullmatch(named.get("link_id", "")):
        known["link_id"] = named["link_id"]
    return known

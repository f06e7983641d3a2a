"""Names and identifiers in paths, which are kept from the framework: to it, all paths of a route are one path."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from litestar import Request
from litestar.enums import ScopeType
from litestar.types import ASGIApp, Receive, Scope, Send

from domain.errors import MusicAppError

NAMED_PARTS: Mapping[str, tuple[int, ...]] = {"record": (1,), "tracks": (1, 3), "links": (1, 2), "uploads": (1,)}
"""By the first part of a path those further parts, counted from 0, in which a name or an identifier stands."""
ANY = "-"
"""Stands in their place."""
_KEY = "path_names"


def forget_path_names(app: ASGIApp) -> ASGIApp:
    """Take all paths of a route for one and the same path, in which `ANY` is in the place of each name.

    The framework keeps each path that it has found a route for, and its parameters, in caches; strangers would fill
    them. It counts several slashes as one, and so does this. What was there is told by `path_name`.
    """

    async def forgotten(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == ScopeType.HTTP:
            parts = [part for part in scope["path"].split("/") if part]
            named = [place for place in NAMED_PARTS.get(parts[0], ()) if place < len(parts)] if parts else []
            if named:
                scope["state"][_KEY] = [parts[place] for place in named]
                scope["path"] = "/" + "/".join(ANY if place in named else part for place, part in enumerate(parts))
        await app(scope, receive, send)

    return forgotten


def path_names(scope: Scope) -> list[str]:
    """All names in the path of a request, which has got to the handlers, in their order."""
    names: list[str] = scope["state"].get(_KEY, [])
    return names


def path_name(request: Request[Any, Any, Any], number: int = 0) -> str:
    """The name in the path of a request; of several, that with this number."""
    names: list[str] = request.scope["state"][_KEY]
    return names[number]


def path_uuid(request: Request[Any, Any, Any], missing: type[MusicAppError], number: int = 0) -> UUID:
    """The UUID that such a name is, written with hyphens in letters of either case.

    Raises `missing` where it is none: nothing has that name.
    """
    name = path_name(request, number)
    try:
        found = UUID(name)
    except ValueError as error:
        raise missing from error
    if str(found) != name.lower():
        raise missing
    return found

"""What may be done at a path: the answer to OPTIONS."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping

from litestar.enums import ScopeType
from litestar.routes import BaseRoute, HTTPRoute
from litestar.types import ASGIApp, Receive, Scope, Send

from entrypoints.http.server.path_names import ANY


def allowed_methods(routes: Iterable[BaseRoute]) -> dict[str, str]:
    """By the path of each route, with `ANY` in the place of names, what `Allow` says of it."""
    methods = defaultdict[str, set[str]](lambda: {"OPTIONS"})
    for route in routes:
        if isinstance(route, HTTPRoute):
            methods[re.sub(r"{[^}]*}", ANY, route.path_format)] |= {*route.methods}
    return {path: ", ".join(sorted(names)) for path, names in methods.items()}


def answer_options(app: ASGIApp, allowed: Mapping[str, str]) -> ASGIApp:
    """Tell all methods of a path. Where several handlers share one, the framework tells those of the first alone."""

    async def answered(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP or scope["method"] != "OPTIONS":
            await app(scope, receive, send)
            return
        path = "/" + "/".join(part for part in scope["path"].split("/") if part)
        if (methods := allowed.get(path)) is None:
            await app(scope, receive, send)
            return
        await send({"type": "http.response.start", "status": 204, "headers": [(b"allow", methods.encode())]})
        await send({"type": "http.response.body", "body": b"", "more_body": False})

    return answered

"""Links that end in a file name are one path, whatever the name."""

from litestar.enums import ScopeType
from litestar.types import ASGIApp, Receive, Scope, Send

NAMED_RECORD = "/record/{file_name:str}"
"""The route of such links."""
_RECORD = "record"
_ANY_NAME = NAMED_RECORD.replace("{file_name:str}", "name")


def forget_record_names(app: ASGIApp) -> ASGIApp:
    """Take every `/record/NAME` for one and the same path: nothing below needs the name.

    The framework keeps each path that it has found a route for, and its parameters, in caches; strangers would fill
    them. It counts several slashes as one, and so does this.
    """

    async def forgotten(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == ScopeType.HTTP:
            match [part for part in scope["path"].split("/") if part]:
                case [first, _] if first == _RECORD:
                    scope["path"] = _ANY_NAME
        await app(scope, receive, send)

    return forgotten

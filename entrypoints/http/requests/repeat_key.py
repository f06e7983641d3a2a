"""`Idempotency-Key`: the name by which a client sends the same request again."""

import re
from typing import Any

from litestar import Request
from litestar.openapi.spec import Parameter

from domain.repeats import RepeatKey
from domain.users import User
from entrypoints.http.errors import RequestInvalid
from entrypoints.http.openapi import text_schema

_QUOTED = re.compile(r'"((?:[^"\\]|\\["\\])*)"')
_KEY = re.compile(r"[!-~]{1,255}")

REPEAT_KEY = Parameter(
    name="Idempotency-Key",
    param_in="header",
    schema=text_schema(pattern="^[!-~]{1,255}$"),
    description="A new name for each request, the same when it is sent again: then it is answered again, and not done "
    "again. Kept for a day",
)


def repeat_of(request: Request[Any, Any, Any], user: User, operation: str) -> RepeatKey | None:
    """By what a request of this user is known when it is sent again: what `Repeatable.once` wants of a route.

    Raises `RequestInvalid`.
    """
    key = repeat_key(request)
    return None if key is None else RepeatKey(user.user_id, operation, key)


def repeat_key(request: Request[Any, Any, Any]) -> str | None:
    """The key of a request, or None where it has none. Raises `RequestInvalid`."""
    lines = request.headers.getall("idempotency-key", [])
    if not lines:
        return None
    if len(lines) > 1:
        raise RequestInvalid("Idempotency-Key is sent twice; send it once")
    return key_of(lines[0])


def key_of(line: str) -> str:
    """The key that such a field names. Raises `RequestInvalid`.

    It is a string of structured fields (draft-ietf-httpapi-idempotency-key-header), with quotes, which many clients
    leave out.
    """
    text = line.strip()
    quoted = _QUOTED.fullmatch(text)
    key = re.sub(r"\\(.)", r"\1", quoted[1]) if quoted else text
    if not _KEY.fullmatch(key) or (key.startswith('"') and not quoted):
        raise RequestInvalid(
            "Idempotency-Key must have 1 to 255 visible characters of ASCII, no spaces, in quotes or without; "
            "a UUID is a good one"
        )
    return key

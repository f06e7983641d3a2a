"""The body of a call that takes JSON: small, read whole, one message for everything that is wrong with it."""

import json
from contextlib import aclosing
from typing import Any, TypeVar

import msgspec
from litestar import Request

from entrypoints.http.errors import BodyTooLarge, RequestInvalid, WrongType
from entrypoints.http.requests.body import BodyPace, body_blocks, refuse_encoded
from entrypoints.http.requests.digests import checked_body
from entrypoints.http.requests.parameters import is_json, media_type

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
Body = TypeVar("Body", bound=msgspec.Struct)


async def json_body(
    request: Request[Any, Any, Any], kind: type[Body], example: str, pace: BodyPace, limit: int = 4096
) -> Body:
    """What a body of at most `limit` bytes says; unknown fields are read over, unless `kind` forbids them.

    Its type is one that a page of another site may not send without asking first (Fetch, CORS-safelisted
    request-header). `example` is a body that is right, which every refusal shows. Raises `RequestInvalid`, `WrongType`,
    `BodyTooLarge`, `DigestMismatch` and what `body_blocks` does.
    """
    refuse_encoded(request)
    if not is_json(media_type(request.headers.get("content-type", ""))):
        raise WrongType("the body is not JSON by its Content-Type", f"application/json, like {example}")
    blocks_of_body = body_blocks(request, limit, BodyTooLarge(limit), pace)
    async with aclosing(checked_body(blocks_of_body, request)) as blocks:
        body = b"".join([block async for block in blocks])
    return decoded(body, kind, example)


def decoded(body: bytes, kind: type[Body], example: str) -> Body:
    """What the JSON says. Raises `RequestInvalid`, also where a field of `kind` is there twice."""
    body = body.removeprefix(_BYTE_ORDER_MARK)  # Windows writes it; RFC 8259 (8.1) lets it be ignored
    fields = {field.encode_name for field in msgspec.structs.fields(kind)}
    try:
        wanted = msgspec.json.decode(body, type=kind)
        # msgspec takes the last one. Numbers stay text: Python makes none of more than 4,300 digits.
        json.loads(body, parse_int=str, object_pairs_hook=lambda pairs: _refuse_doubled(pairs, fields))
    except UnicodeDecodeError as error:
        raise RequestInvalid(f"the body is not UTF-8; send {example} in UTF-8") from error
    except RecursionError as error:
        raise RequestInvalid("the JSON is nested too deeply") from error
    except msgspec.ValidationError as error:
        raise RequestInvalid(f"{error}; send {example}") from error
    except (msgspec.DecodeError, json.JSONDecodeError) as error:
        raise RequestInvalid(f"the body is not valid JSON; send {example}") from error
    return wanted


def _refuse_doubled(pairs: list[tuple[str, object]], fields: set[str]) -> None:
    names = [name for name, _ in pairs]
    if doubled := next((name for name in names if name in fields and names.count(name) > 1), None):
        raise RequestInvalid(f"{doubled} is sent twice; send it once")

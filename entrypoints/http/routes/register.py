"""`POST /register`."""

import json
import re
from contextlib import aclosing
from typing import Any

import msgspec
from litestar import Request, Response, post
from litestar.di import NamedDependency

from application.admission.fair_queue import FairQueue
from application.admission.rate_limit import RateLimit
from domain.register import Register
from domain.users import MAX_USER_NAME_LENGTH
from entrypoints.http.errors import BodyTooLarge, RequestInvalid, WrongType
from entrypoints.http.openapi import error_responses, object_body, operation, text_schema
from entrypoints.http.requests.body import BodyPace, body_blocks, refuse_encoded
from entrypoints.http.requests.parameters import media_type
from entrypoints.http.server.client import client_name
from entrypoints.settings.settings import Settings

MAX_BODY_BYTES = 4096
_JSON = re.compile(r"(?:application|text)/(?:x-)?json|application/.+\+json")
"""Nothing that a page of another site may send without asking first (Fetch, CORS-safelisted request-header)."""
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_EXAMPLE = '{"user_name": "Ann"}'


class RegisterRequest(msgspec.Struct):
    """Who wants to upload."""

    user_name: str


class RegisterResponse(msgspec.Struct):
    """The user, and the access token, which is told this once."""

    status: str
    user_id: int
    user_access_token: str


@post(
    "/register",
    summary="Register a user",
    operation_class=operation(
        object_body(
            "application/json",
            ["user_name"],
            {"user_name": text_schema(min_length=1, max_length=MAX_USER_NAME_LENGTH, description="Need not be unique")},
        )
    ),
    responses=error_responses(400, 408, 413, 415, 429, 503),
)
async def register(
    request: Request[Any, Any, Any],
    register_user: NamedDependency[Register],
    register_rate: NamedDependency[RateLimit],
    queries: NamedDependency[FairQueue],
    holders: NamedDependency[tuple[str, ...]],
    settings: NamedDependency[Settings],
) -> Response[RegisterResponse]:
    """Register a user. The access token is told this once and kept only as a digest."""
    register_rate.count(client_name(request))
    wanted = _decoded(await _body(request, BodyPace.of(settings.requests)))
    async with queries.turn(*holders):
        user, token = await register_user(wanted.user_name)
    return Response(
        RegisterResponse("success", user.user_id, token), status_code=201, headers={"Cache-Control": "no-store"}
    )


async def _body(request: Request[Any, Any, Any], pace: BodyPace) -> bytes:
    refuse_encoded(request)
    if not _JSON.fullmatch(media_type(request.headers.get("content-type", ""))):
        raise WrongType("the body is not JSON by its Content-Type", f"application/json, like {_EXAMPLE}")
    async with aclosing(body_blocks(request, MAX_BODY_BYTES, BodyTooLarge(MAX_BODY_BYTES), pace)) as blocks:
        return b"".join([block async for block in blocks])


def _decoded(body: bytes) -> RegisterRequest:
    body = body.removeprefix(_BYTE_ORDER_MARK)  # Windows writes it; RFC 8259 (8.1) lets it be ignored
    try:
        wanted = msgspec.json.decode(body, type=RegisterRequest)
        json.loads(body, object_pairs_hook=_refuse_doubled)  # msgspec takes the last of two
    except UnicodeDecodeError as error:
        raise RequestInvalid(f"the body is not UTF-8; send {_EXAMPLE} in UTF-8") from error
    except RecursionError as error:
        raise RequestInvalid("the JSON is nested too deeply") from error
    except msgspec.ValidationError as error:
        raise RequestInvalid(f"{error}; send {_EXAMPLE}") from error
    except msgspec.DecodeError as error:
        raise RequestInvalid(f"the body is not valid JSON; send {_EXAMPLE}") from error
    return wanted


def _refuse_doubled(pairs: list[tuple[str, object]]) -> None:
    names = [name for name, _ in pairs]
    if names.count("user_name") > 1:
        raise RequestInvalid("user_name is sent twice; send it once")

"""`POST /register`."""

from typing import Any

import msgspec
from litestar import Request, Response, post
from litestar.di import NamedDependency

from application.admission.fair_queue import FairQueue
from application.admission.rate_limit import RateLimit
from domain.register import Register
from domain.users import MAX_USER_NAME_LENGTH
from entrypoints.http.caching import NO_STORE
from entrypoints.http.openapi import error_responses, object_body, operation, text_schema
from entrypoints.http.requests.body import BodyPace
from entrypoints.http.requests.json_body import json_body
from entrypoints.http.server.audit import tell_audit
from entrypoints.http.server.client import client_name
from entrypoints.settings.settings import Settings

MAX_BODY_BYTES = 4096
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
            title="NewUser",
        ),
        example={"status": "success", "user_id": 1, "user_access_token": "8f14e45f-ceea-467f-ab12-6f0d3c6f5e2a"},
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
    wanted = await json_body(request, RegisterRequest, _EXAMPLE, BodyPace.of(settings.requests), MAX_BODY_BYTES)
    async with queries.turn(*holders):
        user, token = await register_user(wanted.user_name)
    tell_audit(request, user_id=user.user_id)
    return Response(RegisterResponse("success", user.user_id, token), status_code=201, headers=NO_STORE)

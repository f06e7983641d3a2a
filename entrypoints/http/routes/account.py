"""`/users/me`: the account of whoever calls."""

from datetime import datetime
from typing import Any

import msgspec
from litestar import Request, Response, delete, patch, post, route
from litestar.di import NamedDependency

from application.admission.quotas import Standing, UserQuotas
from application.admission.rate_limit import RateLimit
from application.manage_account import ManageAccount
from domain.accounts import Totals
from domain.quotas import Quota
from domain.users import MAX_USER_NAME_LENGTH, User
from entrypoints.http.caching import NO_STORE
from entrypoints.http.examples import ACCOUNT, TOKEN
from entrypoints.http.openapi import BY_TOKEN, GET_METHODS, error_responses, object_body, operation, text_schema
from entrypoints.http.quota_resource import QuotaResource, quota_resource
from entrypoints.http.requests.body import BodyPace
from entrypoints.http.requests.json_body import json_body
from entrypoints.settings.settings import Settings

PATH = "/users/me"
_EXAMPLE = '{"user_name": "Ann"}'


class AccountChange(msgspec.Struct):
    """What a user may change of their account."""

    user_name: str


class AccountResource(msgspec.Struct):
    """A user, as they see themselves."""

    user_id: int
    user_name: str
    created_at: datetime
    tracks: int
    bytes: int
    """Of all their MP3s."""
    seconds: float
    """Of all their recordings."""
    quota: QuotaResource | None
    """How much they may have; null where there is no bound."""


class TokenResponse(msgspec.Struct):
    """The new access token, which is told this once."""

    user_access_token: str


def account_resource(user: User, totals: Totals, quota: Quota) -> AccountResource:
    """What is told of an account, for which this quota holds."""
    seconds = totals.duration.total_seconds()
    told = quota_resource(Standing(quota, totals))
    return AccountResource(user.user_id, user.name, user.created_at, totals.tracks, totals.bytes, seconds, told)


@route(
    PATH,
    http_method=GET_METHODS,
    status_code=200,
    summary="Who am I, and how much do I have",
    operation_class=operation(example=ACCOUNT),
    responses=error_responses(400, 401, 429, 503),
    security=BY_TOKEN,
)
async def get_account(
    user: NamedDependency[User],
    manage_account: NamedDependency[ManageAccount],
    user_quotas: NamedDependency[UserQuotas],
    holders: NamedDependency[tuple[str, ...]],
) -> Response[AccountResource]:
    """Tell the user of the Bearer token who they are and how much they have."""
    totals = await manage_account.totals(user, *holders)
    return Response(account_resource(user, totals, user_quotas.of(user)), headers=NO_STORE)


@patch(
    PATH,
    summary="Change the user's name",
    operation_class=operation(
        object_body(
            "application/json",
            ["user_name"],
            {"user_name": text_schema(min_length=1, max_length=MAX_USER_NAME_LENGTH, description="Need not be unique")},
            title="AccountChange",
        ),
        example=ACCOUNT,
    ),
    responses=error_responses(400, 401, 408, 413, 415, 429, 503, 507),
    security=BY_TOKEN,
)
async def change_account(
    request: Request[Any, Any, Any],
    user: NamedDependency[User],
    manage_account: NamedDependency[ManageAccount],
    user_quotas: NamedDependency[UserQuotas],
    holders: NamedDependency[tuple[str, ...]],
    settings: NamedDependency[Settings],
) -> Response[AccountResource]:
    """Give the user another name."""
    change = await json_body(request, AccountChange, _EXAMPLE, BodyPace.of(settings.requests))
    renamed = await manage_account.rename(user, change.user_name, *holders)
    totals = await manage_account.totals(user, *holders)
    return Response(account_resource(renamed, totals, user_quotas.of(user)), headers=NO_STORE)


@post(
    f"{PATH}/token",
    summary="Get a new access token in place of this one",
    operation_class=operation(example=TOKEN),
    responses=error_responses(400, 401, 429, 503, 507),
    security=BY_TOKEN,
)
async def replace_token(
    user: NamedDependency[User],
    manage_account: NamedDependency[ManageAccount],
    token_rate: NamedDependency[RateLimit],
    holders: NamedDependency[tuple[str, ...]],
) -> Response[TokenResponse]:
    """Replace the access token, which stops to work at once. The new one is told this once."""
    token_rate.count(f"user {user.user_id}")
    return Response(TokenResponse(await manage_account.new_token(user, *holders)), status_code=201, headers=NO_STORE)


@delete(
    PATH,
    summary="Delete the user with all that is theirs",
    responses=error_responses(400, 401, 429, 503, 507),
    security=BY_TOKEN,
)
async def delete_account(
    user: NamedDependency[User],
    manage_account: NamedDependency[ManageAccount],
    holders: NamedDependency[tuple[str, ...]],
) -> None:
    """Delete the user. From the answer on nothing of theirs is to be seen; what is kept of it is removed after it."""
    await manage_account.delete(user, *holders)

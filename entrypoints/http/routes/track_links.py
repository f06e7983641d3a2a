"""`/tracks/{track_uuid}/links`: what the owner of a track does with its links."""

from dataclasses import replace
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import HttpMethod, Request, Response, delete, post, route
from litestar.di import NamedDependency
from litestar.openapi.spec import OpenAPIFormat, OpenAPIType, Parameter, Schema

from application.track_links import LinkWish, TrackLinks
from domain.errors import LinkNotFound, NoSuchTrack
from domain.links import MAX_DOWNLOADS
from domain.users import User
from entrypoints.http.openapi import (
    BEARER,
    error_responses,
    header,
    object_body,
    operation,
    text_schema,
    whole_number_schema,
)
from entrypoints.http.requests.body import BodyPace
from entrypoints.http.requests.json_body import json_body
from entrypoints.http.requests.links import base_url
from entrypoints.http.resources import LinkList, LinkResource, link_resource
from entrypoints.http.server.path_names import path_uuid
from entrypoints.settings.settings import Settings

_EXAMPLE = '{"expires_at": "2027-01-31T12:00:00Z", "max_downloads": 5, "inline": false}'
_PRIVATE = {"Cache-Control": "no-store"}
_BODY = replace(
    object_body(
        "application/json",
        [],
        {
            "expires_at": text_schema(
                format=OpenAPIFormat.DATE_TIME, description="From now on, ten years ahead at most; with an offset"
            ),
            "max_downloads": whole_number_schema(minimum=1, maximum=MAX_DOWNLOADS),
            "inline": Schema(type=OpenAPIType.BOOLEAN, description="A browser is to play the MP3 instead of saving it"),
        },
    ),
    required=False,
)


def _identifier(name: str) -> Parameter:
    return Parameter(name=name, param_in="path", required=True, schema=text_schema(format=OpenAPIFormat.UUID))


class NewLink(msgspec.Struct):
    """How long and how often a link is to open a track; without limits where nothing is said."""

    expires_at: Annotated[datetime, msgspec.Meta(tz=True)] | None = None
    max_downloads: Annotated[int, msgspec.Meta(ge=1, le=MAX_DOWNLOADS)] | None = None
    inline: bool = False


@post(
    "/tracks/{track_uuid:str}/links",
    summary="Make a link to a track that can be limited and revoked",
    operation_class=operation(
        _BODY, parameters=[_identifier("track_uuid")], headers={"Location": header("The link that downloads the MP3")}
    ),
    responses=error_responses(400, 401, 404, 408, 409, 413, 415, 429, 503, 507),
    security=[{BEARER: []}],
)
async def create_link(
    request: Request[Any, Any, Any],
    user: NamedDependency[User],
    track_links: NamedDependency[TrackLinks],
    settings: NamedDependency[Settings],
    holders: NamedDependency[tuple[str, ...]],
) -> Response[LinkResource]:
    """Make a link, beside the permanent one, that ends at a time, or after so many downloads, or when it is revoked."""
    base = base_url(request, settings.serving.public_base_url)
    asked = NewLink()
    if _has_body(request):
        asked = await json_body(request, NewLink, _EXAMPLE, BodyPace.of(settings.requests))
    wish = LinkWish(asked.expires_at, asked.max_downloads, asked.inline)
    mp3, link = await track_links.create(user, _track_uuid(request), wish, *holders)
    made = link_resource(base, user.user_id, mp3.file_name, link)
    return Response(made, status_code=201, headers={"Location": made.url, **_PRIVATE})


@route(
    "/tracks/{track_uuid:str}/links",
    http_method=[HttpMethod.GET, HttpMethod.HEAD],
    summary="List the links to a track",
    operation_class=operation(parameters=[_identifier("track_uuid")]),
    responses=error_responses(400, 401, 404, 429, 503),
    security=[{BEARER: []}],
)
async def list_links(
    request: Request[Any, Any, Any],
    user: NamedDependency[User],
    track_links: NamedDependency[TrackLinks],
    settings: NamedDependency[Settings],
    holders: NamedDependency[tuple[str, ...]],
) -> Response[LinkList]:
    """All links that are not revoked, with what was downloaded: the permanent one, then the newest first."""
    base = base_url(request, settings.serving.public_base_url)
    mp3, links = await track_links.all(user, _track_uuid(request), *holders)
    items = [link_resource(base, user.user_id, mp3.file_name, link) for link in links]
    return Response(LinkList(items, None), status_code=200, headers=_PRIVATE)


@delete(
    "/tracks/{track_uuid:str}/links/{link_id:str}",
    summary="Revoke a link to a track",
    operation_class=operation(parameters=[_identifier("track_uuid"), _identifier("link_id")]),
    responses=error_responses(400, 401, 404, 429, 503, 507),
    security=[{BEARER: []}],
)
async def revoke_link(
    request: Request[Any, Any, Any],
    user: NamedDependency[User],
    track_links: NamedDependency[TrackLinks],
    holders: NamedDependency[tuple[str, ...]],
) -> None:
    """From now on the link opens nothing. With the track's own identifier, that is the permanent one."""
    track_uuid, link_id = _track_uuid(request), path_uuid(request, 1)
    if link_id is None:
        raise LinkNotFound
    await track_links.revoke(user, track_uuid, link_id, *holders)


def _track_uuid(request: Request[Any, Any, Any]) -> UUID:
    track_uuid = path_uuid(request)
    if track_uuid is None:
        raise NoSuchTrack
    return track_uuid


def _has_body(request: Request[Any, Any, Any]) -> bool:
    """Whether the head of the request tells of one (RFC 9112, 6.3)."""
    return "transfer-encoding" in request.headers or request.headers.get("content-length", "0").strip() != "0"

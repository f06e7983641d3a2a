"""`GET /links/{link_id}/{file_name}`: the download of a track by a link that its owner has limited."""

from typing import Any

from litestar import Request, Response, route
from litestar.di import NamedDependency
from litestar.openapi.spec import OpenAPIFormat, Parameter

from application.admission.places import Places
from application.open_link import OpenLink, Visitor
from domain.errors import LinkNotFound
from entrypoints.http.download import DOWNLOAD_HEADERS, DOWNLOAD_METHODS, DOWNLOAD_STATUSES, MEDIA_TYPE, download
from entrypoints.http.openapi import error_responses, operation, text_schema
from entrypoints.http.server.audit import tell_audit
from entrypoints.http.server.client import client_name
from entrypoints.http.server.path_names import path_uuid

_PARAMETERS = [
    Parameter(name="link_id", param_in="path", required=True, schema=text_schema(format=OpenAPIFormat.UUID)),
    Parameter(
        name="file_name",
        param_in="path",
        required=True,
        schema=text_schema(pattern="^[^/]+$"),
        description="Any name: it changes nothing",
    ),
]


@route(
    "/links/{link_id:str}/{file_name:str}",
    http_method=DOWNLOAD_METHODS,
    summary="Download an MP3 by a link that its owner can limit and revoke",
    media_type=MEDIA_TYPE,
    operation_class=operation(parameters=_PARAMETERS, headers=DOWNLOAD_HEADERS),
    responses=error_responses(410, 507, *DOWNLOAD_STATUSES),
)
async def linked_record(
    request: Request[Any, Any, Any],
    open_link: NamedDependency[OpenLink],
    downloads: NamedDependency[Places],
    holders: NamedDependency[tuple[str, ...]],
) -> Response[Any]:
    """Download the MP3 of a link, as by `/record`; what a client asks for by ranges counts as one download."""
    link_id = path_uuid(request)
    if link_id is None:
        raise LinkNotFound
    found = await open_link(link_id, _visitor(request), *holders)
    tell_audit(request, user_id=found.user_id)
    return await download(request, found, downloads, holders, inline=found.link.inline)


def _visitor(request: Request[Any, Any, Any]) -> Visitor:
    """A player asks for one recording in parts; with HEAD it has not asked for any yet."""
    asks_for_more = request.method == "HEAD" or "range" in request.headers
    return Visitor(client_name(request), request.headers.get("user-agent", ""), asks_for_more)

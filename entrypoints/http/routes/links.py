"""`GET /links/{link_id}/{file_name}`: the download of a track by a link that its owner has limited."""

from typing import Any

from litestar import Request, Response, route
from litestar.di import NamedDependency

from application.admission.places import Places
from application.open_link import OpenLink, Visitor
from domain.errors import LinkNotFound
from entrypoints.http.download import DOWNLOAD_HEADERS, DOWNLOAD_STATUSES, MEDIA_TYPE, download
from entrypoints.http.openapi import GET_METHODS, error_responses, operation, path_file_name, path_identifier
from entrypoints.http.server.audit import tell_audit
from entrypoints.http.server.client import client_name
from entrypoints.http.server.path_names import path_uuid

_PARAMETERS = [path_identifier("link_id"), path_file_name("Any name: it changes nothing")]


@route(
    "/links/{link_id:str}/{file_name:str}",
    http_method=GET_METHODS,
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
    found = await open_link(path_uuid(request, LinkNotFound), _visitor(request), *holders)
    tell_audit(request, user_id=found.user_id)
    return await download(request, found, downloads, holders, inline=found.link.inline)


def _visitor(request: Request[Any, Any, Any]) -> Visitor:
    """A player asks for one recording in parts; with HEAD it has not asked for any yet."""
    asks_for_more = request.method == "HEAD" or "range" in request.headers
    return Visitor(client_name(request), request.headers.get("user-agent", ""), asks_for_more)

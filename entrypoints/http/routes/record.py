"""`GET /record`: the download of a track by its link, with or without a file name in the path."""

from typing import Any

from litestar import Request, Response, route
from litestar.di import NamedDependency
from litestar.openapi.spec import OpenAPIFormat, Parameter

from application.admission.places import Places
from application.open_record import OpenRecord
from entrypoints.http.download import DOWNLOAD_HEADERS, DOWNLOAD_STATUSES, INLINE, MEDIA_TYPE, download
from entrypoints.http.openapi import (
    GET_METHODS,
    error_responses,
    operation,
    path_file_name,
    text_schema,
    whole_number_schema,
)
from entrypoints.http.requests.links import RecordLink
from entrypoints.http.server.audit import tell_audit

_USER = whole_number_schema(minimum=1, maximum=(1 << 63) - 1)
_PARAMETERS = [
    Parameter(name="id", param_in="query", required=True, schema=text_schema(format=OpenAPIFormat.UUID)),
    Parameter(name="user", param_in="query", required=True, schema=_USER),
    INLINE,
]
_NAME = path_file_name("Any name: it changes nothing, and is for programs that tell by it what a link leads to")
_ERRORS = error_responses(410, *DOWNLOAD_STATUSES)


@route(
    "/record",
    http_method=GET_METHODS,
    summary="Download an MP3",
    media_type=MEDIA_TYPE,
    operation_class=operation(parameters=_PARAMETERS, headers=DOWNLOAD_HEADERS),
    responses=_ERRORS,
)
async def record(
    request: Request[Any, Any, Any],
    open_record: NamedDependency[OpenRecord],
    downloads: NamedDependency[Places],
    holders: NamedDependency[tuple[str, ...]],
) -> Response[Any]:
    """Download the MP3 of a link; one byte range, `If-Match`, `If-None-Match` and `If-Range` are honoured."""
    return await _download(request, open_record, downloads, holders)


@route(
    "/record/{file_name:str}",
    http_method=GET_METHODS,
    summary="Download an MP3 by a link that ends in a file name",
    media_type=MEDIA_TYPE,
    operation_class=operation(parameters=[_NAME, *_PARAMETERS], headers=DOWNLOAD_HEADERS),
    responses=_ERRORS,
)
async def named_record(
    request: Request[Any, Any, Any],
    open_record: NamedDependency[OpenRecord],
    downloads: NamedDependency[Places],
    holders: NamedDependency[tuple[str, ...]],
) -> Response[Any]:
    """The same as `/record` with this query: podcast feeds and bots want the path of a link to end in `.mp3`."""
    return await _download(request, open_record, downloads, holders)


async def _download(
    request: Request[Any, Any, Any], open_record: OpenRecord, downloads: Places, holders: tuple[str, ...]
) -> Response[Any]:
    link = RecordLink.of(request)
    found = await open_record.by_link(link.track_uuid, link.user_id, *holders)
    tell_audit(request, user_id=link.user_id)
    return await download(request, found, downloads, holders, inline=link.inline)

"""`GET /record`: the download of a track by its link."""

import re
from typing import Any
from urllib.parse import quote
from uuid import UUID

from litestar import HttpMethod, Request, Response, route
from litestar.di import NamedDependency
from litestar.openapi.spec import OpenAPIFormat, OpenAPIType, Parameter, Schema
from litestar.response import Stream

from application.admission.places import Places
from application.blocks import rejoined
from application.open_record import OpenRecord, Record
from domain.tracks import StoredMp3
from entrypoints.http.errors import RequestInvalid
from entrypoints.http.openapi import error_responses, operation, text_schema
from entrypoints.http.requests.query import query_fields
from entrypoints.http.requests.ranges import not_modified, requested_range
from entrypoints.http.server.held import hold

MEDIA_TYPE = "audio/mpeg"
_USER = Schema(type=OpenAPIType.INTEGER, minimum=1, maximum=(1 << 63) - 1)
_PARAMETERS = [
    Parameter(name="id", param_in="query", required=True, schema=text_schema(format=OpenAPIFormat.UUID)),
    Parameter(name="user", param_in="query", required=True, schema=_USER),
]


@route(
    "/record",
    http_method=[HttpMethod.GET, HttpMethod.HEAD],
    summary="Download an MP3",
    media_type=MEDIA_TYPE,
    operation_class=operation(parameters=_PARAMETERS, headers={"ETag": "Changes when the bytes do"}),
    responses=error_responses(400, 404, 412, 416, 429, 503),
)
async def record(
    request: Request[Any, Any, Any],
    open_record: NamedDependency[OpenRecord],
    downloads: NamedDependency[Places],
    holders: NamedDependency[tuple[str, ...]],
) -> Response[Any]:
    """Download the MP3 of a link; one byte range, `If-Match`, `If-None-Match` and `If-Range` are honoured."""
    found = await open_record(*_identifiers(request), *holders)
    mp3 = found.mp3
    etag = f'"{mp3.sha256.hex()}"'
    headers = _headers(mp3, etag)
    if not_modified(request.headers, etag):
        return Response(b"", status_code=304, headers=headers, media_type=MEDIA_TYPE)
    if request.method == "HEAD":
        return Response(b"", headers=headers | {"Content-Length": str(mp3.size)}, media_type=MEDIA_TYPE)
    wanted = requested_range(request.headers, etag, mp3.size)
    hold(request, downloads.take(*holders))
    return await _body(found, wanted, headers)


async def _body(found: Record, wanted: range | None, headers: dict[str, str]) -> Response[Any]:
    size = found.mp3.size
    part = wanted or range(size)
    headers |= {"Content-Length": str(len(part))}
    if wanted is not None:
        headers |= {"Content-Range": f"bytes {part.start}-{part.stop - 1}/{size}"}
    blocks = found.read(part.start, len(part))
    first = await anext(blocks, b"")  # before the answer begins, so that it still can be an error
    return Stream(
        rejoined(first, blocks), status_code=200 if wanted is None else 206, headers=headers, media_type=MEDIA_TYPE
    )


def _identifiers(request: Request[Any, Any, Any]) -> tuple[UUID, int]:
    """The track and the user that the link names. Raises `RequestInvalid`."""
    fields = query_fields(request)
    identifiers, users = (fields.get(name, []) for name in ("id", "user"))
    problems = []
    if len(identifiers) != 1 or not re.fullmatch(r"[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}", identifiers[0]):
        problems.append("id must be one UUID, as in the link")
    if len(users) != 1 or not re.fullmatch(r"[0-9]{1,19}", users[0]):
        problems.append("user must be one whole number, as in the link")
    if problems:
        raise RequestInvalid(*problems)
    return UUID(identifiers[0]), int(users[0])


def _headers(mp3: StoredMp3, etag: str) -> dict[str, str]:
    return {
        "ETag": etag,
        "Accept-Ranges": "bytes",
        "Cache-Control": "private",
        "Content-Disposition": content_disposition(mp3.file_name),
        "Content-Security-Policy": "sandbox",
        "Referrer-Policy": "no-referrer",
        "X-Robots-Tag": "noindex",
    }


def content_disposition(file_name: str) -> str:
    """An attachment of this name (RFC 6266): an ASCII stand-in, and the name itself by RFC 8187."""
    ascii_name = re.sub(r'[^\x20-\x7e]|["\\%]', "_", file_name)
    return f"attachment; filename=\"{ascii_name}\"; filename*=UTF-8''{quote(file_name, safe='')}"

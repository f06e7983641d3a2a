"""`GET /record`: the download of a track by its link, with or without a file name in the path."""

import re
from typing import Any
from urllib.parse import quote

from litestar import HttpMethod, Request, Response, route
from litestar.di import NamedDependency
from litestar.openapi.spec import OpenAPIFormat, Parameter
from litestar.response import Stream

from application.admission.places import Places
from application.blocks import rejoined
from application.open_record import OpenRecord, Record
from domain.tracks import StoredMp3
from entrypoints.http.openapi import error_responses, header, operation, text_schema, whole_number_schema
from entrypoints.http.requests.links import RecordLink
from entrypoints.http.requests.ranges import not_modified, requested_range
from entrypoints.http.server.held import hold

MEDIA_TYPE = "audio/mpeg"
_USER = whole_number_schema(minimum=1, maximum=(1 << 63) - 1)
_PARAMETERS = [
    Parameter(name="id", param_in="query", required=True, schema=text_schema(format=OpenAPIFormat.UUID)),
    Parameter(name="user", param_in="query", required=True, schema=_USER),
    Parameter(
        name="inline",
        param_in="query",
        schema=whole_number_schema(enum=[0, 1]),
        description="1: a browser plays the MP3 instead of saving it",
    ),
]
_NAME = Parameter(
    name="file_name",
    param_in="path",
    required=True,
    schema=text_schema(pattern="^[^/]+$"),
    description="Any name: it changes nothing, and is for programs that tell by it what a link leads to",
)
_PLAYER_POLICY = "sandbox allow-same-origin"
"""For the page that a browser makes around what it plays: nothing in it may run either, but the page asks for the MP3
anew, which Chromium does not do for one without an origin."""
_HEADERS = {"ETag": header("Changes when the bytes do")}
_ERRORS = error_responses(400, 404, 412, 416, 429, 503)
_METHODS = [HttpMethod.GET, HttpMethod.HEAD]


@route(
    "/record",
    http_method=_METHODS,
    summary="Download an MP3",
    media_type=MEDIA_TYPE,
    operation_class=operation(parameters=_PARAMETERS, headers=_HEADERS),
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
    http_method=_METHODS,
    summary="Download an MP3 by a link that ends in a file name",
    media_type=MEDIA_TYPE,
    operation_class=operation(parameters=[_NAME, *_PARAMETERS], headers=_HEADERS),
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
    found = await open_record(link.track_uuid, link.user_id, *holders)
    mp3 = found.mp3
    etag = f'"{mp3.sha256.hex()}"'
    headers = _headers(mp3, etag, inline=link.inline)
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


def _headers(mp3: StoredMp3, etag: str, *, inline: bool) -> dict[str, str]:
    return {
        "ETag": etag,
        "Accept-Ranges": "bytes",
        "Cache-Control": "private",
        "Content-Disposition": content_disposition(mp3.file_name, "inline" if inline else "attachment"),
        "Content-Security-Policy": _PLAYER_POLICY if inline else "sandbox",
        "Referrer-Policy": "no-referrer",
        "X-Robots-Tag": "noindex",
    }


def content_disposition(file_name: str, disposition: str = "attachment") -> str:
    """An attachment of this name, or `inline` (RFC 6266): an ASCII stand-in, and the name itself by RFC 8187."""
    ascii_name = re.sub(r'[^\x20-\x7e]|["\\%]', "_", file_name)
    return f"{disposition}; filename=\"{ascii_name}\"; filename*=UTF-8''{quote(file_name, safe='')}"

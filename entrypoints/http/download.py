"""Answering with the MP3 of a track: whole, in part, or not at all where the client has it already."""

import re
from typing import Any
from urllib.parse import quote

from litestar import Request, Response
from litestar.openapi.spec import Parameter
from litestar.response import Stream

from application.admission.places import Places
from application.blocks import rejoined
from application.open_record import Record
from domain.tracks import StoredMp3
from entrypoints.http.openapi import header, whole_number_schema
from entrypoints.http.requests.ranges import not_modified, requested_range
from entrypoints.http.server.audit import tell_audit
from entrypoints.http.server.held import hold

MEDIA_TYPE = "audio/mpeg"
DOWNLOAD_HEADERS = {"ETag": header("Changes when the bytes do")}
DOWNLOAD_STATUSES = (400, 404, 412, 416, 429, 503)
"""Of the errors that a route which answers by `download` tells of."""
INLINE = Parameter(
    name="inline",
    param_in="query",
    schema=whole_number_schema(enum=[0, 1]),
    description="1: a browser plays the MP3 instead of saving it",
)
"""What `is_inline` reads."""
_PLAYER_POLICY = "sandbox allow-same-origin"
"""For the page that a browser makes around what it plays: nothing in it may run either, but the page asks for the MP3
anew, which Chromium does not do for one without an origin."""


async def download(
    request: Request[Any, Any, Any], found: Record, downloads: Places, holders: tuple[str, ...], *, inline: bool
) -> Response[Any]:
    """The MP3 of `found`; one byte range, `If-Match`, `If-None-Match` and `If-Range` are honoured.

    `inline`: a browser is to play it instead of saving it. One of `downloads` is held until the answer has ended, for
    `holders`. Raises `RecordChanged`, `RangeUnsatisfiable`, `ShareTaken`, `Overloaded` and what `Record.read` does.
    """
    mp3 = found.mp3
    tell_audit(request, track_uuid=mp3.track_uuid)
    etag = f'"{mp3.sha256.hex()}"'
    headers = _headers(mp3, etag, inline=inline)
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

"""`/tracks/{track_uuid}/waveform` and `/tracks/{track_uuid}/audio`: what a player of the user's own draws and plays."""

import hashlib
from typing import Any

import msgspec
from litestar import Request, Response, route
from litestar.di import NamedDependency
from litestar.openapi.spec import OpenAPIFormat

from application.admission.places import Places
from application.find_track import FindTrack
from application.open_record import OpenRecord
from domain.errors import NoSuchTrack, NoWaveform, TrackNotFound
from domain.measuring import Waveform, WaveformLayout
from domain.users import User
from domain.waveform_file import waveform_file
from entrypoints.http.download import DOWNLOAD_HEADERS, DOWNLOAD_STATUSES, INLINE, MEDIA_TYPE, download
from entrypoints.http.examples import WAVEFORM
from entrypoints.http.openapi import BY_TOKEN, GET_METHODS, error_responses, header, operation, text_schema
from entrypoints.http.requests.accept import prefers
from entrypoints.http.requests.links import is_inline
from entrypoints.http.requests.ranges import names_tag
from entrypoints.http.routes.tracks import TRACK_UUID
from entrypoints.http.server.path_names import path_uuid

JSON, BINARY = "application/json", "application/octet-stream"


@route(
    "/tracks/{track_uuid:str}/waveform",
    http_method=GET_METHODS,
    summary="What a player draws",
    security=BY_TOKEN,
    operation_class=operation(
        parameters=[TRACK_UUID],
        headers={"ETag": header("Changes when the bytes do")},
        example=WAVEFORM,
        also={BINARY: text_schema(format=OpenAPIFormat.BINARY)},
    ),
    responses=error_responses(400, 401, 404, 429, 503),
)
async def get_waveform(
    request: Request[Any, Any, Any],
    user: NamedDependency[User],
    find_track: NamedDependency[FindTrack],
    holders: NamedDependency[tuple[str, ...]],
) -> Response[WaveformLayout]:
    """BBC audiowaveform's format, version 2: JSON, or the binary one where `Accept` likes octets better."""
    track, _ = await find_track(user, path_uuid(request, NoSuchTrack), *holders)
    if track.conversion.sound is None:
        raise NoWaveform
    return _answer(request, track.conversion.sound.waveform)


@route(
    "/tracks/{track_uuid:str}/audio",
    http_method=GET_METHODS,
    summary="Download an MP3 by the token",
    media_type=MEDIA_TYPE,
    security=BY_TOKEN,
    operation_class=operation(parameters=[TRACK_UUID, INLINE], headers=DOWNLOAD_HEADERS),
    responses=error_responses(401, *DOWNLOAD_STATUSES),
)
async def get_audio(
    request: Request[Any, Any, Any],
    user: NamedDependency[User],
    open_record: NamedDependency[OpenRecord],
    downloads: NamedDependency[Places],
    holders: NamedDependency[tuple[str, ...]],
) -> Response[Any]:
    """The same as the link of the track, for the user alone; ranges and conditions are honoured as there."""
    inline = is_inline(request)
    track_uuid = path_uuid(request, NoSuchTrack)
    try:
        found = await open_record(track_uuid, user.user_id, *holders)
        answer = await download(request, found, downloads, holders, inline=inline)
    except TrackNotFound as error:
        raise NoSuchTrack from error
    answer.headers["Vary"] = "Authorization"
    return answer


def _answer(request: Request[Any, Any, Any], found: Waveform) -> Response[Any]:
    binary = prefers(request, BINARY, JSON)
    content = waveform_file(found) if binary else msgspec.json.encode(found.layout())
    etag = f'"{hashlib.sha256(content).hexdigest()}"'
    headers = {"ETag": etag, "Cache-Control": "private, no-cache", "Vary": "Accept, Authorization"}
    if names_tag(request.headers.get("if-none-match", ""), etag, weakly=True):
        return Response(b"", status_code=304, headers=headers)
    return Response(content, headers=headers, media_type=BINARY if binary else JSON)

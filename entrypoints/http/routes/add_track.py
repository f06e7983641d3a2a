"""`POST /add_track`."""

from contextlib import aclosing
from typing import Any

import msgspec
from litestar import Request, Response, post
from litestar.di import NamedDependency
from litestar.openapi.spec import OpenAPIFormat

from application.receive_recording import ReceiveRecording
from domain.tracks import Track
from entrypoints.http.openapi import BEARER, error_responses, object_body, operation, text_schema
from entrypoints.http.requests.body import Pace
from entrypoints.http.requests.links import base_url, record_link
from entrypoints.http.requests.upload_form import UploadForm
from entrypoints.settings.settings import Settings


class AddTrackResponse(msgspec.Struct):
    """The track is durable; its link is in `Location`."""

    status: str


@post(
    "/add_track",
    summary="Upload a WAV",
    operation_class=operation(
        object_body(
            "multipart/form-data",
            ["wav_file"],
            {
                "wav_file": text_schema(format=OpenAPIFormat.BINARY, description="The WAV, as a file part with a name"),
                "user_id": text_schema(pattern="^[0-9]{1,19}$", description="Needed without a Bearer token"),
                "user_access_token": text_schema(description="Needed without a Bearer token"),
            },
        ),
        headers={
            "Location": "The link that downloads the MP3",
            "X-Audio-Repairs": "What was mended in the WAV: a list of tokens, some with a number of bytes (RFC 9651)",
        },
    ),
    responses=error_responses(400, 401, 408, 413, 415, 422, 429, 503, 507),
    security=[{}, {BEARER: []}],
)
async def add_track(
    request: Request[Any, Any, Any],
    receive: NamedDependency[ReceiveRecording],
    settings: NamedDependency[Settings],
    holders: NamedDependency[tuple[str, ...]],
) -> Response[AddTrackResponse]:
    """Upload a WAV; 201 means that its MP3 is stored. The fields may come in any order."""
    base = base_url(request, settings.serving.public_base_url)
    max_bytes = settings.recordings.max_upload_bytes
    async with aclosing(UploadForm.of(request, max_bytes, Pace.of(settings.requests), holders)) as form:
        track = await receive(form)
    return Response(AddTrackResponse("success"), status_code=201, headers=_headers(base, track))


def _headers(base: str, track: Track) -> dict[str, str]:
    headers = {"Location": record_link(base, track)}
    if track.conversion.repairs:
        headers["X-Audio-Repairs"] = ", ".join(map(str, track.conversion.repairs))
    return headers

"""`POST /add_track`."""

from contextlib import aclosing
from typing import Any

import msgspec
from litestar import Request, Response, post
from litestar.di import NamedDependency
from litestar.openapi.spec import OpenAPIFormat, Parameter

from application.receive_recording import ReceiveRecording
from domain.tracks import Track
from entrypoints.http.openapi import (
    BEARER,
    error_responses,
    header,
    number_schema,
    object_body,
    operation,
    text_schema,
    whole_number_schema,
)
from entrypoints.http.requests.body import BodyPace
from entrypoints.http.requests.links import base_url, record_link
from entrypoints.http.requests.raw_body import RawBody, is_raw
from entrypoints.http.requests.upload_form import UploadForm
from entrypoints.settings.settings import Settings


class AddTrackResponse(msgspec.Struct):
    """The track is durable; its link is in `Location`."""

    status: str


_FILE_TYPES = ("audio/wav", "application/octet-stream")
_NAME = Parameter(
    name="Content-Disposition",
    param_in="header",
    schema=text_schema(),
    description="Names a recording that is the body itself, like: attachment; filename=talk.wav (RFC 6266)",
)
_HEADERS = {
    "Location": header("The link that downloads the MP3"),
    "X-Audio-Duration": header("Of the recording, in seconds, to the millisecond", number_schema(minimum=0)),
    "X-Audio-Clipped": header(
        "How many samples, of all channels together, are at full scale or beyond; absent where none is",
        whole_number_schema(minimum=1),
    ),
    "X-Audio-Repairs": header(
        "What was mended in the WAV: a list of tokens, some with a number of bytes (RFC 9651); absent where nothing was"
    ),
}


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
            *_FILE_TYPES,
            title="Recording",
        ),
        parameters=[_NAME],
        headers=_HEADERS,
        example={"status": "success"},
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
    """Upload a WAV; 201 means that its MP3 is stored.

    It comes in a form, whose fields may come in any order; or, with a Bearer token, it is the body itself.
    """
    base = base_url(request, settings.serving.public_base_url)
    kind = RawBody if is_raw(request) else UploadForm
    incoming = kind.of(request, settings.recordings.max_upload_bytes, BodyPace.of(settings.requests), holders)
    async with aclosing(incoming) as recording:
        track = await receive(recording)
    return Response(AddTrackResponse("success"), status_code=201, headers=_headers(base, track))


def _headers(base: str, track: Track) -> dict[str, str]:
    conversion = track.conversion
    seconds = f"{conversion.duration.total_seconds():.3f}"  # RFC 9651, 3.3.2, has no more digits
    headers = {"Location": record_link(base, track), "X-Audio-Duration": seconds}
    if conversion.sound and conversion.sound.clipped_samples:
        headers["X-Audio-Clipped"] = str(conversion.sound.clipped_samples)
    if conversion.repairs:
        headers["X-Audio-Repairs"] = ", ".join(map(str, conversion.repairs))
    return headers

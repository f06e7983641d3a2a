"""`POST /add_track`."""

from contextlib import aclosing
from typing import Any

import msgspec
from litestar import Request, Response, post
from litestar.di import NamedDependency
from litestar.openapi.datastructures import ResponseSpec
from litestar.openapi.spec import Example, OpenAPIFormat, Parameter

from application.add_track_once import AddTrackOnce
from application.receive_recording import ReceiveRecording
from application.try_track import TryTrack
from domain.receipts import TrackReceipt
from domain.tracks import Track
from entrypoints.http.caching import NO_STORE
from entrypoints.http.errors import RequestInvalid
from entrypoints.http.examples import TRIED
from entrypoints.http.openapi import (
    BEARER,
    error_responses,
    header,
    object_body,
    operation,
    text_schema,
    whole_number_schema,
)
from entrypoints.http.receipts import AUDIO_HEADERS, audio_headers
from entrypoints.http.requests.body import BodyPace
from entrypoints.http.requests.digests import FIELDS as DIGEST_FIELDS
from entrypoints.http.requests.links import base_url, record_link
from entrypoints.http.requests.query import query_fields
from entrypoints.http.requests.raw_body import RawBody, is_raw
from entrypoints.http.requests.repeat_key import REPEAT_KEY, repeat_key
from entrypoints.http.requests.upload_form import UploadForm
from entrypoints.http.resources import TriedTrackResource, tried_track_resource
from entrypoints.http.server.audit import tell_audit
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
_DIGESTS = [
    Parameter(
        name=field,
        param_in="header",
        schema=text_schema(),
        description="Of the body, compared while it arrives: sha-256=:…:, sha-512=:…:, or both (RFC 9530)",
    )
    for field in DIGEST_FIELDS
]
_DRY_RUN = Parameter(
    name="dry_run",
    param_in="query",
    schema=whole_number_schema(enum=[0, 1]),
    description="1: do everything but store it, and answer 200 with what the track would be",
)
_HEADERS = {"Location": header("The link that downloads the MP3; not in the 200"), **AUDIO_HEADERS}


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
        parameters=[_NAME, REPEAT_KEY, *_DIGESTS, _DRY_RUN],
        headers=_HEADERS,
        example={"status": "success"},
    ),
    responses={
        200: ResponseSpec(
            TriedTrackResource,
            description="What the track would be (dry_run=1)",
            generate_examples=False,
            examples=[Example(id="tried", value=TRIED)],
        ),
        **error_responses(400, 401, 403, 408, 409, 413, 415, 422, 429, 503, 507),
    },
    security=[{}, {BEARER: []}],
)
async def add_track(
    request: Request[Any, Any, Any],
    receive: NamedDependency[ReceiveRecording],
    add_track_once: NamedDependency[AddTrackOnce],
    try_track: NamedDependency[TryTrack],
    settings: NamedDependency[Settings],
    holders: NamedDependency[tuple[str, ...]],
) -> Response[AddTrackResponse]:
    """Upload a WAV; 201 means that its MP3 is stored.

    It comes in a form, whose fields may come in any order; or, with a Bearer token, it is the body itself.
    """
    base = base_url(request, settings.serving.public_base_url)
    is_dry_run = _is_dry_run(request)
    key = repeat_key(request) if add_track_once.remembers and not is_dry_run else None
    kind = RawBody if is_raw(request) else UploadForm
    incoming = kind.of(request, settings.recordings.max_upload_bytes, BodyPace.of(settings.requests), holders)
    async with aclosing(incoming) as recording:
        if is_dry_run:
            return _tried(await receive.into(recording, try_track))
        if key is None:
            receipt = TrackReceipt.of(await receive(recording))
        else:
            receipt = await receive.into(recording, add_track_once.under(key))
    tell_audit(request, user_id=receipt.user_id, track_uuid=receipt.track_uuid)
    return _added(base, receipt)


def _is_dry_run(request: Request[Any, Any, Any]) -> bool:
    """Whether nothing is to be stored. Raises `RequestInvalid`."""
    said = query_fields(request).get("dry_run", [])
    if said not in ([], ["0"], ["1"]):
        raise RequestInvalid("dry_run must be 1, to have nothing stored, or left out")
    return said == ["1"]


def _added(base: str, receipt: TrackReceipt) -> Response[AddTrackResponse]:
    headers = {"Location": record_link(base, receipt), **audio_headers(receipt)}
    return Response(AddTrackResponse("success"), status_code=201, headers=headers)


def _tried(track: Track) -> Response[Any]:
    headers = {**NO_STORE, **audio_headers(TrackReceipt.of(track))}
    return Response(tried_track_resource(track), status_code=200, headers=headers)

"""`POST /add_track`."""

import re
from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import Any

import msgspec
from litestar import Request, Response, post
from litestar.di import NamedDependency
from litestar.openapi.spec import OpenAPIFormat

from application.add_track import AddTrack
from application.admission.places import Places
from application.authenticate import Authenticate, Credentials
from domain.errors import UploadTooLarge
from domain.system import Spool
from domain.tracks import Track
from entrypoints.http.errors import RequestInvalid
from entrypoints.http.openapi import BEARER, error_responses, object_body, operation, text_schema
from entrypoints.http.requests.body import Pace, body_blocks, content_length, read_ahead, refuse_encoded, rejoined
from entrypoints.http.requests.links import base_url, record_link
from entrypoints.http.requests.upload_form import UploadForm, boundary_of
from entrypoints.settings.settings import Settings

FORM_BYTES = 64 * 1024
"""What a form may have beside its file: text parts, heads and boundaries."""
READ_AHEAD_BYTES = 8 * 1024
"""How much of a file has to be there before its upload takes a place: who sends nothing must not keep others out."""


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
            "X-Audio-Repairs": "What was mended in the WAV: a list of tokens (RFC 9651)",
        },
    ),
    responses=error_responses(400, 401, 408, 413, 415, 422, 503, 507),
    security=[{}, {BEARER: []}],
)
async def add_track(
    request: Request[Any, Any, Any],
    authenticate: NamedDependency[Authenticate],
    add: NamedDependency[AddTrack],
    spool: NamedDependency[Spool],
    places: NamedDependency[Places],
    settings: NamedDependency[Settings],
) -> Response[AddTrackResponse]:
    """Upload a WAV; 201 means that its MP3 is stored. The fields may come in any order."""
    base = base_url(request, settings.public_base_url)
    refuse_encoded(request)
    boundary = boundary_of(request.headers.get("content-type", ""))
    limit = settings.max_upload_bytes
    places.refuse_if_full()
    await spool.check()
    bearer = _bearer_token(request)
    user = None if bearer is None else await authenticate(Credentials(bearer))
    async with (
        aclosing(body_blocks(request, limit + FORM_BYTES, UploadTooLarge(limit), Pace.of(settings))) as body,
        aclosing(UploadForm(body, boundary, bearer, user.user_id if user else None)) as form,
    ):
        file_name = await form.open_file()
        async with aclosing(form.file()) as file:
            if user is None and (credentials := form.credentials()):
                user = await authenticate(credentials)
            first = await read_ahead(file, READ_AHEAD_BYTES)
            async with aclosing(rejoined(first, file)) as wav:
                with places.take():
                    if user is None:
                        track = await _add_spooled(form, file_name, wav, spool, authenticate, add)
                    else:
                        to_come = (content_length(request) or 0) - form.received - FORM_BYTES
                        track = await add(user, file_name, wav, at_least=len(first) + max(0, to_come))
    return Response(AddTrackResponse("success"), status_code=201, headers=_headers(base, track))


async def _add_spooled(
    form: UploadForm,
    file_name: str,
    file: AsyncIterator[bytes],
    spool: Spool,
    authenticate: Authenticate,
    add: AddTrack,
) -> Track:
    """The file came before the credentials: nothing is decoded until these are known to be right."""
    async with spool.open() as spooled:
        async for block in file:
            await spooled.write(block)
        credentials = form.credentials()
        if credentials is None:
            raise RequestInvalid("user_id and user_access_token are missing")
        user = await authenticate(credentials)
        async with aclosing(spooled.read()) as wav:
            return await add(user, file_name, wav, at_least=spooled.size)


def _headers(base: str, track: Track) -> dict[str, str]:
    headers = {"Location": record_link(base, track)}
    if track.repairs:
        headers["X-Audio-Repairs"] = ", ".join(track.repairs)
    return headers


def _bearer_token(request: Request[Any, Any, Any]) -> str | None:
    """The token of the Authorization header, where that is of the Bearer scheme. Raises `RequestInvalid`."""
    scheme, _, token = request.headers.get("authorization", "").strip().partition(" ")
    if scheme.lower() != "bearer":
        return None
    if not re.fullmatch(r"[!-~]+", token.strip()):
        raise RequestInvalid("Authorization must be: Bearer, a space, and the user_access_token")
    return token.strip()

"""`/tracks` and `/tracks/{track_uuid}`: what a user has uploaded, listed, shown, renamed, removed."""

from typing import Any

import msgspec
from litestar import HttpMethod, Request, Response, delete, patch, route
from litestar.di import NamedDependency
from litestar.openapi.spec import OpenAPIFormat, OpenAPIType, Parameter, Schema
from msgspec import UNSET, UnsetType

from application.admission.places import Places
from application.change_track import Change, ChangeTrack
from application.find_track import FindTrack
from application.list_tracks import ListTracks
from application.remove_track import RemoveTrack
from domain.library import MAX_PAGE
from domain.search import MAX_QUESTION_LENGTH
from domain.tags import Tags
from domain.users import User
from entrypoints.http.errors import RequestInvalid
from entrypoints.http.examples import TRACK, TRACKS
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
from entrypoints.http.requests.json_body import json_body
from entrypoints.http.requests.links import base_url
from entrypoints.http.requests.track_query import DEFAULT_PAGE, TrackQuery
from entrypoints.http.resources import TrackPage, TrackResource, track_resource, track_summary
from entrypoints.http.server.held import hold
from entrypoints.http.server.path_names import path_uuid
from entrypoints.settings.settings import Settings

GET_METHODS = [HttpMethod.GET, HttpMethod.HEAD]
TRACK_UUID = Parameter(name="track_uuid", param_in="path", required=True, schema=text_schema(format=OpenAPIFormat.UUID))
MAX_BODY_BYTES = 256 * 1024
"""Twice what all texts together may have, and more, where each is as long as it may be."""
_EXAMPLE = '{"file_name": "talk.mp3", "texts": {"title": "A talk", "comment": null}}'
_PRIVATE = {"Cache-Control": "no-store"}
_SECURITY = [{BEARER: list[str]()}]


def _field(name: str, description: str, schema: Schema) -> Parameter:
    return Parameter(name=name, param_in="query", schema=schema, description=description)


_FILTERS = [
    _field("limit", f"Tracks on a page, {DEFAULT_PAGE} unless told", whole_number_schema(minimum=1, maximum=MAX_PAGE)),
    _field(
        "q",
        "Words of the file name or the texts, or their beginnings, of which each has to be there",
        text_schema(max_length=MAX_QUESTION_LENGTH),
    ),
    _field("since", "Added at this time or later, or since the beginning of this day (UTC)", text_schema()),
    _field("until", "Added before this time, or before the end of this day (UTC)", text_schema()),
    _field("min_duration", "In seconds", number_schema(minimum=0)),
    _field("max_duration", "In seconds", number_schema(minimum=0)),
    _field("repaired", "Whether something was mended in the WAV", Schema(type=OpenAPIType.BOOLEAN)),
    _field(
        "clipped", "Whether samples are at full scale, of those that were measured", Schema(type=OpenAPIType.BOOLEAN)
    ),
    _field("cursor", "From the link to the next page, with the same filters", text_schema()),
]
_NEXT = {"Link": header('The next page, where there is one, as `<…>; rel="next"`')}


class TrackChange(msgspec.Struct):
    """What is to be changed of a track; what is not named stays."""

    file_name: str | UnsetType = UNSET
    texts: dict[str, str | None] | UnsetType = UNSET


@route(
    "/tracks",
    http_method=GET_METHODS,
    summary="List your tracks",
    security=_SECURITY,
    operation_class=operation(parameters=_FILTERS, headers=_NEXT, example=TRACKS),
    responses=error_responses(400, 401, 429, 503),
)
async def list_of_tracks(
    request: Request[Any, Any, Any],
    user: NamedDependency[User],
    list_tracks: NamedDependency[ListTracks],
    holders: NamedDependency[tuple[str, ...]],
    settings: NamedDependency[Settings],
) -> Response[TrackPage]:
    """The newest first, in pages; words and filters choose among them."""
    query = TrackQuery.of(request, user.user_id)
    base = base_url(request, settings.serving.public_base_url)
    page = await list_tracks(user, query.wanted, query.after, query.limit, *holders)
    following = f"{base}/tracks?{query.following(page.after)}" if page.after else None
    headers = {**_PRIVATE, "Link": f'<{following}>; rel="next"'} if following else _PRIVATE
    return Response(TrackPage([track_summary(base, track) for track in page.tracks], following), headers=headers)


@route(
    "/tracks/{track_uuid:str}",
    http_method=GET_METHODS,
    summary="Everything that is known of a track",
    security=_SECURITY,
    operation_class=operation(parameters=[TRACK_UUID], example=TRACK),
    responses=error_responses(400, 401, 404, 429, 503),
)
async def one_track(
    request: Request[Any, Any, Any],
    user: NamedDependency[User],
    find_track: NamedDependency[FindTrack],
    holders: NamedDependency[tuple[str, ...]],
    settings: NamedDependency[Settings],
) -> Response[TrackResource]:
    """The MP3, what the WAV was, what was mended, measured, and written about it by its recorder."""
    track, _ = await find_track(user, path_uuid(request), *holders)
    return Response(track_resource(base_url(request, settings.serving.public_base_url), track), headers=_PRIVATE)


@patch(
    "/tracks/{track_uuid:str}",
    summary="Rename a track, or change its texts",
    security=_SECURITY,
    operation_class=operation(
        object_body(
            "application/json",
            [],
            {
                "file_name": text_schema(description="Made fit as at the upload; ends in .mp3 in any case"),
                "texts": Schema(
                    type=OpenAPIType.OBJECT,
                    properties={name: Schema(type=[OpenAPIType.STRING, OpenAPIType.NULL]) for name in Tags.__slots__},
                    description="Null or an empty text removes one; those that are not named stay",
                ),
            },
        ),
        parameters=[TRACK_UUID],
        example=TRACK,
    ),
    responses=error_responses(400, 401, 404, 408, 413, 415, 429, 503, 507),
)
async def change_one_track(
    request: Request[Any, Any, Any],
    user: NamedDependency[User],
    change_track: NamedDependency[ChangeTrack],
    downloads: NamedDependency[Places],
    holders: NamedDependency[tuple[str, ...]],
    settings: NamedDependency[Settings],
) -> Response[TrackResource]:
    """The MP3's tag is written anew where texts change, and with it its ETag; its sound stays, byte for byte."""
    wanted = await json_body(request, TrackChange, _EXAMPLE, BodyPace.of(settings.requests), MAX_BODY_BYTES)
    change = _change(wanted)
    if change.texts:
        hold(request, downloads.take(*holders))  # the MP3 is read, once, as it is by a download
    track = await change_track(user, path_uuid(request), change, *holders)
    return Response(track_resource(base_url(request, settings.serving.public_base_url), track), headers=_PRIVATE)


@delete(
    "/tracks/{track_uuid:str}",
    summary="Remove a track",
    security=_SECURITY,
    operation_class=operation(parameters=[TRACK_UUID]),
    responses=error_responses(400, 401, 404, 429, 503),
)
async def remove_one_track(
    request: Request[Any, Any, Any],
    user: NamedDependency[User],
    remove_track: NamedDependency[RemoveTrack],
    holders: NamedDependency[tuple[str, ...]],
) -> None:
    """Its MP3 and all that is known of it are gone, and its links lead nowhere."""
    await remove_track(user, path_uuid(request), *holders)


def _change(wanted: TrackChange) -> Change:
    texts = {} if wanted.texts is UNSET else wanted.texts
    if unknown := [name for name in texts if name not in Tags.__slots__]:
        raise RequestInvalid(f"texts has no {unknown[0][:100]!r}; its fields are {', '.join(Tags.__slots__)}")
    return Change(None if wanted.file_name is UNSET else wanted.file_name, texts)

"""`PATCH` and `DELETE` of `/tracks/{track_uuid}`: a track is renamed, gets other texts, is removed."""

from typing import Any

import msgspec
from litestar import Request, Response, delete, patch
from litestar.di import NamedDependency
from litestar.openapi.spec import OpenAPIType, Schema
from msgspec import UNSET, UnsetType

from application.admission.places import Places
from application.change_track import Change, ChangeTrack
from application.remove_track import RemoveTrack
from domain.errors import NoSuchTrack
from domain.tags import Tags
from domain.users import User
from entrypoints.http.caching import NO_STORE
from entrypoints.http.errors import RequestInvalid
from entrypoints.http.examples import TRACK
from entrypoints.http.openapi import BY_TOKEN, error_responses, object_body, operation, text_schema
from entrypoints.http.requests.body import BodyPace
from entrypoints.http.requests.json_body import json_body
from entrypoints.http.requests.links import base_url
from entrypoints.http.resources import TrackResource, track_resource
from entrypoints.http.routes.tracks import TRACK_UUID
from entrypoints.http.server.held import hold
from entrypoints.http.server.path_names import path_uuid
from entrypoints.settings.settings import Settings

MAX_BODY_BYTES = 256 * 1024
"""Twice what all texts together may have, and more, where each is as long as it may be."""
_EXAMPLE = '{"file_name": "talk.mp3", "texts": {"title": "A talk", "comment": null}}'


class TrackChange(msgspec.Struct):
    """What is to be changed of a track; what is not named stays."""

    file_name: str | UnsetType = UNSET
    texts: dict[str, str | None] | UnsetType = UNSET


@patch(
    "/tracks/{track_uuid:str}",
    summary="Rename a track, or change its texts",
    security=BY_TOKEN,
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
async def change_track(
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
    track = await change_track(user, path_uuid(request, NoSuchTrack), change, *holders)
    return Response(track_resource(base_url(request, settings.serving.public_base_url), track), headers=NO_STORE)


@delete(
    "/tracks/{track_uuid:str}",
    summary="Remove a track",
    security=BY_TOKEN,
    operation_class=operation(parameters=[TRACK_UUID]),
    responses=error_responses(400, 401, 404, 429, 503, 507),
)
async def delete_track(
    request: Request[Any, Any, Any],
    user: NamedDependency[User],
    remove_track: NamedDependency[RemoveTrack],
    holders: NamedDependency[tuple[str, ...]],
) -> None:
    """Its MP3 and all that is known of it are gone, and its links lead nowhere."""
    await remove_track(user, path_uuid(request, NoSuchTrack), *holders)


def _change(wanted: TrackChange) -> Change:
    texts = {} if wanted.texts is UNSET else wanted.texts
    if unknown := [name for name in texts if name not in Tags.__slots__]:
        raise RequestInvalid(f"texts has no {unknown[0][:100]!r}; its fields are {', '.join(Tags.__slots__)}")
    return Change(None if wanted.file_name is UNSET else wanted.file_name, texts)

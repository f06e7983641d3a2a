"""`GET` of `/tracks` and `/tracks/{track_uuid}`: what a user has uploaded, and what is known of it."""

import asyncio
from collections.abc import Sequence
from typing import Any

from litestar import Request, Response, route
from litestar.di import NamedDependency
from litestar.openapi.spec import OpenAPIType, Parameter, Schema

from application.find_track import FindTrack
from application.list_tracks import ListTracks
from domain.errors import NoSuchTrack
from domain.library import MAX_PAGE
from domain.search import MAX_QUESTION_LENGTH
from domain.tracks import Track
from domain.users import User
from entrypoints.http.caching import NO_STORE
from entrypoints.http.examples import TRACK, TRACKS
from entrypoints.http.openapi import (
    BY_TOKEN,
    GET_METHODS,
    error_responses,
    header,
    number_schema,
    operation,
    path_identifier,
    text_schema,
    whole_number_schema,
)
from entrypoints.http.requests.links import base_url
from entrypoints.http.requests.track_query import DEFAULT_PAGE, TrackQuery
from entrypoints.http.resources import TrackPage, TrackResource, TrackSummary, track_resource, track_summary
from entrypoints.http.server.path_names import path_uuid
from entrypoints.settings.settings import Settings

TRACK_UUID = path_identifier("track_uuid")
AT_ONCE = 50
"""So many tracks are told before others have a turn on the event loop."""


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


@route(
    "/tracks",
    http_method=GET_METHODS,
    summary="List your tracks",
    security=BY_TOKEN,
    operation_class=operation(parameters=_FILTERS, headers=_NEXT, example=TRACKS),
    responses=error_responses(400, 401, 429, 503),
)
async def list_tracks(
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
    headers = {**NO_STORE, "Link": f'<{following}>; rel="next"'} if following else NO_STORE
    return Response(TrackPage(await _summaries(base, page.tracks), following), headers=headers)


@route(
    "/tracks/{track_uuid:str}",
    http_method=GET_METHODS,
    summary="Everything that is known of a track",
    security=BY_TOKEN,
    operation_class=operation(parameters=[TRACK_UUID], example=TRACK),
    responses=error_responses(400, 401, 404, 429, 503),
)
async def get_track(
    request: Request[Any, Any, Any],
    user: NamedDependency[User],
    find_track: NamedDependency[FindTrack],
    holders: NamedDependency[tuple[str, ...]],
    settings: NamedDependency[Settings],
) -> Response[TrackResource]:
    """The MP3, what the WAV was, what was mended, measured, and written about it by its recorder."""
    track, _ = await find_track(user, path_uuid(request, NoSuchTrack), *holders)
    return Response(track_resource(base_url(request, settings.serving.public_base_url), track), headers=NO_STORE)


async def _summaries(base: str, tracks: Sequence[Track]) -> list[TrackSummary]:
    found = []
    for track in tracks:
        found.append(track_summary(base, track))
        if len(found) % AT_ONCE == 0:
            await asyncio.sleep(0)
    return found

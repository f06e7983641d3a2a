"""`/tracks/{track_uuid}/links`: what the owner of a track does with its links."""

import hashlib
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import Request, Response, delete, post, route
from litestar.di import NamedDependency
from litestar.openapi.spec import OpenAPIFormat, OpenAPIType, Schema

from application.repeatable import Repeatable
from application.track_links import LinkWish, TrackLinks
from domain.errors import LinkNotFound, NoSuchTrack
from domain.links import MAX_DOWNLOADS, Link
from domain.repeats import Outcome
from domain.tracks import StoredMp3
from domain.users import User
from entrypoints.http.caching import NO_STORE
from entrypoints.http.examples import LINK, LINKS
from entrypoints.http.openapi import (
    BY_TOKEN,
    GET_METHODS,
    error_responses,
    header,
    object_body,
    operation,
    path_identifier,
)
from entrypoints.http.requests.body import BodyPace
from entrypoints.http.requests.json_body import json_body
from entrypoints.http.requests.links import base_url
from entrypoints.http.requests.repeat_key import REPEAT_KEY, repeat_of
from entrypoints.http.resources import LinkList, LinkResource, link_resource
from entrypoints.http.routes.tracks import TRACK_UUID
from entrypoints.http.server.audit import tell_audit
from entrypoints.http.server.path_names import path_uuid
from entrypoints.settings.settings import Settings

_EXAMPLE = '{"expires_at": "2027-01-31T12:00:00Z", "max_downloads": 5, "inline": false}'
_BODY = replace(
    object_body(
        "application/json",
        [],
        {
            "expires_at": Schema(
                type=[OpenAPIType.STRING, OpenAPIType.NULL],
                format=OpenAPIFormat.DATE_TIME,
                description="From now on, ten years ahead at most; with an offset",
            ),
            "max_downloads": Schema(type=[OpenAPIType.INTEGER, OpenAPIType.NULL], minimum=1, maximum=MAX_DOWNLOADS),
            "inline": Schema(type=OpenAPIType.BOOLEAN, description="A browser is to play the MP3 instead of saving it"),
        },
        closed=True,
    ),
    required=False,
)


class NewLink(msgspec.Struct, forbid_unknown_fields=True):
    """How long and how often a link is to open a track; without limits where nothing is said.

    So a limit whose name is misspelt is refused: the link would have none.
    """

    expires_at: Annotated[datetime, msgspec.Meta(tz=True)] | None = None
    max_downloads: Annotated[int, msgspec.Meta(ge=1, le=MAX_DOWNLOADS)] | None = None
    inline: bool = False


@post(
    "/tracks/{track_uuid:str}/links",
    summary="Make a link to a track that can be limited and revoked",
    operation_class=operation(
        _BODY,
        parameters=[TRACK_UUID, REPEAT_KEY],
        headers={"Location": header("The link that downloads the MP3")},
        example=LINK,
    ),
    responses=error_responses(400, 401, 404, 408, 409, 413, 415, 422, 429, 503, 507),
    security=BY_TOKEN,
)
async def create_link(
    request: Request[Any, Any, Any],
    user: NamedDependency[User],
    track_links: NamedDependency[TrackLinks],
    repeatable: NamedDependency[Repeatable],
    settings: NamedDependency[Settings],
    holders: NamedDependency[tuple[str, ...]],
) -> Response[LinkResource]:
    """Make a link, beside the permanent one, that ends at a time, or after so many downloads, or when it is revoked."""
    base = base_url(request, settings.serving.public_base_url)
    asked = NewLink()
    if _has_body(request):
        asked = await json_body(request, NewLink, _EXAMPLE, BodyPace.of(settings.requests))
    new = _NewLink(track_links, user, path_uuid(request, NoSuchTrack), asked, base, holders)
    key = repeat_of(request, user, "create_link")
    told = await repeatable.once(key, new.fingerprint, new.make, new.find, *holders)
    made = msgspec.convert(told, LinkResource)
    tell_audit(request, link_id=str(made.link_id))
    return Response(made, status_code=201, headers={"Location": made.url, **NO_STORE})


@dataclass(frozen=True, slots=True)
class _NewLink:
    """A link that is to be made once, however often it is asked for."""

    track_links: TrackLinks
    user: User
    track_uuid: UUID
    asked: NewLink
    base: str
    holders: tuple[str, ...]

    @property
    def fingerprint(self) -> bytes:
        """Of all that is asked for: for which track, and what."""
        return _fingerprint(self.track_uuid, self.asked)

    async def make(self, link_id: UUID) -> dict[str, Any]:
        """The resource of a new link with this identifier. Raises what `TrackLinks.create` does."""
        wish = LinkWish(self.asked.expires_at, self.asked.max_downloads, self.asked.inline)
        mp3, link = await self.track_links.create(self.user, self.track_uuid, wish, *self.holders, link_id=link_id)
        return self._told(mp3, link)

    async def find(self, link_id: UUID) -> Outcome | None:
        """What an earlier attempt has made, and not come to tell, also where it is revoked by now."""
        found = await self.track_links.made(self.user, link_id)
        if found is None:
            return None
        mp3, link = found
        wish = NewLink(link.expires_at, link.max_downloads, link.inline)
        is_same = (link.track_uuid, wish) == (self.track_uuid, self.asked)  # whatever offset a moment is told with
        return Outcome(self.fingerprint if is_same else _fingerprint(link.track_uuid, wish), self._told(mp3, link))

    def _told(self, mp3: StoredMp3, link: Link) -> dict[str, Any]:
        resource = link_resource(self.base, self.user.user_id, mp3.file_name, link)
        return dict(msgspec.to_builtins(resource))


def _fingerprint(track_uuid: UUID, asked: NewLink) -> bytes:
    return hashlib.sha256(track_uuid.bytes + msgspec.json.encode(asked)).digest()


@route(
    "/tracks/{track_uuid:str}/links",
    http_method=GET_METHODS,
    summary="List the links to a track",
    operation_class=operation(parameters=[TRACK_UUID], example=LINKS),
    responses=error_responses(400, 401, 404, 429, 503),
    security=BY_TOKEN,
)
async def list_links(
    request: Request[Any, Any, Any],
    user: NamedDependency[User],
    track_links: NamedDependency[TrackLinks],
    settings: NamedDependency[Settings],
    holders: NamedDependency[tuple[str, ...]],
) -> Response[LinkList]:
    """All links that are not revoked, with what was downloaded: the permanent one, then the newest first."""
    base = base_url(request, settings.serving.public_base_url)
    mp3, links = await track_links.all(user, path_uuid(request, NoSuchTrack), *holders)
    items = [link_resource(base, user.user_id, mp3.file_name, link) for link in links]
    return Response(LinkList(items, None), status_code=200, headers=NO_STORE)


@delete(
    "/tracks/{track_uuid:str}/links/{link_id:str}",
    summary="Revoke a link to a track",
    operation_class=operation(parameters=[TRACK_UUID, path_identifier("link_id")]),
    responses=error_responses(400, 401, 404, 429, 503, 507),
    security=BY_TOKEN,
)
async def revoke_link(
    request: Request[Any, Any, Any],
    user: NamedDependency[User],
    track_links: NamedDependency[TrackLinks],
    holders: NamedDependency[tuple[str, ...]],
) -> None:
    """From now on the link opens nothing. With the track's own identifier, that is the permanent one."""
    track_uuid, link_id = path_uuid(request, NoSuchTrack), path_uuid(request, LinkNotFound, 1)
    await track_links.revoke(user, track_uuid, link_id, *holders)


def _has_body(request: Request[Any, Any, Any]) -> bool:
    """Whether the head of the request tells of one (RFC 9112, 6.3)."""
    return "transfer-encoding" in request.headers or request.headers.get("content-length", "0").strip() != "0"

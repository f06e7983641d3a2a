"""The links that the service returns, and what they say when they come back."""

import re
from typing import Any, NamedTuple
from urllib.parse import quote, urlencode
from uuid import UUID

from litestar import Request

from domain.receipts import TrackReceipt
from domain.tracks import Track
from domain.uploads import Upload
from entrypoints.http.errors import RequestInvalid
from entrypoints.http.requests.query import query_fields

_HOST = re.compile(r"(?:[A-Za-z0-9](?:[A-Za-z0-9._-]{0,252})|\[[0-9A-Fa-f:.]{2,45}\])(?::[0-9]{1,5})?")
_UUID = re.compile(r"[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")


_INLINE: tuple[list[str], ...] = ([], ["0"], ["1"])
_INLINE_RIGHT = "inline must be 1, to have the record played instead of saved, or left out"


def is_inline(request: Request[Any, Any, Any]) -> bool:
    """Whether a browser is to play what it asks for instead of saving it. Raises `RequestInvalid`."""
    inline = query_fields(request).get("inline", [])
    if inline not in _INLINE:
        raise RequestInvalid(_INLINE_RIGHT)
    return inline == ["1"]


def base_url(request: Request[Any, Any, Any], public_base_url: str) -> str:
    """The address under which the client reaches the service, without a slash at its end.

    `public_base_url` if it is set, else the Host header under the request's scheme, which trusted proxies may name
    (`entrypoints/http/server/client.py`). Raises `RequestInvalid`.
    """
    if public_base_url:
        return public_base_url.rstrip("/")
    hosts = request.headers.getall("host", [])
    if len(hosts) != 1 or not _HOST.fullmatch(hosts[0]):
        raise RequestInvalid("the Host header must be one host name or address, with or without a port")
    return f"{request.scope['scheme']}://{hosts[0]}"


def record_link(base: str, track: Track | TrackReceipt | Upload) -> str:
    """The permanent link, which downloads a track's MP3, or that of the track which an upload becomes."""
    return permanent_link(base, track.track_uuid, track.user_id)


def permanent_link(base: str, track_uuid: UUID, user_id: int) -> str:
    """The same of the track of this identifier and owner."""
    return f"{base}/record?{urlencode({'id': str(track_uuid), 'user': user_id})}"


def limited_link(base: str, link_id: UUID, file_name: str) -> str:
    """The link that its owner can limit and revoke; the name at its end is for people and players."""
    return f"{base}/links/{link_id}/{quote(file_name, safe='')}"


class RecordLink(NamedTuple):
    """What the query of a link says."""

    track_uuid: UUID
    user_id: int
    inline: bool
    """Whether a browser is to play the MP3 instead of saving it."""

    @classmethod
    def of(cls, request: Request[Any, Any, Any]) -> "RecordLink":
        """That of a request. Raises `RequestInvalid`."""
        fields = query_fields(request)
        identifiers, users, inline = (fields.get(name, []) for name in ("id", "user", "inline"))
        problems = []
        if len(identifiers) != 1 or not _UUID.fullmatch(identifiers[0]):
            problems.append("id must be one UUID, as in the link")
        if len(users) != 1 or not re.fullmatch(r"[0-9]{1,19}", users[0]):
            problems.append("user must be one whole number, as in the link")
        if inline not in _INLINE:
            problems.append(_INLINE_RIGHT)
        if problems:
            raise RequestInvalid(*problems)
        return cls(UUID(identifiers[0]), int(users[0]), inline == ["1"])

"""The links that the service returns."""

import re
from typing import Any
from urllib.parse import urlencode

from litestar import Request

from domain.tracks import Track
from entrypoints.http.errors import RequestInvalid

_HOST = re.compile(r"(?:[A-Za-z0-9](?:[A-Za-z0-9._-]{0,252})|\[[0-9A-Fa-f:.]{2,45}\])(?::[0-9]{1,5})?")


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


def record_link(base: str, track: Track) -> str:
    """The link that downloads a track's MP3."""
    return f"{base}/record?{urlencode({'id': str(track.track_uuid), 'user': track.user_id})}"

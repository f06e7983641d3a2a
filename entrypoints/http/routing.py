"""Which routes there are."""

from collections.abc import Mapping, Sequence

from dependency_injector import containers
from litestar.handlers import HTTPRouteHandler

from entrypoints.http.routes.account import change_account, delete_account, get_account, replace_token
from entrypoints.http.routes.add_track import add_track
from entrypoints.http.routes.export import export_account
from entrypoints.http.routes.health import live, ready
from entrypoints.http.routes.links import linked_record
from entrypoints.http.routes.pages import asset, home
from entrypoints.http.routes.record import named_record, record
from entrypoints.http.routes.register import register
from entrypoints.http.routes.track_changes import change_track, delete_track
from entrypoints.http.routes.track_links import create_link, list_links, revoke_link
from entrypoints.http.routes.track_sound import get_audio, get_waveform
from entrypoints.http.routes.tracks import get_track, list_tracks
from entrypoints.http.routes.uploads import (
    append_to_upload,
    create_upload,
    terminate_upload,
    upload_offset,
)
from entrypoints.wiring.owed import provides

_ALWAYS: Sequence[HTTPRouteHandler] = (register, add_track, record, named_record, live, ready, home, asset)
_OF_PARTS: Mapping[str, Sequence[HTTPRouteHandler]] = {
    "library": [list_tracks, get_track, change_track, delete_track, get_waveform, get_audio],
    "links": (create_link, list_links, revoke_link, linked_record),
    "accounts": (get_account, change_account, replace_token, delete_account, export_account),
    "uploads": (create_upload, upload_offset, append_to_upload, terminate_upload),
}
"""By the provider that they stand on, which a wiring may leave out (`entrypoints.wiring.owed.OPTIONAL`)."""


def routes_over(adapters: containers.Container) -> list[HTTPRouteHandler]:
    """Those that these adapters can answer."""
    parts = [routes for name, routes in _OF_PARTS.items() if provides(adapters, name)]
    return [*_ALWAYS, *(route for routes in parts for route in routes)]

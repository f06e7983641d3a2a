"""The HTTP application over a container."""

from collections.abc import Callable, Mapping
from importlib.metadata import version

from litestar import Litestar
from litestar.di import Provide
from litestar.exceptions import HTTPException
from litestar.types import ASGIApp

from application.add_track_once import AddTrackOnce
from application.admission.fair_queue import FairQueue
from application.admission.places import Places
from application.admission.quotas import UserQuotas
from application.admission.rate_limit import RateLimit
from application.admission.waiting_room import SpoolShares
from application.authenticate import Authenticate
from application.change_track import ChangeTrack
from application.export_account import ExportAccount
from application.find_track import FindTrack
from application.list_tracks import ListTracks
from application.manage_account import ManageAccount
from application.open_link import OpenLink
from application.open_record import OpenRecord
from application.readiness import Readiness
from application.receive_recording import ReceiveRecording
from application.remove_track import RemoveTrack
from application.repeatable import Repeatable
from application.track_links import TrackLinks
from application.try_track import TryTrack
from application.uploading.resumable import ResumableUploads
from domain.errors import MusicAppError
from domain.register import Register
from domain.system import Clock, Spool
from entrypoints.http.description import make_descriptions, openapi_config
from entrypoints.http.error_handlers import answer_error, answer_http_error, answer_unexpected
from entrypoints.http.requests.credentials import bearer_user
from entrypoints.http.routes.pages import PAGE_HEADERS, make_assets, schema_page
from entrypoints.http.routing import routes_over
from entrypoints.http.server.audit import audit_requests
from entrypoints.http.server.client import believe_proxies, holders_behind
from entrypoints.http.server.cross_origin import admit_origins, answer_preflights
from entrypoints.http.server.held import release_held
from entrypoints.http.server.limit import begin_in_turns, limit_requests, space_requests
from entrypoints.http.server.options import allowed_methods, answer_options
from entrypoints.http.server.path_names import forget_path_names
from entrypoints.http.server.refusal import answer_refused
from entrypoints.http.server.request_log import log_requests
from entrypoints.http.server.shutdown import answer_cancelled
from entrypoints.http.server.slices import slice_bodies
from entrypoints.http.server.slow_readers import end_slow_responses
from entrypoints.http.server.tus import answer_tus_options, lock_refused_uploads, speak_tus
from entrypoints.http.server.unread_bodies import end_refused_uploads
from entrypoints.settings.settings import Settings
from entrypoints.wiring.container import Container
from entrypoints.wiring.owed import provides


def create_app(container: Container) -> Litestar:
    """The application; what it needs from the container is opened while it runs (`Container.running`)."""
    description = openapi_config(version("music-app"), schema_page(), PAGE_HEADERS)
    app = Litestar(
        route_handlers=routes_over(container.adapters),
        dependencies=_dependencies(container),
        lifespan=[lambda _: container.running()],
        exception_handlers={
            MusicAppError: answer_error,
            HTTPException: answer_http_error,
            Exception: answer_unexpected,
        },
        openapi_config=description,
        request_max_body_size=None,  # each handler bounds its own body
        logging_config=None,
    )
    app.asgi_handler = _wrapped(app.asgi_handler, container, allowed_methods(app.routes))
    make_assets()
    make_descriptions(description)
    return app


def _wrapped(handler: ASGIApp, container: Container, allowed: Mapping[str, str]) -> ASGIApp:
    """The handlers, and what is around every request. The outermost is called first. `allowed` is that of OPTIONS.

    Who the client is has to be known before anything looks. Every answer is logged, that to a cancelled request too,
    with the time until its turn.
    A request counts, and holds what it holds, until its answer has ended, however it did. What reads on where a body
    was not read to its end is around refusals, too. Near to the handlers is what cuts their bodies into slices, and
    nearest what spares the framework the names that strangers choose; the log, further out, has them. Who takes an
    answer too slowly is told by the server's own `send`, and the log by what was sent before the cut. What every answer
    of some routes says, or every answer to some sites, is said around refusals, too.
    """
    application, settings = container.application, container.settings
    trusted = settings.serving.trusted_networks
    requests = Places(settings.admission.max_requests, "requests")
    origins = settings.serving.allowed_origins
    handler = answer_options(handler, allowed)
    if provides(container.adapters, "uploads"):
        handler = answer_tus_options(handler, settings.recordings.max_upload_bytes)
    handler = answer_preflights(handler, origins)
    handler = slice_bodies(forget_path_names(handler))
    handler = end_refused_uploads(lock_refused_uploads(answer_refused(handler)))
    handler = limit_requests(release_held(handler), requests, application.download_places(), trusted)
    handler = begin_in_turns(handler, application.beginnings(), trusted)
    handler = space_requests(handler, application.spacing(), trusted)
    handler = audit_requests(handler, container.audit_log, container.adapters.clock(), trusted)
    handler = admit_origins(speak_tus(answer_cancelled(handler)), origins)
    handler = log_requests(end_slow_responses(handler, settings.requests))
    return believe_proxies(handler, trusted)


def _dependencies(container: Container) -> dict[str, Provide]:
    """What the handlers ask for by name, with the type that Litestar wants to read."""
    application = container.application
    return {
        "settings": _provide(Settings, lambda: container.settings),
        "user_quotas": _provide(UserQuotas, application.user_quotas),
        "queries": _provide(FairQueue, application.queries),
        "register_user": _provide(Register, application.register),
        "authenticate": _provide(Authenticate, application.authenticate),
        "user": Provide(bearer_user),
        "holders": Provide(holders_behind(container.settings.serving.trusted_networks), sync_to_thread=False),
        "repeatable": _provide(Repeatable, application.repeatable),
        "add_track_once": _provide(AddTrackOnce, application.add_track_once),
        "try_track": _provide(TryTrack, application.try_track),
        "receive": _provide(ReceiveRecording, application.receive_recording),
        "open_record": _provide(OpenRecord, application.open_record),
        "list_tracks": _provide(ListTracks, application.list_tracks),
        "find_track": _provide(FindTrack, application.find_track),
        "change_track": _provide(ChangeTrack, application.change_track),
        "remove_track": _provide(RemoveTrack, application.remove_track),
        "open_link": _provide(OpenLink, application.open_link),
        "track_links": _provide(TrackLinks, application.track_links),
        "manage_account": _provide(ManageAccount, application.manage_account),
        "export_account": _provide(ExportAccount, application.export_account),
        "spool": _provide(Spool, container.adapters.spool),
        "spool_shares": _provide(SpoolShares, application.spool_shares),
        "clock": _provide(Clock, container.adapters.clock),
        "token_rate": _provide(RateLimit, application.token_rate),
        "readiness": _provide(Readiness, lambda: container.readiness),
        "downloads": _provide(Places, application.download_places),
        "register_rate": _provide(RateLimit, application.register_rate),
        "resumable_uploads": _provide(ResumableUploads, application.resumable_uploads),
    }


def _provide(kind: type[object], provider: Callable[[], object]) -> Provide:
    """A provider of the container has no signature, which Litestar needs: give it one."""

    def provided() -> object:
        return provider()

    provided.__annotations__["return"] = kind
    return Provide(provided, sync_to_thread=False)

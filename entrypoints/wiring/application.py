"""The services over whichever adapters there are."""

from collections.abc import Awaitable, Callable

from dependency_injector import containers, providers

from application.add_track import AddTrack
from application.add_track_once import AddTrackOnce
from application.admission.fair_queue import FairQueue
from application.admission.pace import Pace
from application.admission.places import Places
from application.admission.quotas import UserQuotas
from application.admission.rate_limit import RateLimit
from application.admission.spacing import Spacing
from application.admission.waiting_room import SpoolShares, WaitingRoom
from application.audit_log import AuditLog
from application.authenticate import Authenticate
from application.change_track import ChangeTrack
from application.check_tracks import CheckTracks
from application.export_account import ExportAccount
from application.find_track import FindTrack
from application.list_tracks import ListTracks
from application.manage_account import ManageAccount
from application.manage_users import ManageUsers
from application.open_link import OpenLink
from application.open_record import OpenRecord
from application.read_audit import ReadAudit
from application.receive_recording import ReceiveRecording
from application.remove_deleted import RemoveDeleted
from application.remove_track import RemoveTrack
from application.repeatable import Repeatable
from application.retention import RemoveOutlived
from application.track_links import TrackLinks
from application.try_track import TryTrack
from application.uploading.bounds import UploadBounds
from application.uploading.resumable import ResumableUploads
from application.uploading.runs import UploadRuns
from application.uploading.sweep import SweepUploads
from application.uploading.turns import WriteTurns
from domain.audit import AuditTrail
from domain.convert import Convert
from domain.register import Register
from domain.uploads import UploadStore
from entrypoints.settings.settings import Settings

_PER_SECOND, _AT_ONCE = 100, 50
"""Requests of one client while others are served: a third of what a core answers, and a page with all that it loads."""
_BEGUN_AT_ONCE = 3
"""Requests in a round of the event loop, each of another client: many clients wait less for their turn."""
_ROUNDS_OF_READING = 8
"""One step of reading takes as long as several answers do."""


def _if_kept(trail: AuditTrail | None, days: int) -> AuditTrail | None:
    return trail if days else None


def _removing(
    uploads: UploadStore | None, sweep: Callable[[], SweepUploads]
) -> Callable[[int], Awaitable[object]] | None:
    """What removes the uploads of one user, where there are any."""
    return None if uploads is None else sweep().of_user


class Application(containers.DeclarativeContainer):
    """Made anew for each caller, but for what they share."""

    settings = providers.Dependency(instance_of=Settings)
    adapters = providers.DependenciesContainer()

    register = providers.Factory(Register, adapters.users, adapters.identifiers, adapters.clock)
    spacing = providers.Singleton(Spacing, per_second=_PER_SECOND, at_once=_AT_ONCE)
    beginnings = providers.Singleton(Pace, at_once=_BEGUN_AT_ONCE)
    reading = providers.Singleton(Pace, rounds=_ROUNDS_OF_READING)
    convert = providers.Factory(
        Convert,
        adapters.converter,
        settings.provided.recordings.limits,
        settings.provided.converting.quality,
        adapters.meter,
        adapters.decoder,
        settings.provided.converting.code_page,
        settings.provided.converting.mp3_min_sample_rate,
        reading.provided.rest,
    )
    queries = providers.Singleton(FairQueue, settings.provided.storage.at_once)
    reads = providers.Singleton(FairQueue, settings.provided.storage.at_once)
    authenticate = providers.Factory(Authenticate, adapters.users, queries)
    add_track = providers.Factory(AddTrack, convert, adapters.keeper, adapters.identifiers, adapters.clock)
    repeatable = providers.Factory(Repeatable, adapters.repeats, adapters.identifiers, adapters.clock, queries)
    add_track_once = providers.Factory(AddTrackOnce, add_track, repeatable, adapters.receipts)
    try_track = providers.Factory(TryTrack, convert, adapters.identifiers, adapters.clock)
    open_record = providers.Factory(OpenRecord, adapters.tracks, adapters.keeper, queries, reads)
    list_tracks = providers.Factory(ListTracks, adapters.library, queries)
    find_track = providers.Factory(FindTrack, adapters.library, queries)
    change_track = providers.Factory(
        ChangeTrack,
        adapters.library,
        adapters.keeper,
        find_track,
        queries,
        reads,
        settings.provided.recordings.max_mp3_bytes,
    )
    remove_track = providers.Factory(RemoveTrack, adapters.library, adapters.audio, queries)
    open_link = providers.Factory(
        OpenLink, adapters.links, adapters.tracks, adapters.keeper, adapters.clock, queries, reads
    )
    track_links = providers.Factory(
        TrackLinks, adapters.links, adapters.tracks, adapters.identifiers, adapters.clock, queries
    )
    export_account = providers.Factory(
        ExportAccount, adapters.accounts, adapters.keeper, adapters.clock, queries, reads
    )
    check_tracks = providers.Factory(CheckTracks, adapters.tracks, adapters.keeper)

    user_quotas = providers.Singleton(UserQuotas, adapters.accounts, settings.provided.quotas.general, queries)
    remove_outlived = providers.Factory(
        RemoveOutlived, adapters.quotas, adapters.audio, settings.provided.quotas.general, adapters.clock
    )
    audit_trail = providers.Callable(_if_kept, adapters.audit_trail, settings.provided.logs.audit_days)
    manage_users = providers.Factory(
        ManageUsers,
        adapters.directory,
        adapters.accounts,
        adapters.quotas,
        audit_trail,
        adapters.identifiers,
        adapters.clock,
    )
    read_audit = providers.Factory(ReadAudit, adapters.audit_trail)
    audit_log = providers.Singleton(AuditLog, adapters.audit_trail, adapters.clock, settings.provided.logs.audit_days)

    upload_places = providers.Singleton(
        Places, settings.provided.admission.upload_places.call(adapters.cores), "uploads (MAX_UPLOADS)"
    )
    waiting_upload_places = providers.Singleton(
        Places,
        settings.provided.admission.waiting_upload_places.call(adapters.cores),
        "uploads that wait (MAX_WAITING_UPLOADS)",
    )
    spool_shares = providers.Singleton(SpoolShares, settings.provided.spooling.spool_max_bytes)
    waiting_room = providers.Factory(WaitingRoom, adapters.spool, waiting_upload_places, spool_shares)
    receive_recording = providers.Factory(
        ReceiveRecording, authenticate, add_track, adapters.spool, upload_places, waiting_room, user_quotas
    )
    download_places = providers.Singleton(
        Places, settings.provided.admission.max_downloads, "downloads (MAX_DOWNLOADS)"
    )
    register_rate = providers.Singleton(RateLimit, settings.provided.admission.register_rate, adapters.clock)
    token_rate = providers.Singleton(RateLimit, settings.provided.admission.register_rate, adapters.clock)

    upload_bounds = providers.Singleton(
        UploadBounds,
        max_size=settings.provided.recordings.max_upload_bytes,
        user_count=settings.provided.uploads.user_unfinished_uploads,
        user_size=settings.provided.uploads.user_unfinished_bytes,
        count=settings.provided.uploads.max_unfinished_uploads,
        size=settings.provided.uploads.max_unfinished_bytes,
        expiry=settings.provided.uploads.expiry,
    )
    write_turns = providers.Singleton(WriteTurns)
    upload_runs = providers.Singleton(
        UploadRuns,
        receive_recording,
        adapters.uploads,
        adapters.tracks,
        queries,
        write_turns,
        adapters.clock,
        upload_bounds,
    )
    resumable_uploads = providers.Singleton(
        ResumableUploads,
        adapters.uploads,
        upload_runs,
        write_turns,
        adapters.identifiers,
        adapters.clock,
        upload_bounds,
    )
    sweep_uploads = providers.Singleton(
        SweepUploads, adapters.uploads, resumable_uploads, adapters.users, adapters.clock
    )
    remove_deleted = providers.Singleton(
        RemoveDeleted,
        adapters.deleted_users,
        adapters.audio,
        providers.Callable(_removing, adapters.uploads, sweep_uploads.provider),
    )
    manage_account = providers.Factory(
        ManageAccount, adapters.accounts, adapters.identifiers, adapters.clock, queries, remove_deleted.provided.wake
    )

"""The wiring that is used unless `WIRING` names another: everything in PostgreSQL."""

from pathlib import Path

from dependency_injector import providers

from adapters.disk.uploads import DiskUploads
from adapters.embedded_postgres.embedded import EmbeddedPostgres
from adapters.postgres.accounts import PsycopgAccountRepository
from adapters.postgres.address import PostgresAddress
from adapters.postgres.audit import PsycopgAuditTrail
from adapters.postgres.database import Database
from adapters.postgres.deleted_users import PsycopgDeletedUsers
from adapters.postgres.directory import PsycopgUserDirectory
from adapters.postgres.library import PsycopgTrackLibrary
from adapters.postgres.links import PsycopgLinkRepository
from adapters.postgres.quotas import PsycopgQuotaRepository, settings_of
from adapters.postgres.receipts import PsycopgTrackReceipts
from adapters.postgres.repeats import PsycopgRepeatableRequests
from adapters.postgres.store import PostgresStore
from adapters.postgres.track_keeper import PsycopgTrackKeeper
from adapters.postgres.tracks import PsycopgTrackRepository
from adapters.postgres.uploads import PsycopgUploads
from adapters.postgres.users import PsycopgUserRepository
from domain.accounts import AccountRepository, DeletedUsers
from domain.audit import AuditTrail
from domain.directory import UserDirectory
from domain.library import TrackLibrary
from domain.quotas import QuotaRepository
from domain.receipts import TrackReceipts
from domain.repeats import RepeatableRequests
from domain.store import Store
from domain.tracks import TrackKeeper, TrackRepository
from domain.uploads import UploadStore
from domain.users import UserRepository
from entrypoints.wiring.common import CommonAdapters


class PostgresAdapters(CommonAdapters):
    """The PostgreSQL of DATABASE_URL, else one of our own below DATA_DIR."""

    own_server = providers.Singleton(
        EmbeddedPostgres, providers.Factory(Path, CommonAdapters.settings.provided.storage.data_dir)
    )
    address = providers.Singleton(PostgresAddress, CommonAdapters.settings.provided.storage.database_url, own_server)
    database = providers.Singleton(
        Database,
        address.provided.conninfo,
        CommonAdapters.settings.provided.storage.database_pool_size,
        providers.Factory(settings_of, CommonAdapters.settings.provided.quotas.general),
    )
    store: providers.Provider[Store] = providers.Singleton(PostgresStore, address, database.provider)
    users: providers.Provider[UserRepository] = providers.Singleton(PsycopgUserRepository, database)
    tracks: providers.Provider[TrackRepository] = providers.Singleton(PsycopgTrackRepository, database)
    repeats: providers.Provider[RepeatableRequests | None] = providers.Singleton(PsycopgRepeatableRequests, database)
    receipts: providers.Provider[TrackReceipts | None] = providers.Singleton(PsycopgTrackReceipts, database)
    keeper: providers.Provider[TrackKeeper] = providers.Singleton(PsycopgTrackKeeper, database)
    library: providers.Provider[TrackLibrary | None] = providers.Singleton(PsycopgTrackLibrary, database)
    links = providers.Singleton(PsycopgLinkRepository, database)
    accounts: providers.Provider[AccountRepository | None] = providers.Singleton(PsycopgAccountRepository, database)
    deleted_users: providers.Provider[DeletedUsers | None] = providers.Singleton(PsycopgDeletedUsers, database)
    quotas: providers.Provider[QuotaRepository | None] = providers.Singleton(PsycopgQuotaRepository, database)
    audit_trail: providers.Provider[AuditTrail | None] = providers.Singleton(PsycopgAuditTrail, database)
    directory: providers.Provider[UserDirectory | None] = providers.Singleton(PsycopgUserDirectory, database)
    uploads: providers.Provider[UploadStore | None] = providers.Selector(
        CommonAdapters.settings.provided.uploads.uploads_in,
        disk=providers.Singleton(
            DiskUploads,
            CommonAdapters.settings.provided.storage.upload_folder,
            CommonAdapters.settings.provided.spooling.spool_min_free_bytes,
        ),
        database=providers.Singleton(PsycopgUploads, database),
    )

"""The wiring that is used unless `WIRING` names another: everything in PostgreSQL."""

from pathlib import Path

from dependency_injector import providers

from adapters.disk.uploads import DiskUploads
from adapters.embedded_postgres.embedded import EmbeddedPostgres
from adapters.postgres.address import PostgresAddress
from adapters.postgres.database import Database
from adapters.postgres.store import PostgresStore
from adapters.postgres.track_keeper import PsycopgTrackKeeper
from adapters.postgres.tracks import PsycopgTrackRepository
from adapters.postgres.uploads import PsycopgUploads
from adapters.postgres.users import PsycopgUserRepository
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
        Database, address.provided.conninfo, CommonAdapters.settings.provided.storage.database_pool_size
    )
    store: providers.Provider[Store] = providers.Singleton(PostgresStore, address, database.provider)
    users: providers.Provider[UserRepository] = providers.Singleton(PsycopgUserRepository, database)
    tracks: providers.Provider[TrackRepository] = providers.Singleton(PsycopgTrackRepository, database)
    keeper: providers.Provider[TrackKeeper] = providers.Singleton(PsycopgTrackKeeper, database)
    uploads: providers.Provider[UploadStore | None] = providers.Selector(
        CommonAdapters.settings.provided.uploads.uploads_in,
        disk=providers.Singleton(
            DiskUploads,
            CommonAdapters.settings.provided.storage.upload_folder,
            CommonAdapters.settings.provided.spooling.spool_min_free_bytes,
        ),
        database=providers.Singleton(PsycopgUploads, database),
    )

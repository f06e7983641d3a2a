"""The wiring that `WIRING=tests.sqlite.wiring:SqliteAdapters` chooses."""

from pathlib import Path

from dependency_injector import providers

from entrypoints.wiring.common import CommonAdapters
from tests.sqlite.store import SqliteStore
from tests.sqlite.track_keeper import SqliteTrackKeeper
from tests.sqlite.tracks import SqliteTrackRepository
from tests.sqlite.users import SqliteUserRepository


class SqliteAdapters(CommonAdapters):
    """One file below DATA_DIR."""

    path = providers.Factory(Path, CommonAdapters.settings.provided.storage.data_dir, "music-app.sqlite")
    store = providers.Singleton(SqliteStore, path)
    users = providers.Singleton(SqliteUserRepository, store)
    tracks = providers.Singleton(SqliteTrackRepository, store)
    keeper = providers.Singleton(SqliteTrackKeeper, store)

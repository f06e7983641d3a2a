"""The SQLite adapters against the contracts."""

from tests.contract.keepers import TrackKeeperContract
from tests.contract.stores import StoreBackupContract, StoreContract
from tests.contract.tracks import TrackCatalogueContract, TrackRepositoryContract
from tests.contract.users import UserRepositoryContract
from tests.sqlite.parts import SqliteParts


class TestSqliteUserRepository(SqliteParts, UserRepositoryContract):
    pass


class TestSqliteTrackRepository(SqliteParts, TrackRepositoryContract, TrackCatalogueContract):
    pass


class TestSqliteTrackKeeper(SqliteParts, TrackKeeperContract):
    pass


class TestSqliteStore(SqliteParts, StoreContract, StoreBackupContract):
    pass

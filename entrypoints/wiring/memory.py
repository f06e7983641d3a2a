"""The twin of every adapter, for tests: nothing outlives the process, and the MP3s are silent."""

from dependency_injector import providers

from adapters.memory.accounts import InMemoryAccountRepository, InMemoryDeletedUsers
from adapters.memory.audit import InMemoryAuditTrail
from adapters.memory.clock import FixedClock
from adapters.memory.converter import InMemoryAudioConverter
from adapters.memory.decoder import InMemoryAudioDecoder
from adapters.memory.directory import InMemoryUserDirectory
from adapters.memory.identifiers import SeededIdentifiers
from adapters.memory.library import InMemoryTrackLibrary
from adapters.memory.links import InMemoryLinkRepository
from adapters.memory.quotas import InMemoryQuotaRepository
from adapters.memory.receipts import InMemoryTrackReceipts
from adapters.memory.repeats import InMemoryRepeatableRequests
from adapters.memory.spool import InMemorySpool
from adapters.memory.store import InMemoryStore
from adapters.memory.tracks import InMemoryTrackKeeper, InMemoryTrackRepository
from adapters.memory.uploads import InMemoryUploads
from adapters.memory.users import InMemoryUserRepository
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


class InMemoryAdapters(CommonAdapters):
    """Dictionaries, a clock that is set by hand, identifiers that repeat."""

    clock = providers.Singleton(FixedClock)
    identifiers = providers.Singleton(SeededIdentifiers)
    spool = providers.Singleton(InMemorySpool)
    decoder = providers.Singleton(InMemoryAudioDecoder)
    converter = providers.Singleton(InMemoryAudioConverter)
    store: providers.Provider[Store] = providers.Singleton(InMemoryStore)
    users: providers.Provider[UserRepository] = providers.Singleton(InMemoryUserRepository)
    tracks: providers.Provider[TrackRepository] = providers.Singleton(
        InMemoryTrackRepository, users, CommonAdapters.settings.provided.quotas.general
    )
    keeper: providers.Provider[TrackKeeper] = providers.Singleton(InMemoryTrackKeeper, tracks)
    repeats: providers.Provider[RepeatableRequests | None] = providers.Singleton(InMemoryRepeatableRequests, users)
    receipts: providers.Provider[TrackReceipts | None] = providers.Singleton(InMemoryTrackReceipts, tracks)
    library: providers.Provider[TrackLibrary | None] = providers.Singleton(InMemoryTrackLibrary, tracks)
    links = providers.Singleton(InMemoryLinkRepository, tracks)
    accounts: providers.Provider[AccountRepository | None] = providers.Singleton(
        InMemoryAccountRepository, users, tracks
    )
    deleted_users: providers.Provider[DeletedUsers | None] = providers.Singleton(
        InMemoryDeletedUsers, users, tracks, keeper
    )
    quotas: providers.Provider[QuotaRepository | None] = providers.Singleton(
        InMemoryQuotaRepository, users, tracks, keeper
    )
    audit_trail: providers.Provider[AuditTrail | None] = providers.Singleton(InMemoryAuditTrail)
    directory: providers.Provider[UserDirectory | None] = providers.Singleton(InMemoryUserDirectory, users, accounts)
    uploads: providers.Provider[UploadStore | None] = providers.Singleton(InMemoryUploads)

"""The twin of every adapter, for tests: nothing outlives the process, and the MP3s are silent."""

from dependency_injector import providers

from adapters.memory.clock import FixedClock
from adapters.memory.converter import InMemoryAudioConverter
from adapters.memory.decoder import InMemoryAudioDecoder
from adapters.memory.identifiers import SeededIdentifiers
from adapters.memory.spool import InMemorySpool
from adapters.memory.store import InMemoryStore
from adapters.memory.tracks import InMemoryTrackKeeper, InMemoryTrackRepository
from adapters.memory.uploads import InMemoryUploads
from adapters.memory.users import InMemoryUserRepository
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
    tracks: providers.Provider[TrackRepository] = providers.Singleton(InMemoryTrackRepository, users)
    keeper: providers.Provider[TrackKeeper] = providers.Singleton(InMemoryTrackKeeper, tracks)
    uploads: providers.Provider[UploadStore | None] = providers.Singleton(InMemoryUploads)

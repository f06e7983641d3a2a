"""The whole service over its in-memory adapters, and what these hold."""

from adapters.memory.audit import InMemoryAuditTrail
from adapters.memory.clock import FixedClock
from adapters.memory.converter import InMemoryAudioConverter
from adapters.memory.links import InMemoryLinkRepository
from adapters.memory.quotas import InMemoryQuotaRepository
from adapters.memory.repeats import InMemoryRepeatableRequests
from adapters.memory.spool import InMemorySpool
from adapters.memory.tracks import InMemoryTrackKeeper, InMemoryTrackRepository
from adapters.memory.users import InMemoryUserRepository
from entrypoints.settings.settings import Settings
from entrypoints.wiring.container import Container
from entrypoints.wiring.memory import InMemoryAdapters


def in_memory_container(settings: Settings = Settings()) -> Container:  # noqa: B008 - frozen
    """The service; that it touches nothing outside the process takes this one argument."""
    return Container(settings, InMemoryAdapters)


def users(container: Container) -> InMemoryUserRepository:
    found = container.adapters.users()
    assert isinstance(found, InMemoryUserRepository)
    return found


def tracks(container: Container) -> InMemoryTrackRepository:
    found = container.adapters.tracks()
    assert isinstance(found, InMemoryTrackRepository)
    return found


def keeper(container: Container) -> InMemoryTrackKeeper:
    found = container.adapters.keeper()
    assert isinstance(found, InMemoryTrackKeeper)
    return found


def links(container: Container) -> InMemoryLinkRepository:
    found = container.adapters.links()
    assert isinstance(found, InMemoryLinkRepository)
    return found


def converter(container: Container) -> InMemoryAudioConverter:
    found = container.adapters.converter()
    assert isinstance(found, InMemoryAudioConverter)
    return found


def repeats(container: Container) -> InMemoryRepeatableRequests:
    found = container.adapters.repeats()
    assert isinstance(found, InMemoryRepeatableRequests)
    return found


def spool(container: Container) -> InMemorySpool:
    found = container.adapters.spool()
    assert isinstance(found, InMemorySpool)
    return found


def clock(container: Container) -> FixedClock:
    found = container.adapters.clock()
    assert isinstance(found, FixedClock)
    return found


def quotas(container: Container) -> InMemoryQuotaRepository:
    found = container.adapters.quotas()
    assert isinstance(found, InMemoryQuotaRepository)
    return found


def audit_trail(container: Container) -> InMemoryAuditTrail:
    found = container.adapters.audit_trail()
    assert isinstance(found, InMemoryAuditTrail)
    return found

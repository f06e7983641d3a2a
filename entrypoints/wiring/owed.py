"""Finding the set of adapters that `WIRING` names, and checking that it has all that it owes."""

import importlib
from collections.abc import Mapping

import msgspec
from dependency_injector import containers, providers

from domain.accounts import AccountRepository, DeletedUsers
from domain.audio_store import AudioStore
from domain.audit import AuditTrail
from domain.decoding import AudioDecoder
from domain.directory import UserDirectory
from domain.errors import ConverterUnavailable, WrongSetting
from domain.library import TrackLibrary
from domain.links import LinkRepository
from domain.measuring import SoundMeter
from domain.output.converter import AudioConverter
from domain.quotas import QuotaRepository
from domain.receipts import TrackReceipts
from domain.repeats import RepeatableRequests
from domain.store import Store
from domain.system import Clock, IdentifierSource, Spool
from domain.tracks import TrackKeeper, TrackRepository
from domain.uploads import UploadStore
from domain.users import UserRepository
from entrypoints.settings.settings import Settings
from entrypoints.wiring.common import CommonAdapters

OWED: Mapping[str, type[object]] = {
    "clock": Clock,
    "identifiers": IdentifierSource,
    "cores": int,
    "spool": Spool,
    "decoder": AudioDecoder,
    "converter": AudioConverter,
    "store": Store,
    "users": UserRepository,
    "tracks": TrackRepository,
    "keeper": TrackKeeper,
}
"""The providers of a wiring, and what each gives: a port, but for `cores`."""
OPTIONAL: Mapping[str, type[object]] = {
    "meter": SoundMeter,
    "audio": AudioStore,
    "library": TrackLibrary,
    "links": LinkRepository,
    "accounts": AccountRepository,
    "deleted_users": DeletedUsers,
    "repeats": RepeatableRequests,
    "receipts": TrackReceipts,
    "quotas": QuotaRepository,
    "directory": UserDirectory,
    "audit_trail": AuditTrail,
    "uploads": UploadStore,
}
"""Those that may give None: where there is none of a port, what stands on it is not there either."""


def provides(adapters: containers.Container, name: str) -> bool:
    """Whether a wiring has one of these, without making it."""
    provider = adapters.providers[name]
    return not (isinstance(provider, providers.Object) and provider() is None)


def named_wiring(name: str) -> type[CommonAdapters]:
    """The class that `package.module:Class` names. Raises `WrongSetting`."""
    module, _, attribute = name.partition(":")
    try:
        found = getattr(importlib.import_module(module), attribute, None)
    except Exception as error:
        raise _wrong(name, f"the module cannot be imported ({_shown(error)})") from error
    if found is None:
        raise _wrong(name, f"there is no {attribute} in {module}")
    if not (isinstance(found, type) and issubclass(found, CommonAdapters)):
        raise _wrong(name, f"must be a class that inherits {CommonAdapters.__qualname__}")
    if missing := [provider for provider in OWED if provider not in found.providers]:
        raise _wrong(name, f"it has no {', '.join(missing)}")
    return found


def owed_store(adapters: containers.Container, settings: Settings) -> Store:
    """The store, which is made before all that works with it. Raises `WrongSetting`."""
    store = _given(adapters, "store", Store, settings)
    assert isinstance(store, Store)  # noqa: S101 - tells the type checker what _given() has seen to
    return store


def check_wiring(adapters: containers.Container, settings: Settings) -> None:
    """Raise `WrongSetting` unless everything that is provided is what it has to be, and can keep what may come.

    The store runs already: some adapters cannot be made before.
    """
    for name, kind in {**OWED, **OPTIONAL}.items():
        _given(adapters, name, kind, settings)
    _refuse_unbounded(adapters, settings)
    keeper: TrackKeeper = adapters.keeper()
    if keeper.audio_store is not adapters.audio():
        problem = "its keeper does not put MP3s into its audio; give both the same audio store, or neither one"
        raise _wrong(settings.storage.wiring, problem)
    if (adapters.accounts() is None) != (adapters.deleted_users() is None):
        raise _wrong(settings.storage.wiring, "accounts and deleted_users go together; provide both, or neither one")
    wanted, largest = settings.recordings.max_mp3_bytes, keeper.max_mp3_bytes
    if largest is not None and wanted > largest:
        problem = f"must be at most {largest}, where {type(keeper).__name__} ends; it is {wanted}"
        raise WrongSetting("MAX_MP3_BYTES", problem)


def _refuse_unbounded(adapters: containers.Container, settings: Settings) -> None:
    """A quota that is set and that nothing keeps would let in what it is to keep out."""
    if not provides(adapters, "quotas"):
        for name, value in msgspec.structs.asdict(settings.quotas).items():
            if value and name != "max_user_uploads":  # those are counted by the service itself
                problem = f"must be 0 with WIRING={settings.storage.wiring}, which keeps no quotas; it is {value}"
                raise WrongSetting(name.upper(), problem)


def _given(adapters: containers.Container, name: str, kind: type[object], settings: Settings) -> object:
    """What the provider gives, of that kind. Raises `WrongSetting`."""
    wiring = settings.storage.wiring
    try:
        given = adapters.providers[name]()
    except WrongSetting:
        raise
    except ConverterUnavailable as error:
        raise WrongSetting(error.setting, error.problem) from error
    except Exception as error:
        raise _wrong(wiring, f"its {name} cannot be made ({_shown(error)})") from error
    if not isinstance(given, kind) and not (name in OPTIONAL and given is None):
        raise _wrong(wiring, f"its {name} is a {type(given).__name__}, which is no {kind.__name__}")
    return given


def _wrong(name: str, problem: str) -> WrongSetting:
    return WrongSetting("WIRING", f"{name}: {problem}")


def _shown(error: BaseException) -> str:
    return " ".join(f"{type(error).__name__}: {error}".split())

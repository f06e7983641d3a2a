"""Finding the set of adapters that `WIRING` names, and checking that it has all that it owes."""

import importlib
from collections.abc import Mapping

from dependency_injector import containers

from domain.audio_store import AudioStore
from domain.errors import ConverterUnavailable, WrongSetting
from domain.measuring import SoundMeter
from domain.output.converter import AudioConverter
from domain.store import Store
from domain.system import Clock, IdentifierSource, Spool
from domain.tracks import TrackKeeper, TrackRepository
from domain.users import UserRepository
from entrypoints.settings.settings import Settings
from entrypoints.wiring.common import CommonAdapters

OWED: Mapping[str, type[object]] = {
    "clock": Clock,
    "identifiers": IdentifierSource,
    "spool": Spool,
    "converter": AudioConverter,
    "store": Store,
    "users": UserRepository,
    "tracks": TrackRepository,
    "keeper": TrackKeeper,
}
"""The providers of a wiring, and the port that each gives."""
OPTIONAL: Mapping[str, type[object]] = {"meter": SoundMeter, "audio": AudioStore}
"""Those that may give None."""


def named_wiring(name: str) -> type[CommonAdapters]:
    """The class that `package.module:Class` names. Raises `WrongSetting`."""
    module, _, attribute = name.partition(":")
    try:
        found = getattr(importlib.import_module(module), attribute)
    except ImportError as error:
        raise WrongSetting("WIRING", f"{name}: {error}") from error
    except AttributeError as error:
        raise WrongSetting("WIRING", f"{name}: there is no {attribute} in {module}") from error
    if not (isinstance(found, type) and issubclass(found, CommonAdapters)):
        raise WrongSetting("WIRING", f"{name} must be a class that inherits {CommonAdapters.__qualname__}")
    missing = [provider for provider in OWED if provider not in found.providers]
    if missing:
        raise WrongSetting("WIRING", f"{name} has no {', '.join(missing)}")
    return found


def check_wiring(adapters: containers.Container, settings: Settings) -> None:
    """Raise `WrongSetting` unless everything that is provided is what it has to be, and can keep what may come.

    The store runs already: some adapters cannot be made before.
    """
    for name, port in {**OWED, **OPTIONAL}.items():
        given = _given(adapters, name)
        if not isinstance(given, port) and not (name in OPTIONAL and given is None):
            problem = f"{settings.storage.wiring}: {name} is a {type(given).__name__}, which is no {port.__name__}"
            raise WrongSetting("WIRING", problem)
    keeper: TrackKeeper = adapters.keeper()
    wanted, largest = settings.recordings.max_mp3_bytes, keeper.max_mp3_bytes
    if largest is not None and wanted > largest:
        problem = f"must be at most {largest}, where {type(keeper).__name__} ends; it is {wanted}"
        raise WrongSetting("MAX_MP3_BYTES", problem)


def _given(adapters: containers.Container, name: str) -> object:
    try:
        return adapters.providers[name]()
    except ConverterUnavailable as error:
        raise WrongSetting(error.setting, error.problem) from error

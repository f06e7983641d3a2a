"""The table of faulty adapters, and the test classes that it makes."""

import functools
import inspect
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Any, TypeVar

import pytest

from adapters.memory.accounts import InMemoryAccountRepository, InMemoryDeletedUsers
from adapters.memory.audio_store import InMemoryAudioStore
from adapters.memory.audit import InMemoryAuditTrail
from adapters.memory.directory import InMemoryUserDirectory
from adapters.memory.quotas import InMemoryQuotaRepository
from adapters.memory.tracks import InMemoryTrackRepository
from adapters.postgres.store import PostgresStore
from adapters.postgres.track_keeper import PsycopgTrackKeeper
from adapters.postgres.tracks import PsycopgTrackRepository
from adapters.postgres.users import PsycopgUserRepository
from application.audio_first import AudioFirst
from tests.contract import accounts, audio, audit_trails, directories, keepers, quotas, stores, tracks, users
from tests.contract.memory_parts import AudioFirstInMemoryParts, InMemoryAudioParts, InMemoryParts
from tests.contract.postgres_parts import PostgresParts, PostgresTypes
from tests.sqlite.parts import SqliteParts, SqliteTypes
from tests.sqlite.store import SqliteStore
from tests.sqlite.track_keeper import SqliteTrackKeeper
from tests.sqlite.tracks import SqliteTrackRepository
from tests.sqlite.users import SqliteUserRepository

ContractTest = Callable[..., Awaitable[None]]
T = TypeVar("T")

MISTAKES_OF_OURS = (NameError, AttributeError, TypeError, ImportError)
"""By these a faulty adapter would fail its test for another reason than its fault."""

SQLITE: dict[str, type] = {
    "store": SqliteStore,
    "users": SqliteUserRepository,
    "tracks": SqliteTrackRepository,
    "keeper": SqliteTrackKeeper,
}
POSTGRES: dict[str, type] = {
    "store": PostgresStore,
    "users": PsycopgUserRepository,
    "tracks": PsycopgTrackRepository,
    "keeper": PsycopgTrackKeeper,
}

IN_MEMORY: dict[type, str] = {
    InMemoryTrackRepository: "tracks_type",
    InMemoryQuotaRepository: "quotas_type",
    InMemoryUserDirectory: "directory_type",
    InMemoryAuditTrail: "audit_trail_type",
}


@dataclass(frozen=True)
class Fault:
    """A faulty adapter, and the test that must refuse it, with these of its parameters."""

    adapter: type
    test: ContractTest
    given: dict[str, object]
    hangs: bool


FAULTS: list[Fault] = []


def refused_by(test: ContractTest, *, hangs: bool = False, **given: object) -> Callable[[type[T]], type[T]]:
    """Put a faulty adapter into the table, and whether its test ends only when its patience does."""

    def listed(adapter: type[T]) -> type[T]:
        FAULTS.append(Fault(adapter, test, given, hangs))
        return adapter

    return listed


def suite(fault: Fault) -> type:
    """The test class of the good adapter with the faulty one in it, and no test but the one that must fail."""
    bases, members = _parts(fault.adapter)
    contract = _contract(fault.test)
    if fault.hangs:
        members["patience"] = 1.0
    others: dict[str, Any] = {name: None for name in dir(contract) if name.startswith("test_")}
    name = f"Test{fault.adapter.__name__}"
    return type(name, (*bases, contract), others | members | {fault.test.__name__: _refusal(fault)})


def _parts(adapter: type) -> tuple[tuple[type, ...], dict[str, Any]]:
    """What the contracts want of the good adapter, and what puts the faulty one into its place."""
    if issubclass(adapter, InMemoryAudioStore):
        return (InMemoryAudioParts,), {"audio_type": adapter}
    if issubclass(adapter, InMemoryAccountRepository):
        return (InMemoryParts,), {"accounts_type": adapter}
    if issubclass(adapter, InMemoryDeletedUsers):
        return (InMemoryParts,), {"deleted_users_type": adapter}
    for kind, name in IN_MEMORY.items():
        if issubclass(adapter, kind):
            return (InMemoryParts,), {name: adapter}
    if issubclass(adapter, AudioFirst):
        return (AudioFirstInMemoryParts,), {"audio_first_type": adapter}
    replaced: dict[str, Any] = {name: adapter for name, good in SQLITE.items() if issubclass(adapter, good)}
    if replaced:
        return (SqliteParts,), {"types": replace(SqliteTypes(), **replaced)}
    replaced = {name: adapter for name, good in POSTGRES.items() if issubclass(adapter, good)}
    return (PostgresParts,), {"types": replace(PostgresTypes(), **replaced)}


def _contract(test: ContractTest) -> type:
    [contract] = [
        found
        for module in (accounts, audio, audit_trails, directories, keepers, quotas, stores, tracks, users)
        if isinstance(found := vars(module).get(test.__qualname__.partition(".")[0]), type)
        and found.__module__ == module.__name__
    ]
    return contract


def _refusal(fault: Fault) -> ContractTest:
    """A test that passes where the contract's test fails."""

    @functools.wraps(fault.test)
    async def test(*arguments: Any, **fixtures: Any) -> None:
        try:
            await fault.test(*arguments, **fixtures, **fault.given)
        except MISTAKES_OF_OURS:
            raise
        except (Exception, pytest.fail.Exception) as error:  # noqa: BLE001 - however the test fails
            print(f"refused: {error!r}")
            return
        pytest.fail(f"{fault.adapter.__name__} passes {fault.test.__qualname__}")

    signature = inspect.signature(fault.test)
    wanted = [parameter for name, parameter in signature.parameters.items() if name not in fault.given]
    test.__signature__ = signature.replace(parameters=wanted)  # type: ignore[attr-defined] # where pytest looks
    test.pytestmark = [mark for mark in _marks(fault.test) if mark.name == "needs"]  # type: ignore[attr-defined] # as above
    return test


def _marks(test: ContractTest) -> list[pytest.Mark]:
    return list(getattr(test, "pytestmark", []))

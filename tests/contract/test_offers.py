"""What each of our adapters offers to the contracts: no test of them is left out for want of a fixture."""

import re

import pytest

from tests.contract import (
    audio,
    audit_trails,
    directories,
    keepers,
    libraries,
    quotas,
    stores,
    test_memory_contracts,
    test_postgres_contracts,
    tracks,
    users,
)
from tests.contract.offers import OPTIONAL, missing
from tests.sqlite import test_contracts as test_sqlite_contracts

CONTRACTS = [
    users.UserRepositoryContract,
    tracks.TrackRepositoryContract,
    tracks.TrackCatalogueContract,
    libraries.TrackLibraryContract,
    keepers.TrackKeeperContract,
    audio.AudioStoreContract,
    audio.AudioCatalogueContract,
    stores.StoreContract,
    stores.StoreBackupContract,
    quotas.QuotaRepositoryContract,
    audit_trails.AuditTrailContract,
    directories.UserDirectoryContract,
]
LEFT_OUT_OF_SQLITE = {libraries.TrackLibraryContract, *CONTRACTS[-3:]}
"""Those of ports that a wiring may leave out, and the example does."""
SUITES = {
    name: suite
    for module in (test_memory_contracts, test_postgres_contracts, test_sqlite_contracts)
    for name, suite in vars(module).items()
    if name.startswith("Test")
}
NOT_OFFERED = {
    # Memory has no second client, and nothing in it outlives the process.
    "TestInMemoryUserRepository": {"break_store", "fill_disk", "other_client"},
    "TestInMemoryAccounts": {"break_store"},
    "TestInMemoryTrackRepository": {"break_store", "fill_disk", "other_client"},
    "TestInMemoryLinkRepository": {"break_store"},
    "TestInMemoryTrackKeeper": {"break_store", "crash", "durable", "fill_disk", "other_client"},
    "TestInMemoryTrackLibrary": {"break_store", "other_client"},
    "TestInMemoryRepeatableRequests": {"break_store", "fill_disk", "other_client"},
    "TestInMemoryTrackReceipts": {"break_store"},
    "TestInMemoryStore": {"break_store", "durable"},
    "TestInMemoryAudioStore": {"crash_putting", "durable", "other_audio"},
    "TestInMemoryQuotaRepository": {"break_store", "fill_disk", "other_client"},
    "TestInMemoryAuditTrail": {"fill_disk"},
    "TestInMemoryUserDirectory": {"break_store"},
    "TestAudioFirstInMemory": {"break_store", "crash", "durable", "fill_disk", "other_client"},
    "TestAudioFirstOverPostgres": {"crash", "durable"},
}


def wanted_tests(contract: type) -> set[str]:
    return {name for name in vars(contract) if name.startswith("test_")}


@pytest.mark.parametrize("suite", SUITES.values(), ids=SUITES)
def test_our_adapters_offer_all_but_what_memory_cannot(suite: type) -> None:
    assert missing(suite) == NOT_OFFERED.get(suite.__name__, set())


@pytest.mark.parametrize("technology", ["Sqlite", "P(sycopg|ostgres)"])
def test_our_stores_are_put_to_every_contract_that_fits(technology: str) -> None:
    expected = {contract for contract in CONTRACTS if not contract.__name__.startswith("Audio")}
    if technology == "Sqlite":
        expected -= LEFT_OUT_OF_SQLITE

    suites = [suite for name, suite in SUITES.items() if re.match(f"Test{technology}", name)]

    assert expected == {base for suite in suites for base in suite.__mro__ if base in CONTRACTS}


@pytest.mark.parametrize("suite", SUITES.values(), ids=SUITES)
def test_no_test_of_one_contract_hides_that_of_another(suite: type) -> None:
    names = [name for base in suite.__mro__ if base in CONTRACTS for name in wanted_tests(base)]

    assert len(names) == len(set(names))


@pytest.mark.parametrize("name", OPTIONAL)
def test_whatever_may_be_offered_is_wanted_by_some_test(name: str) -> None:
    needed = {
        needed
        for contract in CONTRACTS
        for test in wanted_tests(contract)
        for mark in getattr(getattr(contract, test), "pytestmark", [])
        if mark.name == "needs"
        for needed in mark.args
    }

    assert name in needed

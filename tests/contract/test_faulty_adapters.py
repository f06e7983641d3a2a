"""Each faulty adapter is refused by the test that is named for it, which its good twin passes."""

import pytest

from tests.contract import test_memory_contracts, test_postgres_contracts
from tests.contract.faulty import accounts, audio, keepers, operator, stores, tracks, users
from tests.contract.faulty.table import FAULTS, Fault, suite
from tests.contract.offers import not_offered
from tests.sqlite import test_contracts as test_sqlite_contracts

MODULES = (accounts, audio, keepers, operator, stores, tracks, users)

# A test class for each row of the table, as pytest would find it were it written here.
globals().update({f"Test{number:03}{fault.adapter.__name__}": suite(fault) for number, fault in enumerate(FAULTS)})


def described(fault: Fault) -> str:
    return f"{fault.adapter.__name__}-{fault.test.__name__}"


def test_the_table_has_every_faulty_adapter() -> None:
    written = {
        thing
        for module in MODULES
        for thing in vars(module).values()
        if isinstance(thing, type) and thing.__module__ == module.__name__ and not thing.__name__.startswith("_")
    }

    assert written == {fault.adapter for fault in FAULTS}


@pytest.mark.parametrize("fault", FAULTS, ids=described)
def test_the_good_adapter_passes_the_same_test(fault: Fault) -> None:
    """It is run where the good adapter is put to its contracts, with the same fixtures."""
    suites = [
        found
        for module in (test_memory_contracts, test_postgres_contracts, test_sqlite_contracts)
        for name, found in vars(module).items()
        if name.startswith("Test") and set(suite(fault).__mro__[1:-1]) <= set(found.__mro__)
    ]
    needed = {name for mark in getattr(fault.test, "pytestmark", []) if mark.name == "needs" for name in mark.args}

    [good, *_] = [good for good in suites if not not_offered(good, needed)]
    assert getattr(good, fault.test.__name__) is fault.test

"""The whole service over its in-memory adapters."""

import pytest

from entrypoints.wiring.container import Container
from tests.unit.memory import in_memory_container


@pytest.fixture
def container() -> Container:
    """A service of the test's own, with default settings and nothing in it."""
    return in_memory_container()

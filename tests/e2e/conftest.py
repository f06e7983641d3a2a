"""One service for all end-to-end tests of a worker that do not need their own."""

from collections.abc import Iterator

import pytest

from tests.e2e.watched import Watched, watched_server
from tests.server import Server, running_server


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A running service with its own data. Tests must not stop it nor rely on what others left in it."""
    with running_server(tmp_path_factory.mktemp("server")) as running:
        yield running


@pytest.fixture(scope="session")
def watched(tmp_path_factory: pytest.TempPathFactory, postgres_server: str) -> Iterator[Watched]:
    """A running service that can be looked into. Tests must not stop it nor rely on what others left in it."""
    with watched_server(tmp_path_factory.mktemp("watched"), postgres_server) as running:
        yield running

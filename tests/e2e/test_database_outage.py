"""The database goes away and comes back: every call is answered in time, and the service finds it again by itself."""

from collections.abc import Iterator

import pytest

from tests.e2e.watched import connection_url
from tests.load.outages import KINDS, ExternalDatabase, go_through
from tests.server import Server, running_server

AWAY_SECONDS = 3.0
ANSWER_SECONDS = 2.5
BACK_SECONDS = 5.0


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ExternalDatabase]:
    with ExternalDatabase(tmp_path_factory.mktemp("database")) as database:
        yield database


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory, database: ExternalDatabase) -> Iterator[Server]:
    with running_server(
        tmp_path_factory.mktemp("served"),
        DATABASE_URL=connection_url(database.conninfo),
        REGISTER_RATE="100000",
    ) as server:
        yield server


@pytest.mark.parametrize("kind", KINDS)
def test_every_call_is_answered_in_time_while_the_database_is_away(
    served: Server, database: ExternalDatabase, kind: str
) -> None:
    outage = go_through(served, database, kind, AWAY_SECONDS)

    assert outage.answers
    assert not outage.others_than_away
    assert outage.slowest < ANSWER_SECONDS
    assert max(outage.first_success.values()) < BACK_SECONDS

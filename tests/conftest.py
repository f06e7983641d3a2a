"""Real PostgreSQL for the tests that want one: a server per test process, a fresh database per test."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import uuid4

import hypothesis
import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg.sql import SQL, Identifier, Literal

from adapters.embedded_postgres.embedded import EmbeddedPostgres
from adapters.postgres.schema.migrate import migrate
from adapters.system.cores import available_cores
from tests import programs
from tests.contract.offers import (  # noqa: F401 - pytest looks for its hooks here
    pytest_collection_modifyitems,
    pytest_terminal_summary,
)
from tests.no_skips import (  # noqa: F401 - as above
    pytest_make_collect_report,
    pytest_runtest_makereport,
)
from tests.temporary import use_memory_if_plenty

# A machine that is busy with other things is no failure.
hypothesis.settings.register_profile("without deadlines", deadline=None)
hypothesis.settings.load_profile("without deadlines")


def pytest_configure() -> None:
    """Choose where temporary files go. In CI no program may be missing that could be asked."""
    use_memory_if_plenty()
    if os.environ.get("CI") and (missing := programs.missing()):
        raise pytest.UsageError(f"CI is set, where these have to be there: apt-get install {' '.join(missing)}")


def pytest_xdist_auto_num_workers() -> int:
    """What `-n auto` means: some more than there are cores, as many tests wait for a process to start or to end."""
    return available_cores() * 3 // 2


_TEMPLATE = "migrated_template"


@pytest.fixture(scope="session")
def postgres_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The connection string of a server of our own, of which nothing is left behind."""
    with EmbeddedPostgres(tmp_path_factory.mktemp("postgres") / "data") as conninfo:
        _let_in_quickly(conninfo)
        yield conninfo


def _let_in_quickly(server: str) -> None:
    """Who connects hashes the password 4,096 times, which is most of what a connection takes: here once will do."""
    user, password = (conninfo_to_dict(server)[name] for name in ("user", "password"))
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute("SET scram_iterations = 1")
        connection.execute(SQL("ALTER USER {} PASSWORD {}").format(Identifier(str(user)), Literal(password)))


@pytest.fixture(scope="session")
def database_template(postgres_server: str) -> str:
    """The name of a database with all migrations applied and nothing in it."""
    with psycopg.connect(postgres_server, autocommit=True) as connection:
        connection.execute(SQL("CREATE DATABASE {}").format(Identifier(_TEMPLATE)))
    migrate(make_conninfo(postgres_server, dbname=_TEMPLATE))
    return _TEMPLATE


@pytest.fixture
def database_url(postgres_server: str, database_template: str) -> Iterator[str]:
    """The connection string of a database of the test's own, migrated and empty."""
    with new_database(postgres_server, database_template) as url:
        yield url


@pytest.fixture(scope="session")
def used_database_url(postgres_server: str, database_template: str) -> Iterator[str]:
    """The connection string of one database for many tests; each finds it as the last one left it."""
    with new_database(postgres_server, database_template) as url:
        yield url


@pytest.fixture
def emptied_database_url(used_database_url: str) -> str:
    """That database without rows: for tests that change nothing but rows, as it is quicker than a new one."""
    with psycopg.connect(used_database_url, autocommit=True) as connection:
        connection.execute("TRUNCATE users, tracks, audit_events RESTART IDENTITY CASCADE")
    return used_database_url


@pytest.fixture
def bare_database_url(postgres_server: str) -> Iterator[str]:
    """The connection string of a database of the test's own that was never migrated."""
    with new_database(postgres_server, "template1") as url:
        yield url


@pytest.fixture
def other_bare_database_url(postgres_server: str) -> Iterator[str]:
    """That of one more."""
    with new_database(postgres_server, "template1") as url:
        yield url


@contextmanager
def new_database(server: str, template: str) -> Iterator[str]:
    """The connection string of a copy of the database `template`, dropped in the end."""
    name = f"test_{uuid4().hex}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(
            SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY").format(Identifier(name), Identifier(template))
        )
        try:
            yield make_conninfo(server, dbname=name)
        finally:
            connection.execute(SQL("DROP DATABASE {} WITH (FORCE)").format(Identifier(name)))

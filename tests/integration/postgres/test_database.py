import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from adapters.embedded_postgres import server
from adapters.embedded_postgres.embedded import EmbeddedPostgres
from adapters.postgres.database import Database
from domain.errors import DiskFull, StoreAway, WrongSetting
from tests.clusters import give_cluster
from tests.processes import family, parents

ANSWER_SECONDS = 2.5
RETURN_SECONDS = 5
OUTAGE_SECONDS = 5  # more than the pool tries to reconnect for


@asynccontextmanager
async def opened(url: str, pool_size: int = 4) -> AsyncIterator[Database]:
    database = Database(url, pool_size)
    await database.open()
    try:
        yield database
    finally:
        await database.close()


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    async with opened(database_url) as database:
        yield database


def server_processes(conninfo: str) -> list[int]:
    """The postmaster and all its children."""
    with psycopg.connect(conninfo) as connection:
        backend = connection.info.backend_pid
        postmaster = parents()[backend]
    return [postmaster, *(family(postmaster) - {postmaster, backend})]


@contextmanager
def frozen(conninfo: str) -> Iterator[None]:
    stopped = server_processes(conninfo)
    for process in stopped:
        os.kill(process, signal.SIGSTOP)
    try:
        yield
    finally:
        for process in stopped:
            os.kill(process, signal.SIGCONT)


def wait_for_server(conninfo: str) -> None:
    """Until the embedded PostgreSQL has started it again."""
    deadline = time.monotonic() + 60
    while psycopg.pq.PGconn.ping(conninfo.encode()) != psycopg.pq.Ping.OK:
        assert time.monotonic() < deadline
        time.sleep(0.05)


async def assert_away_in_time(database: Database, callers: int) -> None:
    async def call() -> float:
        begun = time.monotonic()
        with pytest.raises(StoreAway):
            await database.check()
        return time.monotonic() - begun

    assert max(await asyncio.gather(*(call() for _ in range(callers)))) < ANSWER_SECONDS


async def assert_back_in_time(database: Database) -> None:
    async with asyncio.timeout(RETURN_SECONDS):
        while True:
            try:
                return await database.check()
            except StoreAway:
                await asyncio.sleep(0.1)


async def test_it_says_that_the_database_answers(database: Database) -> None:
    await database.check()
    await database.check_durability()


async def test_every_connection_has_its_limits(database: Database) -> None:
    async with database.connection() as connection:
        cursor = await connection.execute(
            "SELECT name, current_setting(name) FROM unnest(%s::text[]) AS name",
            [["statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout", "application_name"]],
        )
        assert dict(await cursor.fetchall()) == {
            "statement_timeout": "5s",
            "lock_timeout": "2s",
            "idle_in_transaction_session_timeout": "10s",
            "application_name": "music-app",
        }


async def test_the_operators_own_options_stay(database_url: str) -> None:
    async with opened(make_conninfo(database_url, options="-c work_mem=7MB")) as database:
        async with database.connection() as connection:
            assert await (await connection.execute("SHOW work_mem")).fetchone() == ("7MB",)
            assert await (await connection.execute("SHOW lock_timeout")).fetchone() == ("2s",)


def test_a_url_that_is_none_is_refused_without_repeating_it() -> None:
    with pytest.raises(WrongSetting, match=r"^DATABASE_URL: ") as caught:
        Database("mysql://user:secret@host/name", pool_size=1)

    assert "secret" not in str(caught.value)


async def test_who_gets_no_connection_hears_it_in_time(database: Database) -> None:
    async with database.connection(30), database.connection(30), database.connection(30), database.connection(30):
        await assert_away_in_time(database, callers=30)
    await database.check()


async def test_a_query_that_takes_too_long_is_cut_off(database: Database) -> None:
    begun = time.monotonic()
    with pytest.raises(StoreAway):
        async with database.connection(0.5) as connection:
            await connection.execute("SELECT pg_sleep(60)")

    assert time.monotonic() - begun < 1.5
    await database.check()


async def test_a_statement_timeout_means_that_the_database_is_away(database: Database) -> None:
    with pytest.raises(StoreAway):
        async with database.connection() as connection:
            await connection.execute("SET statement_timeout = '50ms'; SELECT pg_sleep(60)")
    await database.check()


@pytest.mark.parametrize(
    ("sqlstate", "error"),
    [
        ("53100", DiskFull),
        ("53300", StoreAway),
        ("57P01", StoreAway),
        ("57P03", StoreAway),
        ("25006", StoreAway),
        ("22012", psycopg.errors.DivisionByZero),
    ],
)
async def test_errors_are_told_by_what_they_mean(database: Database, sqlstate: str, error: type[Exception]) -> None:
    with pytest.raises(error):
        async with database.connection() as connection:
            await connection.execute(f"DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = '{sqlstate}'; END $$".encode())
    await database.check()


async def test_a_cancelled_query_leaves_a_usable_pool(database_url: str) -> None:
    async with opened(database_url, pool_size=1) as database:

        async def sleep(asleep: asyncio.Event) -> None:
            async with database.connection(30) as connection:
                asleep.set()
                await connection.execute("SELECT pg_sleep(60)")

        asleep = asyncio.Event()
        sleeping = asyncio.create_task(sleep(asleep))
        await asleep.wait()
        sleeping.cancel()
        with pytest.raises(asyncio.CancelledError):
            await sleeping
        await database.check()


async def test_connections_that_the_server_closed_while_idle_are_not_handed_out(
    database: Database, postgres_server: str
) -> None:
    async with database.connection(), database.connection(), database.connection(), database.connection():
        pass
    with psycopg.connect(postgres_server, autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE application_name = 'music-app'"
        )

    await database.check()
    await asyncio.gather(*(database.check() for _ in range(4)))


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    """Of a server of the test's own."""
    give_cluster(tmp_path / "data")
    return tmp_path / "data"


async def test_a_frozen_server_neither_holds_callers_nor_the_way_back(data_dir: Path) -> None:
    with EmbeddedPostgres(data_dir) as conninfo:
        async with opened(conninfo) as database:
            async with database.connection(), database.connection():
                pass
            with frozen(conninfo):
                await assert_away_in_time(database, callers=6)
                await assert_away_in_time(database, callers=1)
            await assert_back_in_time(database)


async def test_a_frozen_server_holds_neither_cancellation_nor_close(data_dir: Path) -> None:
    with EmbeddedPostgres(data_dir) as conninfo:
        async with opened(conninfo) as database:
            async with database.connection(60) as connection:
                with frozen(conninfo):
                    begun = time.monotonic()
                    with pytest.raises(TimeoutError):
                        async with asyncio.timeout(0.2):
                            await connection.execute("SELECT 1")
                    await database.close()
                    assert time.monotonic() - begun < RETURN_SECONDS


async def test_a_server_that_went_and_came_back_is_found_again_by_a_pool_with_a_full_queue(data_dir: Path) -> None:
    with EmbeddedPostgres(data_dir) as conninfo:
        database = Database(conninfo, pool_size=1)
        await database.open()
        await database.check()
    try:
        began = time.monotonic()
        while time.monotonic() - began < OUTAGE_SECONDS:
            await assert_away_in_time(database, callers=10)
            await asyncio.sleep(0.2)
        with EmbeddedPostgres(data_dir):
            await assert_back_in_time(database)
    finally:
        await database.close()


async def test_a_server_that_was_killed_and_came_back_is_found_again(data_dir: Path) -> None:
    with EmbeddedPostgres(data_dir) as conninfo:
        async with opened(conninfo) as database:
            await database.check()
            for process in server_processes(conninfo):
                with suppress(ProcessLookupError):  # it went with its parent
                    os.kill(process, signal.SIGKILL)
            await asyncio.to_thread(wait_for_server, conninfo)
            await assert_back_in_time(database)


@pytest.mark.parametrize("setting", ["fsync", "full_page_writes"])
async def test_a_server_that_loses_committed_rows_is_refused(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch, setting: str
) -> None:
    monkeypatch.setitem(server._SETTINGS, setting, "off")
    with EmbeddedPostgres(data_dir) as conninfo:
        async with opened(conninfo) as database:
            with pytest.raises(WrongSetting, match=f"{setting} is off"):
                await database.check_durability()

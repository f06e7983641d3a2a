"""Backup and restore of a database in which there are others: their tables, their locks, their rights."""

import io
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import LiteralString

import psycopg
import pytest
from psycopg.conninfo import make_conninfo
from psycopg.sql import SQL, Identifier

from adapters.postgres.keeping.backup import back_up
from adapters.postgres.keeping.restore import restore
from adapters.postgres.schema.migrate import check_migrated, migrate, packaged_migrations
from adapters.postgres.session import connected, lift_timeouts
from domain.errors import BackupRefused, WrongSetting
from tests.integration.postgres.test_backup import backup, fill, not_empty, rows, unchanged

SECONDS = 30
NOTES: LiteralString = "CREATE TABLE notes (note text); INSERT INTO notes VALUES ('keep me')"


def executed(database_url: str, *statements: LiteralString) -> None:
    with psycopg.connect(database_url) as connection:
        for statement in statements:
            connection.execute(statement)


def note(database_url: str) -> object:
    with psycopg.connect(database_url) as connection:
        return connection.execute("SELECT note FROM notes").fetchall()


async def test_other_tables_and_columns_are_not_backed_up(database_url: str, bare_database_url: str) -> None:
    await fill(database_url, 5)
    expected = rows(database_url)
    executed(database_url, NOTES, "ALTER TABLE users ADD COLUMN telephone text DEFAULT '112'")

    counts = restore(bare_database_url, io.BytesIO(backup(database_url)), replace=False)

    assert not_empty(counts) == {"users": 2, "tracks": 2, "user_totals": 2}
    assert rows(bare_database_url) == expected


@pytest.mark.parametrize("replace", [False, True])
def test_other_tables_are_left_alone(database_url: str, bare_database_url: str, *, replace: bool) -> None:
    executed(bare_database_url, NOTES, "CREATE TABLE empty (number integer)")

    restore(bare_database_url, io.BytesIO(backup(database_url)), replace=replace)
    restore(bare_database_url, io.BytesIO(backup(database_url)), replace=replace)

    assert note(bare_database_url) == [("keep me",)]
    executed(bare_database_url, "SELECT number FROM empty")


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE VIEW names AS SELECT user_name FROM users",
        "CREATE TABLE theirs (user_id bigint REFERENCES users)",
    ],
)
async def test_what_depends_on_the_tables_is_never_dropped(database_url: str, statement: LiteralString) -> None:
    await fill(database_url, 5)
    archive = backup(database_url)
    executed(database_url, statement)

    with unchanged(database_url), pytest.raises(BackupRefused, match=r"not music-app's.*(names|theirs)"):
        restore(database_url, io.BytesIO(archive), replace=True)


def test_another_programs_users_are_refused(database_url: str, bare_database_url: str) -> None:
    executed(bare_database_url, "CREATE TABLE users (name text); INSERT INTO users VALUES ('Ann')")

    with pytest.raises(WrongSetting, match="another program's tables"):
        migrate(bare_database_url)
    with pytest.raises(WrongSetting, match="another program's tables"):
        restore(bare_database_url, io.BytesIO(backup(database_url)), replace=True)

    with psycopg.connect(bare_database_url) as connection:
        assert connection.execute("SELECT name FROM users").fetchall() == [("Ann",)]


async def test_an_upload_in_flight_and_a_restore_both_get_through(database_url: str) -> None:
    """As an upload does it: `COPY tracks`, then the look at `users` for its foreign key."""
    await fill(database_url, 5)
    archive = backup(database_url)
    with psycopg.connect(database_url) as upload, ThreadPoolExecutor(1) as threads:
        upload.execute("LOCK TABLE tracks IN ROW EXCLUSIVE MODE")
        restoring = threads.submit(restore, database_url, io.BytesIO(archive), replace=True)
        wait_for_a_lock(database_url)

        upload.execute("SELECT FROM users WHERE user_id = 1 FOR KEY SHARE")
        upload.commit()

        assert not_empty(restoring.result(SECONDS)) == {"users": 2, "tracks": 2, "user_totals": 2}


async def test_a_backup_under_way_and_a_restore_both_get_through(database_url: str) -> None:
    await fill(database_url, 5)
    archive = backup(database_url)
    started, going_on = threading.Event(), threading.Event()

    class Held(io.BytesIO):
        """Waits at its first byte, when the rows of the first table are being read."""

        def write(self, data: object, /) -> int:
            started.set()
            assert going_on.wait(SECONDS)
            return super().write(data)  # type: ignore[arg-type] # typeshed's Buffer is not in 3.11

    with ThreadPoolExecutor(2) as threads:
        backing_up = threads.submit(back_up, database_url, Held())
        assert started.wait(SECONDS)
        restoring = threads.submit(restore, database_url, io.BytesIO(archive), replace=True)
        wait_for_a_lock(database_url)
        going_on.set()

        assert backing_up.result(SECONDS) == restoring.result(SECONDS)
        assert not_empty(restoring.result(SECONDS)) == {"users": 2, "tracks": 2, "user_totals": 2}


def wait_for_a_lock(database_url: str) -> None:
    waiting: LiteralString = (
        "SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    )
    with psycopg.connect(database_url, autocommit=True) as connection:
        for _ in range(SECONDS * 100):
            if connection.execute(waiting).rowcount:
                return
            connection.execute("SELECT pg_sleep(0.01)")
    raise TimeoutError("nobody waits")


@pytest.fixture
def powerless_url(database_url: str) -> Iterator[str]:
    """The database by a role that may connect, and nothing else."""
    role = Identifier(f"powerless_{threading.get_native_id()}")
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute(SQL("CREATE ROLE {} LOGIN PASSWORD 'none'").format(role))
        try:
            yield make_conninfo(database_url, user=role.as_string().strip('"'), password="none")
        finally:
            connection.execute(SQL("DROP ROLE {}").format(role))


def test_a_role_without_rights_is_told_by_the_setting(database_url: str, powerless_url: str) -> None:
    archive = io.BytesIO(backup(database_url))

    with pytest.raises(WrongSetting, match=r"^DATABASE_URL: .*may not create tables.*permission denied"):
        migrate(powerless_url)
    with pytest.raises(WrongSetting, match=r"^DATABASE_URL: .*permission denied"):
        back_up(powerless_url, io.BytesIO())
    with pytest.raises(WrongSetting, match=r"^DATABASE_URL: .*permission denied"):
        restore(powerless_url, archive, replace=True)


def test_a_read_only_database_can_be_backed_up_and_not_restored(database_url: str) -> None:
    archive = io.BytesIO(backup(database_url))
    read_only = make_conninfo(database_url, options="-c default_transaction_read_only=on")

    with pytest.raises(WrongSetting, match=r"^DATABASE_URL: the database is read-only"):
        restore(read_only, archive, replace=True)
    assert not_empty(back_up(read_only, io.BytesIO())) == {}


def test_who_does_nothing_holds_no_lock_for_long_and_who_works_may_take_long(database_url: str) -> None:
    impatient = make_conninfo(
        database_url,
        options="-c idle_in_transaction_session_timeout=0 -c statement_timeout=1s -c transaction_timeout=1s",
    )
    with connected(impatient, "music-app test") as session:
        lift_timeouts(session)
        names = ("idle_in_transaction_session_timeout", "statement_timeout", "transaction_timeout")
        found = [session.execute(SQL("SHOW {}").format(Identifier(name))).fetchone() for name in names]

    assert found == [("10min",), ("0",), ("0",)]


def test_a_database_is_checked_only_when_its_tables_are_there(database_url: str, bare_database_url: str) -> None:
    check_migrated(database_url)
    with pytest.raises(WrongSetting, match="no tables of music-app"):
        check_migrated(bare_database_url)
    migrate(bare_database_url, packaged_migrations()[:1])
    with pytest.raises(WrongSetting, match="music-app migrate"):
        check_migrated(bare_database_url)

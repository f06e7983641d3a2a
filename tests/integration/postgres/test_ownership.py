"""What of a database is taken for music-app's: what its migrations made, whoever else is there."""

import io
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any, LiteralString

import msgspec
import psycopg
import pytest

from adapters.postgres.keeping.backup import back_up
from adapters.postgres.keeping.restore import restore
from adapters.postgres.schema.migrate import Migration, migrate, packaged_migrations
from adapters.postgres.schema.ownership import ours
from adapters.postgres.schema.unrecorded import Recorded, made_unrecorded
from adapters.postgres.session import connected
from domain.errors import BackupRefused, WrongSetting
from tests.integration.postgres.test_backup import OLD_TRACK, backup, changed, read_manifest, rows, unchanged
from tests.integration.postgres.test_backup_in_company import executed, wait_for_a_lock

FIRST_PROGRAM = [migration for migration in packaged_migrations() if migration.name < "0003"]
LABELS = Migration("0999_labels", b"CREATE TABLE labels (label text); ALTER TABLE users ADD COLUMN label text")
USER: LiteralString = (
    "INSERT INTO users (user_name, token_sha256, created_at) VALUES ('Ann', sha256(random()::text::bytea), now())"
)
SECONDS = 30


@pytest.fixture
def first_program_url(bare_database_url: str) -> str:
    """A database as the first program made it, with a track, a column of the operator's, a number given out."""
    with psycopg.connect(bare_database_url) as connection:
        connection.execute(
            "CREATE TABLE schema_migrations (name text PRIMARY KEY, sha256 bytea NOT NULL,"
            " applied_at timestamptz NOT NULL DEFAULT now())"
        )
        for migration in FIRST_PROGRAM:
            connection.execute(migration.sql)
            record: LiteralString = "INSERT INTO schema_migrations (name, sha256) VALUES (%s, %s)"
            connection.execute(record, [migration.name, migration.sha256])
        connection.execute("ALTER TABLE users ADD COLUMN telephone text DEFAULT '112'")
        connection.execute(USER)
        connection.execute(OLD_TRACK)
    return bare_database_url


def listed(url: str) -> list[Recorded]:
    with psycopg.connect(url) as connection:
        row = connection.execute("SELECT objects FROM schema_migrations ORDER BY name DESC LIMIT 1").fetchone()
    assert row is not None
    things: list[Recorded] = row[0]
    return things


def test_the_list_for_the_first_program_is_what_its_migrations_make(bare_database_url: str) -> None:
    migrate(bare_database_url, FIRST_PROGRAM)

    expected = made_unrecorded([migration.name for migration in FIRST_PROGRAM], "public")
    assert listed(bare_database_url) == sorted(expected, key=lambda thing: thing["names"])


def test_a_database_of_the_first_program_is_backed_up_and_replaced(first_program_url: str, database_url: str) -> None:
    file = io.BytesIO()
    assert back_up(first_program_url, file, FIRST_PROGRAM) == {"users": 1, "tracks": 1}
    assert "telephone" not in read_manifest(file.getvalue())["tables"][0]["columns"]
    executed(first_program_url, "CREATE TABLE notes (note text)", "DELETE FROM tracks", "DELETE FROM users", USER)

    restore(first_program_url, file, replace=True)
    restore(database_url, file, replace=True)

    assert rows(first_program_url) == rows(database_url)
    assert listed(first_program_url) == listed(database_url)
    executed(first_program_url, "SELECT FROM notes")
    with psycopg.connect(first_program_url) as connection:
        assert connection.execute(USER + " RETURNING user_id").fetchone() == (3,)


def test_a_database_of_the_first_program_is_migrated(first_program_url: str, database_url: str) -> None:
    known = [*packaged_migrations(), LABELS]
    migrate(first_program_url, known)
    migrate(database_url, known)

    assert listed(first_program_url) == listed(database_url)


def users_of(manifest: dict[str, Any]) -> dict[str, Any]:
    """What is told of the table of users."""
    return next(table for table in manifest["tables"] if table["name"] == "users")


@pytest.mark.parametrize("last", [0, 1])
def test_a_backup_of_the_first_program_tells_of_numbers_as_that_one_wrote_them(
    database_url: str, bare_database_url: str, last: int
) -> None:
    archive = backup(database_url)
    manifest = read_manifest(archive)
    users_of(manifest)["identities"] = {"user_id": last}

    restore(bare_database_url, changed(archive, "manifest.json", msgspec.json.encode(manifest)), replace=False)

    with psycopg.connect(bare_database_url) as connection:
        assert connection.execute(USER + " RETURNING user_id").fetchone() == (last + 1,)


def test_numbers_of_no_sequence_are_refused(database_url: str) -> None:
    archive = backup(database_url)
    manifest = read_manifest(archive)
    users_of(manifest)["identities"] = {"user_name": 1}

    with unchanged(database_url), pytest.raises(BackupRefused, match="damaged"):
        restore(database_url, changed(archive, "manifest.json", msgspec.json.encode(manifest)), replace=True)


def test_what_another_program_makes_during_a_migration_is_not_ours(database_url: str) -> None:
    held = Migration(LABELS.name, b"SELECT pg_advisory_xact_lock(1); SAVEPOINT s; RELEASE s;" + LABELS.sql)
    with psycopg.connect(database_url) as other, ThreadPoolExecutor(1) as threads:
        other.execute("SELECT pg_advisory_lock(1)")
        migrating = threads.submit(migrate, database_url, [*packaged_migrations(), held])
        wait_for_a_lock(database_url)
        executed(
            database_url, "CREATE SCHEMA theirs", "CREATE TABLE theirs.notes (note text)", "CREATE TABLE theirs ()"
        )
        other.commit()
        other.execute("SELECT pg_advisory_unlock(1)")
        assert migrating.result(SECONDS) == [LABELS.name]

    things = {tuple(thing["names"]): thing for thing in listed(database_url)}
    assert things.keys() >= {("public", "labels"), ("public", "tracks"), ("public", "users")}
    assert not [names for names in things if "theirs" in names]
    assert "label" in things["public", "users"]["columns"]


def test_a_migration_may_make_savepoints_and_temporary_tables(database_url: str) -> None:
    migration = Migration(
        "0999_temporary",
        b"""CREATE TEMPORARY TABLE passing (id serial);
            DO 'BEGIN BEGIN CREATE TABLE kept (id integer); EXCEPTION WHEN division_by_zero THEN NULL; END; END'""",
    )
    before = listed(database_url)
    migrate(database_url, [*packaged_migrations(), migration])

    with connected(database_url, "music-app test") as session:
        found = ours(session)
    assert (len(found.things), found.lost) == (len(before) + 1, [])


def test_a_lost_table_is_not_backed_up_in_silence_and_comes_back(database_url: str) -> None:
    executed(database_url, USER)
    archive, before = backup(database_url), rows(database_url)
    executed(database_url, "ALTER TABLE users DROP COLUMN user_name")
    with pytest.raises(BackupRefused, match=r"lost public\.users"):
        backup(database_url)
    executed(database_url, "DROP TABLE tracks CASCADE")
    with pytest.raises(BackupRefused, match=r"lost public\.tracks, public\.users"):
        backup(database_url)

    restore(database_url, io.BytesIO(archive), replace=True)

    assert rows(database_url) == before


def test_a_list_that_is_lost_is_not_guessed(database_url: str) -> None:
    migrate(database_url, [*packaged_migrations(), LABELS])
    executed(database_url, "UPDATE schema_migrations SET objects = NULL")

    with pytest.raises(WrongSetting, match="0999_labels"):
        back_up(database_url, io.BytesIO(), [*packaged_migrations(), LABELS])


def test_tracks_whose_bytes_are_kept_elsewhere_refuse_a_backup(database_url: str) -> None:
    moved = "UPDATE tracks SET track_file_bin = NULL, audio_key = 'elsewhere' WHERE track_id = 1"
    executed(database_url, USER, OLD_TRACK, OLD_TRACK, moved)

    with pytest.raises(BackupRefused, match="1 of the tracks have their MP3 in an audio store"):
        backup(database_url)


def test_a_migration_waits_for_a_backup_before_it_holds_anything(database_url: str) -> None:
    started, going_on = threading.Event(), threading.Event()

    class Held(io.BytesIO):
        """Waits at its first byte, before the rows of the first table are read."""

        def write(self, data: object, /) -> int:
            started.set()
            assert going_on.wait(SECONDS)
            return super().write(data)  # type: ignore[arg-type] # typeshed's Buffer is not in 3.11

    with ThreadPoolExecutor(2) as threads:
        backing_up = threads.submit(back_up, database_url, Held())
        assert started.wait(SECONDS)
        migrating = threads.submit(migrate, database_url, [*packaged_migrations(), LABELS])
        wait_for_a_lock(database_url)
        going_on.set()

        assert set(backing_up.result(SECONDS).values()) == {0}
        assert migrating.result(SECONDS) == [LABELS.name]

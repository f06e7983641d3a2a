"""Backup and restore where migrations made functions, enums, triggers, an extension, a schema of a library."""

import io
from typing import Any, LiteralString

import psycopg
import pytest

from adapters.postgres.keeping.backup import back_up
from adapters.postgres.keeping.restore import restore
from adapters.postgres.schema.migrate import Migration, migrate, packaged_migrations
from domain.errors import BackupRefused
from tests.integration.postgres.any_schema import MIGRATIONS, NOTES, everything, fill
from tests.integration.postgres.test_backup import changed, read_manifest


@pytest.fixture
def filled(database_url: str) -> str:
    migrate(database_url, MIGRATIONS)
    fill(database_url)
    return database_url


def backup(url: str, migrations: list[Migration] = MIGRATIONS) -> io.BytesIO:
    file = io.BytesIO()
    back_up(url, file, migrations)
    return file


def run(url: str, statement: LiteralString) -> list[Any]:
    """The rows that the last statement gives, which is committed."""
    with psycopg.connect(url) as connection:
        cursor = connection.execute(statement)
        while cursor.nextset():
            pass
        return cursor.fetchall() if cursor.description else []


def check_that_it_goes_on(url: str, notes: int, jobs: int) -> None:
    """The next rows get the next numbers, triggers fire, types are what they were."""
    insert: LiteralString = "INSERT INTO notes (remark) VALUES ('next') RETURNING note_id, ticket, mood::text, changes"
    assert run(url, insert) == [(notes + 1, notes + 100, "glad", 1)]
    assert run(url, "UPDATE notes SET remark = 'again' WHERE remark = 'next' RETURNING changes") == [(3,)]
    assert run(url, "SELECT nextval('countdown')") == [(-3,)]
    assert run(url, "SELECT queue.add(ARRAY[('next', '{}')]::queue.new_job[])") == [([jobs + 1],)]
    assert run(url, "SELECT status::text FROM queue.events ORDER BY id DESC LIMIT 1") == [("todo",)]
    assert run(url, "INSERT INTO albums (cover_id) VALUES (7) RETURNING album_id") == [(2,)]
    assert run(url, "SELECT note_id FROM notes WHERE remark::text %> 'changed'") == [(2,)]
    with pytest.raises(psycopg.errors.InvalidTextRepresentation):
        run(url, "UPDATE notes SET mood = 'sad'")
    with pytest.raises(psycopg.errors.ForeignKeyViolation):
        run(url, "INSERT INTO albums (cover_id) VALUES (8)")


def test_it_comes_back_into_an_empty_database(filled: str, bare_database_url: str) -> None:
    counts = restore(bare_database_url, backup(filled), replace=False, migrations=MIGRATIONS)

    assert everything(bare_database_url) == everything(filled)
    assert (counts["notes"], counts["kinds"], counts["visits"], counts["queue.jobs"]) == (3, 2, 3, 2)
    assert migrate(bare_database_url, MIGRATIONS) == []
    check_that_it_goes_on(bare_database_url, notes=3, jobs=2)


def test_it_is_replaced_and_numbers_go_on(filled: str) -> None:
    before, archive = everything(filled), backup(filled)
    run(
        filled,
        "INSERT INTO notes (remark) VALUES ('lost'), ('lost'); SELECT queue.add(ARRAY[('x', '{}')]::queue.new_job[])",
    )
    run(filled, "DELETE FROM kinds; DROP FUNCTION longest; DROP TRIGGER jobs_tell ON queue.jobs")

    restore(filled, archive, replace=True, migrations=MIGRATIONS)

    assert everything(filled) == before
    check_that_it_goes_on(filled, notes=5, jobs=3)
    restore(filled, backup(filled), replace=True, migrations=MIGRATIONS)
    assert run(filled, "SELECT count(*) FROM notes") == [(4,)]


def test_what_is_in_a_schema_of_its_own_and_numbers_of_no_column_are_in_the_manifest(filled: str) -> None:
    manifest = read_manifest(backup(filled).getvalue())

    names = [table["name"] for table in manifest["tables"]]
    assert names.index("tracks") < names.index("queue.jobs") < names.index("queue.events")
    assert manifest["sequences"] == {"countdown": -2, "ticket_numbers": 102}


def test_a_restore_that_fails_at_its_end_changes_nothing(filled: str) -> None:
    archive = backup(filled).getvalue()
    run(
        filled,
        "UPDATE notes SET remark = 'kept'; UPDATE queue.jobs SET task = 'kept'; SELECT nextval('ticket_numbers')",
    )
    before = everything(filled)
    broken = [*MIGRATIONS, Migration("0999_broken", b"CREATE TABLE half (id integer); SELECT 1 / 0")]

    with pytest.raises(BackupRefused, match="division by zero"):
        restore(filled, io.BytesIO(archive), replace=True, migrations=broken)
    with pytest.raises(BackupRefused):
        restore(filled, changed(archive, "tables/queue.events.copy", None), replace=True, migrations=MIGRATIONS)
    with pytest.raises(BackupRefused, match="rows do not fit"):
        restore(filled, changed(archive, "tables/queue.jobs.copy", b"PGCOPY"), replace=True, migrations=MIGRATIONS)

    assert everything(filled) == before


def test_without_replace_it_is_refused(filled: str) -> None:
    before = everything(filled)

    with pytest.raises(BackupRefused, match="--replace"):
        restore(filled, backup(filled), replace=False, migrations=MIGRATIONS)

    assert everything(filled) == before


def test_a_backup_of_an_older_schema_gets_what_later_migrations_make_once(
    database_url: str, bare_database_url: str
) -> None:
    older = [*packaged_migrations(), NOTES]
    migrate(database_url, older)
    run(database_url, "DELETE FROM sorts WHERE name = 'call'")
    migrate(bare_database_url, MIGRATIONS)
    run(bare_database_url, "INSERT INTO albums (cover_id) VALUES (7)")

    restore(bare_database_url, backup(database_url, older), replace=True, migrations=MIGRATIONS)

    assert run(bare_database_url, "SELECT name, many FROM kinds ORDER BY name") == [
        ("interview", "interviews"),
        ("memo", "memos"),
    ]
    # Its number 2 was given out before, though the backup knows nothing of albums.
    assert run(bare_database_url, "INSERT INTO albums (cover_id) VALUES (7) RETURNING album_id") == [(3,)]
    fill(bare_database_url)
    again = backup(bare_database_url)
    before = everything(bare_database_url)
    restore(bare_database_url, again, replace=True, migrations=MIGRATIONS)
    assert everything(bare_database_url) == before


OTHERS: LiteralString = """
    CREATE EXTENSION citext;
    CREATE SCHEMA theirs;
    CREATE TYPE theirs.mood AS ENUM ('other');
    CREATE SEQUENCE theirs.ticket_numbers;
    CREATE TABLE theirs.notes (id bigserial, mood theirs.mood, name citext);
    CREATE FUNCTION theirs.count_change() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
    CREATE TRIGGER count BEFORE INSERT ON theirs.notes FOR EACH ROW EXECUTE FUNCTION theirs.count_change();
    CREATE FUNCTION look() RETURNS bigint LANGUAGE plpgsql AS 'BEGIN RETURN count(*) FROM theirs.notes; END';
    INSERT INTO theirs.notes (mood, name) VALUES ('other', 'Kept')"""


def test_what_others_have_is_left_alone(filled: str, bare_database_url: str) -> None:
    """Their `pg_trgm` as well, though a migration of ours asks for it."""
    run(bare_database_url, OTHERS + "; CREATE EXTENSION pg_trgm; CREATE INDEX i ON theirs.notes (name)")
    run(bare_database_url, "CREATE INDEX theirs ON theirs.notes USING gin ((name::text) gin_trgm_ops)")
    run(bare_database_url, "CREATE TABLE found AS SELECT oid, pg_proc::text FROM pg_proc WHERE oid >= 16384")
    for _ in range(2):
        restore(bare_database_url, backup(filled), replace=True, migrations=MIGRATIONS)

    assert run(bare_database_url, "SELECT name FROM theirs.notes WHERE name::text LIKE 'Kep%'") == [("Kept",)]
    assert run(bare_database_url, "SELECT look()") == [(1,)]
    # Each of their functions, and each of the extension's, is the very same one.
    assert run(bare_database_url, "SELECT f.oid FROM found f LEFT JOIN pg_proc p USING (oid) WHERE p.oid IS NULL") == []
    check_that_it_goes_on(bare_database_url, notes=3, jobs=2)


@pytest.mark.parametrize(
    ("statement", "named"),
    [
        ("CREATE TABLE theirs (mood mood)", "column mood of table theirs"),
        ("CREATE TABLE queue.theirs (id integer)", "table queue.theirs"),
        ("CREATE FUNCTION theirs(remark) RETURNS integer LANGUAGE sql RETURN 1", "function theirs"),
        ("CREATE TABLE theirs (id integer REFERENCES queue.jobs)", "theirs_id_fkey on table theirs"),
        ("CREATE TABLE theirs (id bigint DEFAULT nextval('ticket_numbers'))", "column id of table theirs"),
        ("CREATE TABLE theirs (x text); CREATE INDEX its ON theirs USING gin (x gin_trgm_ops)", "index its"),
        ("CREATE TABLE theirs () INHERITS (notes)", "table theirs"),
        ("CREATE VIEW theirs AS SELECT * FROM queue.waiting", "view theirs"),
    ],
)
def test_what_depends_on_anything_of_ours_is_never_dropped(
    database_url: str, statement: LiteralString, named: str
) -> None:
    migrate(database_url, MIGRATIONS)
    archive = backup(database_url)
    run(database_url, statement)
    before = everything(database_url)

    with pytest.raises(BackupRefused, match=rf"not music-app's.*{named}"):
        restore(database_url, archive, replace=True, migrations=MIGRATIONS)

    assert everything(database_url) == before

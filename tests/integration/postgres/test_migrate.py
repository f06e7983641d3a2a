from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import make_conninfo
from psycopg.sql import SQL, Identifier

from adapters.postgres.schema.migrate import Migration, migrate, packaged_migrations
from domain.errors import WrongSetting

FIRST = Migration("0001_first", b"CREATE TABLE first (id bigint); CREATE TABLE also (id bigint)")
SECOND = Migration("0002_second", b"SELECT pg_sleep(0.2); ALTER TABLE first ADD name text DEFAULT '100%'")


def tables(url: str) -> set[str]:
    with psycopg.connect(url) as connection:
        rows = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
    return {name for (name,) in rows}


def test_an_empty_database_gets_every_migration_once(bare_database_url: str) -> None:
    names = [migration.name for migration in packaged_migrations()]

    assert migrate(bare_database_url) == names
    assert migrate(bare_database_url) == []
    assert {"users", "tracks"} <= tables(bare_database_url)


def test_packaged_migrations_are_numbered_without_a_gap() -> None:
    numbers = [int(migration.name.split("_")[0]) for migration in packaged_migrations()]

    assert numbers == list(range(1, len(numbers) + 1))


def test_the_mp3_is_kept_uncompressed_so_that_slices_are_cheap(database_url: str) -> None:
    with psycopg.connect(database_url) as connection:
        row = connection.execute(
            "SELECT attstorage FROM pg_attribute WHERE attrelid = 'tracks'::regclass AND attname = 'track_file_bin'"
        ).fetchone()

    assert row == ("e",)


def test_only_what_is_missing_is_applied(bare_database_url: str) -> None:
    migrate(bare_database_url, [FIRST])

    assert migrate(bare_database_url, [FIRST, SECOND]) == ["0002_second"]


def test_of_several_starters_one_migrates_and_the_others_wait(bare_database_url: str) -> None:
    with ThreadPoolExecutor(4) as starters:
        applied = list(starters.map(lambda _: migrate(bare_database_url, [FIRST, SECOND]), range(4)))

    assert sorted(applied) == [[], [], [], ["0001_first", "0002_second"]]


def test_a_migration_that_fails_leaves_nothing_of_itself(bare_database_url: str) -> None:
    broken = Migration("0002_broken", b"CREATE TABLE half (id bigint); SELECT 1 / 0")

    with pytest.raises(psycopg.errors.DivisionByZero):
        migrate(bare_database_url, [FIRST, broken])

    assert tables(bare_database_url) == {"first", "also", "schema_migrations"}
    assert migrate(bare_database_url, [FIRST, SECOND]) == ["0002_second"]


def test_a_migration_that_was_edited_is_refused(bare_database_url: str) -> None:
    migrate(bare_database_url, [FIRST])

    with pytest.raises(WrongSetting, match="0001_first was applied with another text") as caught:
        migrate(bare_database_url, [replace(FIRST, sql=b"SELECT 1"), SECOND])

    assert caught.value.setting == "DATABASE_URL"
    assert migrate(bare_database_url, [FIRST, SECOND]) == ["0002_second"]


def test_a_database_newer_than_the_program_is_refused(bare_database_url: str) -> None:
    migrate(bare_database_url, [FIRST, SECOND])

    with pytest.raises(WrongSetting, match=r"newer version of music-app \(0002_second\)"):
        migrate(bare_database_url, [FIRST])


def test_a_server_that_is_not_there_is_named_by_its_setting(tmp_path: Path) -> None:
    with pytest.raises(WrongSetting, match=r"^DATABASE_URL: no PostgreSQL could be reached there: .*No such file"):
        migrate(make_conninfo(host=str(tmp_path), user="postgres", password="secret"))


@pytest.mark.parametrize("url", ["mysql://u:secret@h/d", "postgresql://u:secret@h:port/d", "secret", "host=h secret"])
def test_a_url_that_is_none_is_refused_without_repeating_it(url: str) -> None:
    with pytest.raises(WrongSetting, match=r"^DATABASE_URL: ") as caught:
        migrate(url)

    assert "secret" not in str(caught.value)


def test_a_database_in_another_encoding_is_refused(postgres_server: str) -> None:
    name = Identifier("not_utf_8")
    with psycopg.connect(postgres_server, autocommit=True) as connection:
        connection.execute(SQL("CREATE DATABASE {} TEMPLATE template0 ENCODING 'SQL_ASCII' LOCALE 'C'").format(name))
        try:
            with pytest.raises(WrongSetting, match="encoding is SQL_ASCII"):
                migrate(make_conninfo(postgres_server, dbname="not_utf_8"))
        finally:
            connection.execute(SQL("DROP DATABASE {} WITH (FORCE)").format(name))

"""Backup and restore of a database, and what may go wrong with the file."""

import asyncio
import io
import random
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any
from uuid import uuid4

import msgspec
import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict

from adapters.memory.mp3 import InMemoryMp3
from adapters.postgres.database import Database
from adapters.postgres.keeping.archive import FORMAT
from adapters.postgres.keeping.backup import back_up
from adapters.postgres.keeping.restore import restore
from adapters.postgres.schema.migrate import Migration, migrate, packaged_migrations
from adapters.postgres.track_keeper import PsycopgTrackKeeper
from adapters.postgres.tracks import PsycopgTrackRepository
from adapters.postgres.users import PsycopgUserRepository
from domain.errors import BackupRefused, WrongSetting
from domain.measuring import Sound, Waveform
from domain.recording.repairs import Mended, Repair
from domain.tags import Tags
from domain.tracks import Track
from domain.users import token_digest
from tests.conftest import new_database
from tests.contract.tracks import MIB, NOW, a_track

ROWS = """
    SELECT (SELECT array_agg(u ORDER BY user_id)::text FROM users u),
           (SELECT array_agg(t ORDER BY track_id)::text FROM tracks t)"""
LOUDNESS = Migration("0999_loudness", b"ALTER TABLE tracks ADD COLUMN loudness integer NOT NULL DEFAULT -23")
SIZES = (1, 5000, 2 * MIB, 2 * MIB + 1)
PASSPORT = {"iXML": {"NOTE": "\\N\t名前"}, "bext": {"TimeReference": 2**64 - 1, "LoudnessValue": -23.01}}
SOUND = Sound(Waveform(8000, 5, 8, (-128, 127) * 1600), -23.456789, 1.5, 7)


@pytest.fixture(scope="module")
def filled_template(postgres_server: str, database_template: str) -> Iterator[str]:
    """The name of a database with two users and some tracks."""
    with new_database(postgres_server, database_template) as url:
        asyncio.run(fill(url, *SIZES))
        yield str(conninfo_to_dict(url)["dbname"])


@pytest.fixture
def filled(postgres_server: str, filled_template: str) -> Iterator[str]:
    """A database of the test's own with two users and some tracks."""
    with new_database(postgres_server, filled_template) as url:
        yield url


async def fill(database_url: str, *sizes: int) -> list[Track]:
    database = Database(database_url, pool_size=1)
    await database.open()
    added = []
    for name in ("Ann", "名前\\N\t"):
        user = await PsycopgUserRepository(database).add(name, token_digest(str(uuid4())), NOW)
        for size in sizes:
            mp3 = InMemoryMp3(random.Random(size).randbytes(size))
            sound, texts = SOUND if size % 2 else None, Tags(title="\\N")
            track = replace(
                a_track(
                    user.user_id,
                    mp3,
                    repairs=(Mended(Repair.TRUNCATED), Mended(Repair.TRAILING_BYTES, 9000)),
                    sound=sound,
                    texts=texts,
                    passport=PASSPORT,
                ),
                file_name=f"{size} \\N.mp3",
            )
            await PsycopgTrackKeeper(database).keep(track, mp3)
            added.append(track)
    await database.close()
    return added


def backup(database_url: str) -> bytes:
    file = io.BytesIO()
    back_up(database_url, file)
    return file.getvalue()


def rows(database_url: str) -> object:
    with psycopg.connect(database_url) as connection:
        return connection.execute(ROWS).fetchone()


def not_empty(counts: dict[str, int]) -> dict[str, int]:
    """Those of the tables that have rows."""
    return {table: count for table, count in counts.items() if count}


def test_every_row_comes_back_as_it_was(filled: str, bare_database_url: str) -> None:
    archive = backup(filled)

    counts = restore(bare_database_url, io.BytesIO(archive), replace=False)

    assert not_empty(counts) == {"users": 2, "tracks": 2 * len(SIZES), "user_totals": 2}
    assert rows(bare_database_url) == rows(filled)


def test_texts_are_not_converted_to_what_the_environment_says(
    filled: str, bare_database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PGCLIENTENCODING", "LATIN1")
    archive = backup(filled)
    monkeypatch.delenv("PGCLIENTENCODING")

    restore(bare_database_url, io.BytesIO(archive), replace=False)

    assert rows(bare_database_url) == rows(filled)


def test_an_empty_database_comes_back(database_url: str, bare_database_url: str) -> None:
    restore(bare_database_url, io.BytesIO(backup(database_url)), replace=False)

    assert rows(bare_database_url) == (None, None)
    assert migrate(bare_database_url) == []


def test_every_table_is_an_ordinary_copy_file(filled: str) -> None:
    with zipfile.ZipFile(io.BytesIO(backup(filled))) as archive, psycopg.connect(filled) as connection:
        manifest = msgspec.json.decode(archive.read("manifest.json"))
        for table in manifest["tables"]:
            statement = f"COPY {table['name']} ({', '.join(table['columns'])}) TO STDOUT (FORMAT BINARY)"
            with connection.cursor().copy(statement.encode()) as copy:
                assert archive.read(f"tables/{table['name']}.copy") == b"".join(bytes(block) for block in copy)

    assert {table["name"] for table in manifest["tables"]} >= {"users", "tracks"}


async def test_what_is_committed_during_the_backup_is_not_in_it(filled: str, bare_database_url: str) -> None:
    before = rows(filled)

    class Interrupted(io.BytesIO):
        """At its first byte a user registers, whose row stands before those of the tracks, and a track goes."""

        done = False

        def write(self, data: object, /) -> int:
            if not self.done:
                self.done = True
                with psycopg.connect(filled) as connection:
                    connection.execute("DELETE FROM tracks")
                    connection.execute(
                        "INSERT INTO users (user_name, token_sha256, created_at) VALUES ('Late', sha256('x'), now())"
                    )
            return super().write(data)  # type: ignore[arg-type] # typeshed's Buffer is not in 3.11

    file = Interrupted()
    back_up(filled, file)
    restore(bare_database_url, file, replace=False)

    assert file.done
    assert rows(bare_database_url) == before


async def test_identifiers_are_never_given_out_again(filled: str, database_url: str, bare_database_url: str) -> None:
    with psycopg.connect(filled) as connection:
        connection.execute("DELETE FROM tracks")
        connection.execute("DELETE FROM users WHERE user_id = 2")
    archive = backup(filled)
    restore(bare_database_url, io.BytesIO(archive), replace=False)
    assert {track.user_id for track in await fill(bare_database_url, 1)} == {3, 4}

    restore(bare_database_url, io.BytesIO(archive), replace=True)
    assert {track.user_id for track in await fill(bare_database_url, 1)} == {5, 6}


async def test_a_database_that_is_not_empty_is_replaced_only_when_told(filled: str, bare_database_url: str) -> None:
    archive, expected = backup(filled), rows(filled)
    migrate(bare_database_url)
    await fill(bare_database_url, 7)
    before = rows(bare_database_url)

    with pytest.raises(BackupRefused, match="--replace"):
        restore(bare_database_url, io.BytesIO(archive), replace=False)
    assert rows(bare_database_url) == before

    restore(bare_database_url, io.BytesIO(archive), replace=True)
    assert rows(bare_database_url) == expected


@contextmanager
def unchanged(database_url: str) -> Iterator[None]:
    before = rows(database_url)
    yield
    assert rows(database_url) == before


@pytest.mark.parametrize("kept", [0, 1, 100, 0.5, 0.99, -1])
def test_a_truncated_file_is_refused_and_changes_nothing(filled: str, kept: float) -> None:
    archive = backup(filled)
    cut = archive[: int(kept * len(archive)) if 0 < kept < 1 else int(kept)]

    with unchanged(filled), pytest.raises(BackupRefused, match="damaged"):
        restore(filled, io.BytesIO(cut), replace=True)


async def test_a_damaged_byte_changes_no_row(database_url: str) -> None:
    await fill(database_url, 200_000)  # much more than what a ZIP says twice, or of dates
    archive, expected = backup(database_url), rows(database_url)
    source = random.Random(1)
    refused = 0
    for position in source.sample(range(len(archive)), 30):
        damaged = bytearray(archive)
        damaged[position] ^= source.randrange(1, 256)
        try:
            restore(database_url, io.BytesIO(damaged), replace=True)
        except BackupRefused:
            refused += 1
        assert rows(database_url) == expected

    assert refused > 20


@pytest.mark.parametrize("name", ["manifest.json", "tables/users.copy", "tables/tracks.copy"])
def test_a_missing_part_is_refused_and_changes_nothing(filled: str, name: str) -> None:
    with unchanged(filled), pytest.raises(BackupRefused):
        restore(filled, changed(backup(filled), name, None), replace=True)


@pytest.mark.parametrize(
    "manifest",
    [b"", b"[]", b"{}", b'{"format": 2}', b'{"format": 1}', b'{"format": "1"}', b"[" * 100_000, b'{"format": 1' * 9**6],
    ids=range(8),
)
def test_a_strange_manifest_is_refused_and_changes_nothing(filled: str, manifest: bytes) -> None:
    with unchanged(filled), pytest.raises(BackupRefused):
        restore(filled, changed(backup(filled), "manifest.json", manifest), replace=True)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'"users"', b'"nobody"'),
        (b'"rows": 2', b'"rows": 3'),
        (b'"user_name"', b'"created_at"'),
        (b'"waveform"', b'"sound"'),
        (b'"user_id": 2', b'"user_id": 9223372036854775807'),
        (b'"user_id": 2', b'"user_id": -1'),
        (b'"0001_users', b'"9999_users'),
        (b'"format": %d' % FORMAT, b'"format": %d' % (FORMAT + 1)),
    ],
)
def test_a_manifest_that_does_not_fit_is_refused_and_changes_nothing(filled: str, old: bytes, new: bytes) -> None:
    archive = backup(filled)
    with zipfile.ZipFile(io.BytesIO(archive)) as opened:
        manifest = opened.read("manifest.json")
    assert old in manifest

    with unchanged(filled), pytest.raises(BackupRefused):
        restore(filled, changed(archive, "manifest.json", manifest.replace(old, new, 1)), replace=True)


@pytest.mark.parametrize("migrations", [None, {}])
def test_a_list_of_no_tables_does_not_empty_the_database(filled: str, migrations: object) -> None:
    archive = backup(filled)
    with zipfile.ZipFile(io.BytesIO(archive)) as opened:
        manifest = msgspec.json.decode(opened.read("manifest.json")) | {"tables": []}
    if migrations is not None:
        manifest["migrations"] = migrations

    with unchanged(filled), pytest.raises(BackupRefused, match="tables"):
        restore(filled, changed(archive, "manifest.json", msgspec.json.encode(manifest)), replace=True)


@pytest.mark.parametrize("offset", [2**63, 2**64 - 1])
def test_an_archive_that_points_beyond_every_file_is_refused(filled: str, offset: int) -> None:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as target:
        target.writestr("manifest.json", "{}")
        target.filelist[0].header_offset = offset

    with unchanged(filled), pytest.raises(BackupRefused, match="damaged"):
        restore(filled, archive, replace=True)


def read_manifest(archive: bytes) -> Any:
    with zipfile.ZipFile(io.BytesIO(archive)) as opened:
        return msgspec.json.decode(opened.read("manifest.json"))


def changed(archive: bytes, name: str, content: bytes | None) -> io.BytesIO:
    """The archive with another content of a file in it, or without it."""
    copy = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(archive)) as source, zipfile.ZipFile(copy, "w") as target:
        for info in source.infolist():
            if info.filename != name:
                target.writestr(info, source.read(info))
            elif content is not None:
                target.writestr(info, content)
    return copy


def test_an_older_backup_is_brought_up_to_date(filled: str, bare_database_url: str) -> None:
    archive = backup(filled)

    restore(bare_database_url, io.BytesIO(archive), replace=False, migrations=[*packaged_migrations(), LOUDNESS])

    with psycopg.connect(bare_database_url) as connection:
        assert connection.execute("SELECT DISTINCT loudness FROM tracks").fetchall() == [(-23,)]
    with pytest.raises(WrongSetting, match="0999_loudness"):
        migrate(bare_database_url)


async def test_a_backup_from_before_sound_was_measured_is_brought_up_to_date(
    bare_database_url: str, database_url: str
) -> None:
    migrate(bare_database_url, packaged_migrations()[:1])
    with psycopg.connect(bare_database_url) as connection:
        connection.execute("INSERT INTO users (user_name, token_sha256, created_at) VALUES ('Ann', sha256('x'), now())")
        connection.execute(OLD_TRACK)

    restore(database_url, io.BytesIO(backup(bare_database_url)), replace=True)

    [track] = await tracks_in(database_url)
    assert (track.file_name, track.conversion.mp3_size, track.conversion.sound) == ("talk.mp3", 5, None)
    assert [track.conversion.sound for track in await fill(database_url, 1)] == [SOUND, SOUND]
    assert {track.conversion.sound for track in await tracks_in(database_url)} == {SOUND, None}


# As the first version of the program stored it.
OLD_TRACK = """
    INSERT INTO tracks (track_uuid, user_id, track_file_name, duration, sample_rate, channels, bitrate, mp3_size,
                        mp3_sha256, wav_size, wav_sha256, repairs, created_at, track_file_bin)
    VALUES (gen_random_uuid(), 1, 'talk.mp3', '1 s', 8000, 1, '64', 5, sha256('sound'), 1, sha256('wav'), '{}', now(),
            'sound')"""


async def tracks_in(database_url: str) -> list[Track]:
    database = Database(database_url, pool_size=1)
    await database.open()
    found = [track async for track, _ in PsycopgTrackRepository(database).all()]
    await database.close()
    return found


def test_a_newer_backup_is_refused(filled: str, bare_database_url: str) -> None:
    known = [*packaged_migrations(), LOUDNESS]
    migrate(filled, known)
    file = io.BytesIO()
    back_up(filled, file, known)

    with pytest.raises(BackupRefused, match="0999_loudness"):
        restore(bare_database_url, file, replace=False)


def test_a_database_that_is_newer_is_neither_backed_up_nor_replaced(filled: str) -> None:
    archive = backup(filled)
    migrate(filled, [*packaged_migrations(), LOUDNESS])

    with pytest.raises(WrongSetting, match="0999_loudness"):
        backup(filled)
    with unchanged(filled), pytest.raises(WrongSetting, match="0999_loudness"):
        restore(filled, io.BytesIO(archive), replace=True)


def test_a_database_without_tables_has_no_backup(bare_database_url: str) -> None:
    with pytest.raises(BackupRefused, match="no tables"):
        backup(bare_database_url)

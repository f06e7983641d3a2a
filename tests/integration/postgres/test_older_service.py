"""Migrations run while an older service still serves: what it writes and reads goes on to work."""

import asyncio
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import psycopg
import pytest
from psycopg.sql import SQL

from adapters.postgres.accounts import PsycopgAccountRepository
from adapters.postgres.database import Database
from adapters.postgres.library import PsycopgTrackLibrary
from adapters.postgres.schema.migrate import migrate, packaged_migrations
from adapters.postgres.track_keeper import PsycopgTrackKeeper
from adapters.postgres.tracks import PsycopgTrackRepository
from domain.accounts import Totals
from domain.library import Wanted
from domain.recording.format import Codec, RecordingFormat
from domain.tags import Tags
from tests.waiting import wait_until

USER = "INSERT INTO users (user_name, token_sha256, created_at) VALUES ('Ann', sha256('x'), now())"
COLUMNS = SQL("""track_uuid, user_id, track_file_name, duration, sample_rate, channels, bitrate, mp3_size, mp3_sha256,
             wav_size, wav_sha256, repairs, created_at, track_file_bin""")
VALUES = SQL("""gen_random_uuid(), 1, 'talk.mp3', '1 s', 8000, 1, '64', 5, sha256('sound'),
            1, sha256('wav'), '{truncated}', now(), 'sound'""")
SOUND_COLUMNS = SQL("waveform, integrated_loudness, sample_peak, clipped_samples")
SOUND_VALUES = SQL("""'{"version": 2, "channels": 1, "sample_rate": 8000, "samples_per_pixel": 1, "bits": 8,
                        "length": 1, "data": [0, 1]}', -23, 0.5, 0""")
FORMAT_COLUMNS = SQL("wav_codec, wav_sample_rate, wav_channels, wav_bits, texts")
FORMAT_VALUES = SQL("""'pcm', 8000, 1, 16, '{"title": "Talk"}'""")
PASSPORT_VALUE = SQL("""'{"bext": {"originator": "R"}}'""")
WRITES = {
    1: SQL("INSERT INTO tracks ({}) VALUES ({})").format(COLUMNS, VALUES),
    2: SQL("INSERT INTO tracks ({}, {}) VALUES ({}, {})").format(COLUMNS, SOUND_COLUMNS, VALUES, SOUND_VALUES),
    3: SQL("INSERT INTO tracks ({}, {}, {}) VALUES ({}, {}, {})").format(
        COLUMNS, SOUND_COLUMNS, FORMAT_COLUMNS, VALUES, SOUND_VALUES, FORMAT_VALUES
    ),
    4: SQL("INSERT INTO tracks ({}, {}, {}, passport) VALUES ({}, {}, {}, {})").format(
        COLUMNS, SOUND_COLUMNS, FORMAT_COLUMNS, VALUES, SOUND_VALUES, FORMAT_VALUES, PASSPORT_VALUE
    ),
}
"""How the service stored a track that knew so many migrations."""
READS = {
    1: SQL("SELECT {} FROM tracks").format(COLUMNS),
    2: SQL("SELECT {}, {} FROM tracks").format(COLUMNS, SOUND_COLUMNS),
    3: SQL("SELECT {}, {}, {} FROM tracks").format(COLUMNS, SOUND_COLUMNS, FORMAT_COLUMNS),
    4: SQL("SELECT {}, {}, {}, passport FROM tracks").format(COLUMNS, SOUND_COLUMNS, FORMAT_COLUMNS),
}


@pytest.fixture(params=WRITES)
def older(request: pytest.FixtureRequest, bare_database_url: str) -> int:
    """A database in which an older service has stored a track, brought up to date; how many migrations that knew."""
    known: int = request.param
    migrate(bare_database_url, packaged_migrations()[:known])
    with psycopg.connect(bare_database_url) as connection:
        connection.execute(USER)
        connection.execute(WRITES[known])
    migrate(bare_database_url)
    return known


@pytest.fixture
async def database(older: int, bare_database_url: str) -> AsyncIterator[Database]:
    database = Database(bare_database_url, pool_size=2)
    await database.open()
    yield database
    await database.close()


def test_it_goes_on_to_store_and_read(older: int, bare_database_url: str) -> None:
    with psycopg.connect(bare_database_url) as connection:
        connection.execute(WRITES[older])
        assert len(connection.execute(READS[older]).fetchall()) == 2


async def test_what_it_stores_is_counted_and_found_by_its_words(
    older: int, database: Database, bare_database_url: str
) -> None:
    with psycopg.connect(bare_database_url) as connection:
        connection.execute(WRITES[older])
    library = PsycopgTrackLibrary(database)

    assert await library.index(10) == 2

    assert len((await library.page(1, Wanted(words=("tal",)), None, 10)).tracks) == 2
    totals = await PsycopgAccountRepository(database).totals(1)
    assert totals == Totals(tracks=2, bytes=10, duration=timedelta(seconds=2))


async def test_what_it_stores_is_read_by_this_version(older: int, database: Database, bare_database_url: str) -> None:
    with psycopg.connect(bare_database_url) as connection:
        connection.execute(WRITES[older])

    found = [pair async for pair in PsycopgTrackRepository(database).all()]

    assert len(found) == 2
    for track, mp3 in found:
        known = (RecordingFormat(Codec.PCM, 8000, 1, 16), Tags(title="Talk")) if older >= 3 else (None, Tags())
        assert (track.conversion.recording_format, track.conversion.texts) == known
        assert track.conversion.passport == ({"bext": {"originator": "R"}} if older == 4 else {})
        assert (track.conversion.sound is None) == (older == 1)
        assert [block async for block in PsycopgTrackKeeper(database).read(mp3, 0, 5)] == [b"sound"]


async def test_a_migration_waits_for_nobody_who_only_reads(older: int, bare_database_url: str) -> None:
    """All are there already: who starts beside a reader finds nothing to do, at once."""
    async with await psycopg.AsyncConnection.connect(bare_database_url) as reader:
        await reader.execute(READS[older])
        async with asyncio.timeout(10):
            assert await asyncio.to_thread(migrate, bare_database_url) == []


def test_a_track_that_it_stores_when_a_migration_begins_is_stored(bare_database_url: str) -> None:
    """It has the table of tracks, and wants that of users: a migration that had the latter would wait for ever."""
    migrate(bare_database_url, packaged_migrations()[:4])
    with ThreadPoolExecutor(1) as threads, psycopg.connect(bare_database_url) as older:
        older.execute(USER)
        older.commit()
        older.execute("LOCK TABLE tracks IN ROW EXCLUSIVE MODE")  # as a COPY of a large MP3 has it all the while
        migrating = threads.submit(migrate, bare_database_url)
        wait_until(lambda: _waits_for_tracks(bare_database_url), "the migration waits")
        older.execute(WRITES[4])
        older.commit()
        migrating.result()

    with psycopg.connect(bare_database_url) as connection:
        assert connection.execute("SELECT tracks FROM user_totals").fetchall() == [(1,)]


def _waits_for_tracks(url: str) -> bool:
    with psycopg.connect(url) as connection:
        waiting = connection.execute("SELECT FROM pg_locks WHERE relation = 'tracks'::regclass AND NOT granted")
        return waiting.rowcount > 0

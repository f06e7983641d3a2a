"""What a library of tracks in PostgreSQL does beside its contract: rows of older versions, searches that take long."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import LiteralString

import psycopg
import pytest

from adapters.memory.mp3 import InMemoryMp3
from adapters.postgres import library as module
from adapters.postgres import track_pages
from adapters.postgres.database import Database
from adapters.postgres.library import PsycopgTrackLibrary
from adapters.postgres.track_keeper import PsycopgTrackKeeper
from adapters.postgres.track_search import LIMITS, TrackSearch
from adapters.postgres.users import PsycopgUserRepository
from domain.library import Changed, Page, Position, Wanted
from domain.tags import Tags
from domain.tracks import NewTag, Track
from domain.users import token_digest
from tests.contract.libraries import uuids, whole
from tests.contract.tracks import NOW, a_track

MP3 = InMemoryMp3(b"sound")
TALK = Wanted(words=("talk",))
_AS_AN_OLDER_VERSION: LiteralString = "UPDATE tracks SET words = NULL"
_SLOW_WORDS: LiteralString = """
    ALTER TABLE tracks RENAME TO kept;
    CREATE FUNCTION slow(words text[]) RETURNS text[] STABLE LANGUAGE plpgsql AS $$
        BEGIN PERFORM pg_sleep(0.02); RETURN words; END $$;
    CREATE VIEW tracks AS SELECT kept.*, slow(kept.words) AS slowly FROM kept;
    ALTER VIEW tracks RENAME COLUMN words TO quickly;
    ALTER VIEW tracks RENAME COLUMN slowly TO words"""


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    database = Database(database_url, pool_size=5)
    await database.open()
    yield database
    await database.close()


@pytest.fixture
async def user_id(database: Database) -> int:
    return (await PsycopgUserRepository(database).add("Ada", token_digest("secret"), NOW)).user_id


async def kept(database: Database, user_id: int, count: int) -> list[Track]:
    """The newest first."""
    tracks = [replace(a_track(user_id, MP3, texts=Tags(title="A talk")), file_name=f"{n}.mp3") for n in range(count)]
    for track in tracks:
        await PsycopgTrackKeeper(database).keep(track, MP3)
    return tracks[::-1]


async def change(database: Database, statement: LiteralString) -> None:
    async with database.connection() as connection:
        await connection.execute(statement)


async def test_tracks_of_an_older_version_are_found_once_they_are_indexed(database: Database, user_id: int) -> None:
    tracks, library = await kept(database, user_id, 7), PsycopgTrackLibrary(database)
    await change(database, _AS_AN_OLDER_VERSION)
    assert await whole(library, user_id, TALK) == []

    indexed = [await library.index(3) for _ in range(4)]

    assert indexed == [3, 3, 1, 0]
    assert uuids(await whole(library, user_id, TALK)) == uuids(tracks)
    assert uuids(await whole(library, user_id, Wanted(words=("6", "talk")))) == uuids(tracks[:1])


async def test_several_that_index_share_the_work_and_wait_for_nobody(database: Database, user_id: int) -> None:
    await kept(database, user_id, 5)
    await change(database, _AS_AN_OLDER_VERSION)
    library = PsycopgTrackLibrary(database)
    async with database.connection() as other, other.transaction():
        await other.execute("SELECT FROM tracks ORDER BY track_id LIMIT 2 FOR UPDATE")
        async with asyncio.timeout(10):
            assert await library.index(5) == 3

    assert await library.index(5) == 2


async def test_what_was_changed_meanwhile_is_indexed_as_it_is_now(database: Database, user_id: int) -> None:
    [track], library = await kept(database, user_id, 1), PsycopgTrackLibrary(database)
    await change(database, _AS_AN_OLDER_VERSION)
    made = track.conversion

    assert await library.change(track, Changed("new.mp3", Tags(title="Other"), None, made.mp3_size, made.mp3_sha256))

    assert await library.index(1) == 0
    assert await whole(library, user_id, TALK) == []
    assert len(await whole(library, user_id, Wanted(words=("new", "other")))) == 1


async def test_t1_a_search_that_takes_too_long_is_a_walk_over_several_pages(
    database: Database, user_id: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    tracks = await kept(database, user_id, 40)
    await change(database, _SLOW_WORDS)
    monkeypatch.setattr(track_pages, "SEARCH_SECONDS", 0.1)
    library = PsycopgTrackLibrary(database, walked=3, walk_seconds=0)
    wanted = Wanted(words=("1",))

    first = await library.page(user_id, wanted, None, 50)
    assert first.after is not None
    found, page = [*first.tracks], first
    while page.after is not None:
        page = await library.page(user_id, wanted, page.after, 50)
        found += page.tracks

    assert uuids(found) == uuids([track for track in tracks if track.file_name.startswith("1")])


async def test_t1_words_that_too_many_have_are_walked_for(database: Database, user_id: int) -> None:
    tracks = await kept(database, user_id, 12)
    library = PsycopgTrackLibrary(database, walked=3, most_found=12, walk_seconds=0)
    asked = replace(TALK, repaired=True)

    pages = [await library.page(user_id, asked, None, 5)]
    while (after := pages[-1].after) is not None:
        pages.append(await library.page(user_id, asked, after, 5))

    assert len(pages) > 1
    assert not any(page.tracks for page in pages)
    assert uuids(await whole(library, user_id, TALK, limit=5)) == uuids(tracks)
    at_once = PsycopgTrackLibrary(database, walked=3, most_found=12, walk_seconds=60)
    assert await at_once.page(user_id, asked, None, 5) == Page([], None)
    in_the_index = PsycopgTrackLibrary(database, walked=3, most_found=13, walk_seconds=0)
    assert await in_the_index.page(user_id, asked, None, 5) == Page([], None)


async def test_t1_words_are_looked_up_in_their_index(database: Database, user_id: int) -> None:
    await kept(database, user_id, 3)
    statement, values = TrackSearch(user_id, TALK).numbers(Position(NOW, 100), 10, 20)

    async with database.connection() as connection, connection.transaction():
        await connection.execute(LIMITS, ["1s"])
        plan = str(await (await connection.execute(b"EXPLAIN " + statement.as_bytes(), values)).fetchall())

    assert "Bitmap Index Scan on tracks_words" in plan


async def test_a_large_mp3_may_take_longer_to_remove(
    database: Database, user_id: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "LARGE_BYTES", MP3.size - 1)
    [track, other], library = await kept(database, user_id, 2), PsycopgTrackLibrary(database)

    removed = await library.remove(track.track_uuid, user_id)

    assert removed is not None
    assert removed.track_uuid == track.track_uuid
    assert await library.remove(track.track_uuid, user_id) is None
    assert uuids(await whole(library, user_id)) == [other.track_uuid]


async def test_an_older_version_reads_what_is_stored_whatever_the_new_tag(
    database: Database, user_id: int, database_url: str
) -> None:
    [track], library = await kept(database, user_id, 1), PsycopgTrackLibrary(database)

    assert await library.change(track, Changed("a.mp3", Tags(title="B"), NewTag(b"new tag", 2), 10, bytes(32)))

    with psycopg.connect(database_url) as connection:
        [row] = connection.execute("SELECT mp3_size, mp3_sha256, track_file_bin FROM tracks").fetchall()
    assert row == (5, track.conversion.mp3_sha256, b"sound")

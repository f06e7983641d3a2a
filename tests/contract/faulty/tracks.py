"""Repositories and catalogues of tracks with one mistake each."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Collection
from contextlib import closing, suppress
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

from adapters.postgres.tracks import PsycopgTrackRepository
from domain.conversions import Conversion
from domain.errors import DuplicateTrack, StoreAway, UnknownUser
from domain.output.format import Mp3Quality
from domain.recording.repairs import Mended, Repair
from domain.tags import Tags
from domain.tracks import StoredMp3, Track
from tests.contract.faulty.table import refused_by
from tests.contract.tracks import TrackCatalogueContract as CatalogueContract
from tests.contract.tracks import TrackRepositoryContract as Contract
from tests.sqlite.connection import connected, in_threads
from tests.sqlite.tracks import (
    LIST,
    PAGE,
    Row,
    SqliteTrackRepository,
    constraints_translated,
    insert,
    stored_mp3_of,
    track_of,
)

# What is kept of a track?


class _Changing(SqliteTrackRepository):
    """Keeps something else than it gets."""

    def changed(self, made: Conversion) -> Conversion:
        raise NotImplementedError

    async def add(self, track: Track, audio_key: str) -> None:
        await super().add(replace(track, conversion=self.changed(track.conversion)), audio_key)


@refused_by(Contract.test_a_track_keeps_its_texts, texts=Tags(comment="two\nlines"))
class ForgetsTexts(_Changing):
    """They are in the MP3 anyway."""

    def changed(self, made: Conversion) -> Conversion:
        return replace(made, texts=Tags())


@refused_by(Contract.test_a_track_keeps_its_passport, passport={"bext": {"TimeReference": 2**64 - 1}})
class ForgetsPassports(_Changing):
    """Nobody reads them yet."""

    def changed(self, made: Conversion) -> Conversion:
        return replace(made, passport={})


@refused_by(Contract.test_a_track_keeps_its_texts, texts=Tags(comment="c" * 4000))
class CutsTexts(_Changing):
    """VARCHAR(255)."""

    def changed(self, made: Conversion) -> Conversion:
        return replace(made, texts=Tags(*(text[:255] for text in made.texts.texts())))


@refused_by(
    Contract.test_a_track_keeps_what_is_known_of_it,
    quality=Mp3Quality(variable=0),
    repairs=(Mended(Repair.TRUNCATED), Mended(Repair.LEADING_TAG)),
)
class SortsRepairs(_Changing):
    """A set has no order."""

    def changed(self, made: Conversion) -> Conversion:
        return replace(made, repairs=tuple(sorted(set(made.repairs), key=str)))


@refused_by(Contract.test_a_track_is_found_as_it_was_added)
class RoundsDurations(_Changing):
    """A REAL of seconds, to the millisecond."""

    def changed(self, made: Conversion) -> Conversion:
        return replace(made, duration=timedelta(seconds=round(made.duration.total_seconds(), 3)))


@refused_by(Contract.test_a_track_keeps_what_was_measured, loudness=-23.012345678901234)
class RoundsLoudness(_Changing):
    """A 32-bit float."""

    def changed(self, made: Conversion) -> Conversion:
        sound = made.sound
        return replace(made, sound=sound and replace(sound, loudness=round(sound.loudness or 0, 6)))


@refused_by(Contract.test_a_track_keeps_what_was_measured, loudness=None)
class TakesNothingForZero(_Changing):
    """NOT NULL DEFAULT 0."""

    def changed(self, made: Conversion) -> Conversion:
        sound = made.sound
        return replace(made, sound=sound and replace(sound, loudness=sound.loudness or 0.0))


@refused_by(Contract.test_a_track_may_be_from_before_that_was_kept)
class WantsARecordingFormat(_Changing):
    """Of every track."""

    def changed(self, made: Conversion) -> Conversion:
        if made.recording_format is None:
            raise ValueError("no format")
        return made


# Whose is it, and is it there already?


@refused_by(Contract.test_another_users_track_is_none)
class ForgetsTheOwner(SqliteTrackRepository):
    """Finds by the identifier alone, which nobody can guess."""

    async def find(self, track_uuid: UUID, user_id: int) -> StoredMp3 | None:
        async for track, mp3 in self.all():
            if track.track_uuid == track_uuid:
                return mp3
        return None


@refused_by(Contract.test_any_integer_may_be_asked_for, nobody=10**400)
class Overflows(SqliteTrackRepository):
    """The driver cannot bind such a number."""

    async def find(self, track_uuid: UUID, user_id: int) -> StoredMp3 | None:
        query = "SELECT 1 FROM tracks WHERE user_id = ?"
        await self.store.read(lambda connection: connection.execute(query, [user_id]).fetchone())
        return await super().find(track_uuid, user_id)


@refused_by(Contract.test_a_duplicate_is_refused_and_changes_nothing)
class Upserts(SqliteTrackRepository):
    """The one that comes last wins."""

    async def add(self, track: Track, audio_key: str) -> None:
        async with self.store.writing() as connection:
            connection.execute("DELETE FROM tracks WHERE track_uuid = ?", [track.track_uuid.bytes])
        await super().add(track, audio_key)


@refused_by(Contract.test_a_duplicate_is_refused_and_changes_nothing)
@refused_by(Contract.test_of_two_equal_tracks_at_once_one_is_kept)
class TakesEveryConstraintForOne(SqliteTrackRepository):
    """Whatever is violated, it is the user."""

    async def add(self, track: Track, audio_key: str) -> None:
        try:
            await super().add(track, audio_key)
        except DuplicateTrack as error:
            raise UnknownUser(track.user_id) from error


@refused_by(Contract.test_a_track_of_an_unknown_user_is_refused, nobody=2**31)
class LetsConstraintsOut(SqliteTrackRepository):
    """As the driver raises them."""

    async def add(self, track: Track, audio_key: str) -> None:
        try:
            await super().add(track, audio_key)
        except UnknownUser as error:
            raise error.__cause__ or sqlite3.IntegrityError from error


@refused_by(Contract.test_a_track_of_an_unknown_user_is_refused, nobody=0)
class TakesAnybody(PsycopgTrackRepository):
    """There is no such user, so nothing is kept, and nothing is said."""

    async def add(self, track: Track, audio_key: str) -> None:
        with suppress(UnknownUser):
            await super().add(track, audio_key)


# Which keys are in use?


@refused_by(Contract.test_audio_keys_in_use_are_told_from_others)
class KnowsNoCase(SqliteTrackRepository):
    """COLLATE NOCASE."""

    async def audio_keys_in_use(self, keys: Collection[str]) -> set[str]:
        used = {mp3.audio_key.lower() async for _, mp3 in self.all() if mp3.audio_key}
        return {key for key in keys if key.lower() in used}


@refused_by(Contract.test_audio_keys_in_use_are_told_from_others)
class GivesAllThatAreInUse(SqliteTrackRepository):
    """Whatever was asked for."""

    async def audio_keys_in_use(self, keys: Collection[str]) -> set[str]:
        return {mp3.audio_key async for _, mp3 in self.all() if mp3.audio_key}


@refused_by(Contract.test_a_thousand_keys_may_be_asked_for)
class TakesFewKeys(SqliteTrackRepository):
    """With a variable for each."""

    async def audio_keys_in_use(self, keys: Collection[str]) -> set[str]:
        return await super().audio_keys_in_use(list(keys)[:999])


@refused_by(Contract.test_the_audio_key_of_a_track_that_is_gone_is_not_in_use)
class RemembersKeys(SqliteTrackRepository):
    """A cache that hears of nothing."""

    _known: frozenset[str] = frozenset()

    async def add(self, track: Track, audio_key: str) -> None:
        await super().add(track, audio_key)
        self._known |= {audio_key}

    async def audio_keys_in_use(self, keys: Collection[str]) -> set[str]:
        return set(keys) & self._known


@refused_by(Contract.test_every_method_says_that_the_store_is_away)
class UsesNoKeyWhenAway(SqliteTrackRepository):
    """So that all bytes are swept."""

    async def audio_keys_in_use(self, keys: Collection[str]) -> set[str]:
        with suppress(StoreAway):
            return await super().audio_keys_in_use(keys)
        return set()


@refused_by(Contract.test_a_track_is_kept_when_it_is_said_so)
class AddsInBackground(SqliteTrackRepository):
    """Does not wait for the commit."""

    _task: asyncio.Task[None] | None = None

    async def add(self, track: Track, audio_key: str) -> None:
        self._task = asyncio.create_task(super().add(track, audio_key))


@refused_by(Contract.test_what_failed_is_not_kept_by_what_succeeds_next)
@refused_by(Contract.test_a_track_of_an_unknown_user_is_refused, nobody=2**31)
class LooksAfterwards(SqliteTrackRepository):
    """PRAGMA foreign_keys is off for each new connection: the row is there when the user is not found."""

    async def add(self, track: Track, audio_key: str) -> None:
        with constraints_translated(track), closing(sqlite3.connect(self.store.path)) as connection:
            insert(connection, track, audio_key)
            connection.commit()
            if not connection.execute("SELECT 1 FROM users WHERE user_id = ?", [track.user_id]).fetchone():
                raise UnknownUser(track.user_id)


# Does every track come once?


class _Paging(SqliteTrackRepository):
    """Goes through the pages in another way."""

    async def page(self, query: str, *values: object) -> list[Row]:
        return await self.store.read(lambda connection: connection.execute(query, values).fetchall())


@refused_by(CatalogueContract.test_tracks_may_be_removed_on_the_way)
class PagesByOffset(_Paging):
    """Skips as many as were removed."""

    async def all(self) -> AsyncIterator[tuple[Track, StoredMp3]]:
        offset = 0
        while page := await self.page(LIST.replace("LIMIT ?", "LIMIT ? OFFSET ?"), 0, PAGE, offset):
            for row in page:
                yield track_of(row), stored_mp3_of(row)
            offset += len(page)


@refused_by(CatalogueContract.test_tracks_may_be_added_on_the_way)
class PagesByOffsetFromTheLatest(_Paging):
    """Gives some twice, as many as were added."""

    async def all(self) -> AsyncIterator[tuple[Track, StoredMp3]]:
        offset = 0
        query = LIST.replace("ORDER BY track_id", "ORDER BY track_id DESC").replace("LIMIT ?", "LIMIT ? OFFSET ?")
        while page := await self.page(query, 0, PAGE, offset):
            for row in page:
                yield track_of(row), stored_mp3_of(row)
            offset += len(page)


@refused_by(CatalogueContract.test_every_users_tracks_come_once, more=1)
class PagesByTheMoment(_Paging):
    """Of several tracks of one moment, those on the next page are left out."""

    async def all(self) -> AsyncIterator[tuple[Track, StoredMp3]]:
        after = 0
        query = LIST.replace("track_id > ?", "created_at > ?").replace("ORDER BY track_id", "ORDER BY created_at")
        while page := await self.page(query, after, PAGE):
            for row in page:
                yield track_of(row), stored_mp3_of(row)
            after = page[-1][7]


@refused_by(CatalogueContract.test_every_users_tracks_come_once, more=0)
class SkipsTheBorder(_Paging):
    """One too far at the border of each page."""

    async def all(self) -> AsyncIterator[tuple[Track, StoredMp3]]:
        after = 0
        while page := await self.page(LIST, after, PAGE):
            for row in page:
                yield track_of(row), stored_mp3_of(row)
            after = page[-1][5] + 1


@refused_by(CatalogueContract.test_every_users_tracks_come_once, more=1)
class RepeatsTheBorder(_Paging):
    """One too few at the border of each page."""

    async def all(self) -> AsyncIterator[tuple[Track, StoredMp3]]:
        after = 0
        while len(page := await self.page(LIST, after, PAGE)) > 1:
            for row in page:
                yield track_of(row), stored_mp3_of(row)
            after = page[-1][5] - 1


@refused_by(CatalogueContract.test_every_users_tracks_come_once, more=-1)
class WantsWholePages(_Paging):
    """Leaves out a last page that is not full."""

    async def all(self) -> AsyncIterator[tuple[Track, StoredMp3]]:
        after = 0
        while len(page := await self.page(LIST, after, PAGE)) == PAGE:
            for row in page:
                yield track_of(row), stored_mp3_of(row)
            after = page[-1][5]


@refused_by(CatalogueContract.test_every_users_tracks_come_once, more=0)
class GivesOnePage(_Paging):
    """LIMIT 100."""

    async def all(self) -> AsyncIterator[tuple[Track, StoredMp3]]:
        for row in await self.page(LIST, 0, PAGE):
            yield track_of(row), stored_mp3_of(row)


@refused_by(CatalogueContract.test_nothing_of_the_store_is_held_between_two_tracks)
class HoldsAConnection(SqliteTrackRepository):
    """One cursor for all, open to the end."""

    async def all(self) -> AsyncIterator[tuple[Track, StoredMp3]]:
        async with in_threads(connected(self.store.path)):
            async for found in super().all():
                yield found


@refused_by(CatalogueContract.test_nothing_of_the_store_is_held_between_two_tracks)
class HoldsAConnectionOfThePool(PsycopgTrackRepository):
    """Of which there are five."""

    async def all(self) -> AsyncIterator[tuple[Track, StoredMp3]]:
        async with self.database.connection():
            async for found in super().all():
                yield found


@refused_by(CatalogueContract.test_it_says_that_the_store_is_away)
class EndsWhenAway(SqliteTrackRepository):
    """`music-app check` finds all tracks well."""

    async def all(self) -> AsyncIterator[tuple[Track, StoredMp3]]:
        with suppress(StoreAway):
            async for found in super().all():
                yield found

"""Keepers of tracks with one mistake each."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, closing, suppress
from typing import Any
from uuid import UUID

from psycopg.sql import SQL

from adapters.memory.mp3 import InMemoryMp3
from adapters.postgres.track_keeper import PsycopgTrackKeeper
from adapters.shared.cancellation import in_thread
from application.audio_first import AudioFirst
from domain.errors import DuplicateTrack, StoreAway, TrackDamaged, TrackNotFound
from domain.output.converter import Mp3
from domain.tracks import StoredMp3, Track
from tests.contract.faulty.forgotten import Forgotten
from tests.contract.faulty.table import refused_by
from tests.contract.keepers import TrackKeeperContract as Contract
from tests.contract.tracks import MIB
from tests.sqlite.connection import connected, in_threads
from tests.sqlite.store import SqliteStore
from tests.sqlite.track_keeper import BLOCK_BYTES, SqliteTrackKeeper, copy_blocks
from tests.sqlite.tracks import constraints_translated, insert

LOST = OSError("the disk is gone")


async def whole(mp3: Mp3, size: int) -> bytes:
    return b"".join([block async for block in mp3.read(0, size)])


@refused_by(Contract.test_an_mp3_that_is_not_the_tracks_leaves_nothing, size=200_001)
class CutsToSize(SqliteTrackKeeper):
    """Takes as many bytes as the track says, and never asks whether there are more."""

    async def keep(self, track: Track, mp3: Mp3) -> None:
        await super().keep(track, InMemoryMp3(await whole(mp3, track.conversion.mp3_size)))


# When is it kept, and when seen?


@refused_by(Contract.test_a_track_is_kept_when_it_is_said_so)
@refused_by(Contract.test_what_was_kept_outlives_a_crash)
class WritesBehind(SqliteTrackKeeper):
    """Answers at once, and writes what has gathered later."""

    def __init__(self, store: SqliteStore) -> None:
        super().__init__(store)
        self._waiting: list[tuple[Track, Mp3]] = []

    async def keep(self, track: Track, mp3: Mp3) -> None:
        self._waiting.append((track, mp3))


@refused_by(Contract.test_a_track_is_kept_when_it_is_said_so)
class KeepsInBackground(SqliteTrackKeeper):
    """Does the work in a task of its own, and does not wait for it."""

    def __init__(self, store: SqliteStore) -> None:
        super().__init__(store)
        self._tasks: set[asyncio.Task[None]] = set()

    async def keep(self, track: Track, mp3: Mp3) -> None:
        task = asyncio.create_task(super().keep(track, mp3))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


@refused_by(Contract.test_a_track_is_kept_when_it_is_said_so)
class ForgetsToCommit(PsycopgTrackKeeper):
    """Undoes at the end what it did."""

    async def keep(self, track: Track, mp3: Mp3) -> None:
        with suppress(_Undone):
            await super().keep(track, _Then(mp3, _Undone()))


class _Undone(Exception):
    pass


class _Then(InMemoryMp3):
    """An MP3 after whose last byte something is raised."""

    def __init__(self, mp3: Mp3, error: Exception) -> None:
        self.mp3, self.size, self.error = mp3, mp3.size, error

    async def read(self, start: int, count: int) -> AsyncIterator[bytes]:
        async for block in self.mp3.read(start, count):
            yield block
        raise self.error


@refused_by(Contract.test_a_track_is_not_seen_before_its_mp3_is_whole)
@refused_by(Contract.test_no_other_client_sees_a_track_before_its_mp3_is_whole)
@refused_by(Contract.test_a_crash_in_the_middle_leaves_nothing)
@refused_by(Contract.test_an_error_of_the_mp3_comes_out_and_leaves_nothing, given=MIB, error=LOST)
@refused_by(Contract.test_an_mp3_of_another_size_leaves_nothing, given=1)
@refused_by(Contract.test_a_cancelled_keep_leaves_nothing)
class CommitsTheRowFirst(SqliteTrackKeeper):
    """One transaction for the row, another one for the MP3."""

    async def keep(self, track: Track, mp3: Mp3) -> None:
        with constraints_translated(track):
            async with self.store.writing() as connection:
                track_id = await in_thread(insert, connection, track, None)
        async with self.store.writing() as connection:
            await copy_blocks(mp3, track.conversion.mp3_size, connection, track_id)


@refused_by(Contract.test_a_crash_in_the_middle_leaves_nothing)
@refused_by(Contract.test_a_track_is_not_seen_before_its_mp3_is_whole)
class CleansUpBehindItself(CommitsTheRowFirst):
    """As above, but removes the row again after an error; a crash leaves no time for that."""

    async def keep(self, track: Track, mp3: Mp3) -> None:
        try:
            await super().keep(track, mp3)
        except DuplicateTrack:
            raise
        except BaseException:
            async with self.store.writing() as connection:
                await in_thread(connection.execute, "DELETE FROM tracks WHERE track_uuid = ?", [track.track_uuid.bytes])
            raise


# What happens after an error?


class _OneConnection(SqliteTrackKeeper):
    """Writes with one connection for all."""

    _connection: sqlite3.Connection | None = None

    async def keep(self, track: Track, mp3: Mp3) -> None:
        if self._connection is None:
            self._connection = Forgotten(self.store.path, isolation_level=None, check_same_thread=False)
        with constraints_translated(track):
            await self._keep(self._connection, track, mp3)

    async def _keep(self, connection: sqlite3.Connection, track: Track, mp3: Mp3) -> None:
        raise NotImplementedError


@refused_by(Contract.test_what_failed_is_not_kept_by_what_succeeds_next)
class ForgetsToRollBack(_OneConnection):
    """After an error the transaction stays open, and the next one commits what was left in it."""

    async def _keep(self, connection: sqlite3.Connection, track: Track, mp3: Mp3) -> None:
        if not connection.in_transaction:
            connection.execute("BEGIN IMMEDIATE")
        track_id = insert(connection, track, None)
        await copy_blocks(mp3, track.conversion.mp3_size, connection, track_id)
        connection.execute("COMMIT")


@refused_by(Contract.test_what_failed_is_not_kept_by_what_succeeds_next)
class BeginsAgainInTheMiddle(_OneConnection):
    """After an error the transaction stays open, and the next one cannot begin."""

    async def _keep(self, connection: sqlite3.Connection, track: Track, mp3: Mp3) -> None:
        connection.execute("BEGIN IMMEDIATE")
        track_id = insert(connection, track, None)
        await copy_blocks(mp3, track.conversion.mp3_size, connection, track_id)
        connection.execute("COMMIT")


@refused_by(Contract.test_an_error_of_the_mp3_comes_out_and_leaves_nothing, given=MIB, error=LOST)
class CommitsInAnyCase(_OneConnection):
    """COMMIT stands in the `finally`."""

    async def _keep(self, connection: sqlite3.Connection, track: Track, mp3: Mp3) -> None:
        connection.execute("BEGIN IMMEDIATE")
        try:
            track_id = insert(connection, track, None)
            await copy_blocks(mp3, track.conversion.mp3_size, connection, track_id)
        finally:
            connection.execute("COMMIT")


@refused_by(Contract.test_a_cancelled_keep_leaves_nothing)
class RollsBackAfterExceptionsAlone(_OneConnection):
    """A cancellation is no `Exception`."""

    async def _keep(self, connection: sqlite3.Connection, track: Track, mp3: Mp3) -> None:
        connection.execute("BEGIN IMMEDIATE")
        try:
            track_id = insert(connection, track, None)
            await copy_blocks(mp3, track.conversion.mp3_size, connection, track_id)
        except Exception:
            connection.execute("ROLLBACK")
            raise
        finally:
            if connection.in_transaction:
                connection.execute("COMMIT")


@refused_by(Contract.test_an_error_of_the_mp3_comes_out_and_leaves_nothing, given=MIB, error=LOST)
class WrapsWhatTheMp3Raises(SqliteTrackKeeper):
    """Takes every error for one of the store's."""

    async def keep(self, track: Track, mp3: Mp3) -> None:
        try:
            await super().keep(track, mp3)
        except OSError as error:
            raise StoreAway from error


@refused_by(Contract.test_an_error_of_the_mp3_comes_out_and_leaves_nothing, given=MIB, error=TimeoutError())
class TakesTimeOutsForItsOwn(PsycopgTrackKeeper):
    """Bounds the whole of it, and cannot tell whose time was up."""

    async def keep(self, track: Track, mp3: Mp3) -> None:
        try:
            async with asyncio.timeout(10):
                await super().keep(track, mp3)
        except TimeoutError as error:
            raise StoreAway from error


@refused_by(Contract.test_an_error_of_the_mp3_comes_out_and_leaves_nothing, given=0, error=ValueError("odd"))
class SwallowsWhatTheMp3Raises(SqliteTrackKeeper):
    """Writes a line to the log, and goes on."""

    async def keep(self, track: Track, mp3: Mp3) -> None:
        with suppress(ValueError):
            await super().keep(track, mp3)


@refused_by(Contract.test_a_cancelled_keep_leaves_nothing)
class SwallowsCancellation(SqliteTrackKeeper):
    """Cleans up after everything, and says nothing."""

    async def keep(self, track: Track, mp3: Mp3) -> None:
        with suppress(asyncio.CancelledError):
            await super().keep(track, mp3)


@refused_by(Contract.test_an_mp3_of_another_size_leaves_nothing, given=200_001)
@refused_by(Contract.test_an_error_of_the_mp3_comes_out_and_leaves_nothing, given=3 * MIB, error=LOST)
class ReadsNoFurtherThanItMust(SqliteTrackKeeper):
    """Looks away once it has as many bytes as it was told."""

    async def keep(self, track: Track, mp3: Mp3) -> None:
        data = b""
        async for block in mp3.read(0, track.conversion.mp3_size):
            data += block
            if len(data) >= track.conversion.mp3_size:
                break
        await super().keep(track, InMemoryMp3(data[: track.conversion.mp3_size]))


@refused_by(Contract.test_an_mp3_of_another_size_leaves_nothing, given=199_999)
@refused_by(Contract.test_an_mp3_of_another_size_leaves_nothing, given=0)
class TakesWhatComes(SqliteTrackKeeper):
    """Does not count."""

    async def keep(self, track: Track, mp3: Mp3) -> None:
        data = await whole(mp3, track.conversion.mp3_size)
        size = track.conversion.mp3_size
        await super().keep(track, InMemoryMp3(data[:size].ljust(size, b"\0")))


@refused_by(Contract.test_a_duplicate_is_refused_and_changes_nothing)
class ReplacesDuplicates(SqliteTrackKeeper):
    """The one that comes last wins."""

    async def keep(self, track: Track, mp3: Mp3) -> None:
        async with self.store.writing() as connection:
            connection.execute("DELETE FROM tracks WHERE track_uuid = ?", [track.track_uuid.bytes])
        await super().keep(track, mp3)


@refused_by(Contract.test_a_duplicate_is_refused_and_changes_nothing)
class IgnoresDuplicates(SqliteTrackKeeper):
    """It is there already, so all is well."""

    async def keep(self, track: Track, mp3: Mp3) -> None:
        with suppress(DuplicateTrack):
            await super().keep(track, mp3)


@refused_by(Contract.test_of_two_equal_tracks_at_once_one_is_kept)
class LooksBeforeItAdds(SqliteTrackKeeper):
    """Trusts in nobody else's adding the same between its look and its own adding."""

    async def keep(self, track: Track, mp3: Mp3) -> None:
        values = [track.track_uuid.bytes]
        query = "SELECT 1 FROM tracks WHERE track_uuid = ?"
        if await self.store.read(lambda connection: connection.execute(query, values).fetchone()):
            raise DuplicateTrack
        try:
            await super().keep(track, mp3)
        except DuplicateTrack as error:
            raise StoreAway from error  # what nobody expects here


# What is held?


@refused_by(Contract.test_slow_readers_hold_nothing_of_the_store, hangs=True)
class ReadsUnderALock(SqliteTrackKeeper):
    """One reader at a time."""

    def __init__(self, store: SqliteStore) -> None:
        super().__init__(store)
        self._lock = asyncio.Lock()

    async def read(self, mp3: StoredMp3, start: int, count: int) -> AsyncIterator[bytes]:
        async with self._lock:
            async for block in super().read(mp3, start, count):
                yield block


@refused_by(Contract.test_slow_readers_hold_nothing_of_the_store)
class HoldsAConnectionForEachReader(SqliteTrackKeeper):
    """Open for as long as its reader takes."""

    async def read(self, mp3: StoredMp3, start: int, count: int) -> AsyncIterator[bytes]:
        async with in_threads(connected(self.store.path)):
            async for block in super().read(mp3, start, count):
                yield block


@refused_by(Contract.test_slow_readers_hold_nothing_of_the_store)
class HoldsAConnectionOfThePool(PsycopgTrackKeeper):
    """Of which there are five."""

    async def read(self, mp3: StoredMp3, start: int, count: int) -> AsyncIterator[bytes]:
        async with self.database.connection():
            async for block in super().read(mp3, start, count):
                yield block


@refused_by(Contract.test_a_large_mp3_is_never_held_whole)
class GathersBeforeItKeeps(SqliteTrackKeeper):
    """The simplest way to keep bytes."""

    async def keep(self, track: Track, mp3: Mp3) -> None:
        await super().keep(track, InMemoryMp3(await whole(mp3, track.conversion.mp3_size)))


@refused_by(Contract.test_a_large_mp3_is_never_held_whole)
class KeepsWithOneInsert(PsycopgTrackKeeper):
    """As a value of one statement."""

    async def keep(self, track: Track, mp3: Mp3) -> None:
        await super().keep(track, InMemoryMp3(await whole(mp3, track.conversion.mp3_size)))


@refused_by(Contract.test_a_large_mp3_is_never_held_whole)
class ReadsTheWholeRow(PsycopgTrackKeeper):
    """Cuts it into blocks afterwards."""

    async def read(self, mp3: StoredMp3, start: int, count: int) -> AsyncIterator[bytes]:
        async with self.database.connection() as connection:
            query = SQL("SELECT track_file_bin FROM tracks WHERE track_uuid = %s")
            row = await (await connection.execute(query, [mp3.track_uuid], binary=True)).fetchone()
        if row is None:
            raise TrackNotFound
        async for block in InMemoryMp3(row[0]).read(start, count):
            yield block


@refused_by(Contract.test_a_large_mp3_is_never_held_whole)
class FetchesAllBlocks(SqliteTrackKeeper):
    """All rows at once, though they are small."""

    async def read(self, mp3: StoredMp3, start: int, count: int) -> AsyncIterator[bytes]:
        query = "SELECT data FROM blocks JOIN tracks USING (track_id) WHERE track_uuid = ? ORDER BY number"
        values = [mp3.track_uuid.bytes]
        blocks = await self.store.read(lambda connection: connection.execute(query, values).fetchall())
        async for block in InMemoryMp3(b"".join(data for (data,) in blocks)).read(start, count):
            yield block


# What comes when it is read?


@refused_by(Contract.test_any_slice_can_be_read_in_small_blocks)
class GivesOneBlock(SqliteTrackKeeper):
    """All that was asked for in one piece."""

    async def read(self, mp3: StoredMp3, start: int, count: int) -> AsyncIterator[bytes]:
        if data := b"".join([block async for block in super().read(mp3, start, count)]):
            yield data


@refused_by(Contract.test_any_slice_can_be_read_in_small_blocks)
class EndsWithAnEmptyBlock(SqliteTrackKeeper):
    """As a file does at its end."""

    async def read(self, mp3: StoredMp3, start: int, count: int) -> AsyncIterator[bytes]:
        async for block in super().read(mp3, start, count):
            yield block
        yield b""


@refused_by(Contract.test_any_slice_can_be_read_in_small_blocks)
class GivesWholeBlocks(SqliteTrackKeeper):
    """Begins at the border of a block whatever was asked for."""

    async def read(self, mp3: StoredMp3, start: int, count: int) -> AsyncIterator[bytes]:
        first = start - start % BLOCK_BYTES
        async for block in super().read(mp3, first, count):
            yield block


@refused_by(Contract.test_any_slice_can_be_read_in_small_blocks)
class TakesTheEndForACount(SqliteTrackKeeper):
    """Gives the bytes from `start` to `count`."""

    async def read(self, mp3: StoredMp3, start: int, count: int) -> AsyncIterator[bytes]:
        async for block in super().read(mp3, start, max(0, count - start)):
            yield block


@refused_by(Contract.test_lost_bytes_are_told_and_nothing_comes_in_their_place)
class FillsGapsWithZeros(SqliteTrackKeeper):
    """A track with a hole is better than none."""

    async def _slice(self, track_uuid: UUID, number: int, offset: int, count: int) -> bytes:
        try:
            return await super()._slice(track_uuid, number, offset, count)
        except TrackDamaged:
            return bytes(count)


@refused_by(Contract.test_lost_bytes_are_told_and_nothing_comes_in_their_place)
class LeavesGapsOut(SqliteTrackKeeper):
    """Gives the blocks that are there, one after the other."""

    async def read(self, mp3: StoredMp3, start: int, count: int) -> AsyncIterator[bytes]:
        for offset in range(start, start + count, BLOCK_BYTES):
            number = offset // BLOCK_BYTES
            size = min(BLOCK_BYTES, start + count - offset)
            with suppress(TrackDamaged):
                yield await self._slice(mp3.track_uuid, number, 0, size)


@refused_by(Contract.test_lost_bytes_are_told_and_nothing_comes_in_their_place)
class EndsAtTheGap(SqliteTrackKeeper):
    """Ends as if that were all."""

    async def read(self, mp3: StoredMp3, start: int, count: int) -> AsyncIterator[bytes]:
        with suppress(TrackDamaged):
            async for block in super().read(mp3, start, count):
                yield block


@refused_by(Contract.test_reading_a_track_that_is_gone_says_so)
@refused_by(Contract.test_reading_a_track_that_was_never_there_says_so)
class CallsTheMissingDamaged(SqliteTrackKeeper):
    """Does not ask whether there is a row at all."""

    async def _slice(self, track_uuid: UUID, number: int, offset: int, count: int) -> bytes:
        try:
            return await super()._slice(track_uuid, number, offset, count)
        except TrackNotFound as error:
            raise TrackDamaged("it has no such block") from error


@refused_by(Contract.test_an_mp3_comes_back_byte_for_byte, data=b"\xff\xff" * 5)
class KeepsText(SqliteTrackKeeper):
    """Bytes that are no text do not come back."""

    async def keep(self, track: Track, mp3: Mp3) -> None:
        data = (await whole(mp3, track.conversion.mp3_size)).decode(errors="ignore").encode()
        await super().keep(track, InMemoryMp3(data.ljust(track.conversion.mp3_size, b" ")))


# What is said when the store is away, or full?


@refused_by(Contract.test_every_method_says_that_the_store_is_away)
class LetsTheDriverSpeak(SqliteTrackKeeper):
    """Connects by itself when it reads."""

    async def _slice(self, track_uuid: UUID, number: int, offset: int, count: int) -> bytes:
        def query() -> Any:
            with closing(sqlite3.connect(f"{self.store.path.as_uri()}?mode=ro", uri=True)) as connection:
                return connection.execute("SELECT 1").fetchone()

        await in_thread(query)
        return await super()._slice(track_uuid, number, offset, count)


@refused_by(Contract.test_every_method_says_that_the_store_is_away)
class EndsWhenTheStoreIsAway(SqliteTrackKeeper):
    """Gives as much as it could get."""

    async def read(self, mp3: StoredMp3, start: int, count: int) -> AsyncIterator[bytes]:
        with suppress(StoreAway):
            async for block in super().read(mp3, start, count):
                yield block


@refused_by(Contract.test_every_method_says_that_the_store_is_away)
class TakesAwayForDamaged(SqliteTrackKeeper):
    """Every error is one of the track."""

    async def _slice(self, track_uuid: UUID, number: int, offset: int, count: int) -> bytes:
        try:
            return await super()._slice(track_uuid, number, offset, count)
        except StoreAway as error:
            raise TrackDamaged("it cannot be read") from error


# Bytes and rows apart


@refused_by(Contract.test_a_duplicate_is_refused_and_changes_nothing)
class NamesBytesAfterTheTrack(AudioFirst):
    """A second track of the same identifier overwrites the bytes of the first, and then deletes them."""

    async def keep(self, track: Track, mp3: Mp3) -> None:
        key = str(track.track_uuid)
        await self._audio.put(key, mp3)
        try:
            await self._tracks.add(track, key)
        except DuplicateTrack:
            await self._audio.delete(key)
            raise


@refused_by(Contract.test_a_track_is_not_seen_before_its_mp3_is_whole)
@refused_by(Contract.test_an_error_of_the_mp3_comes_out_and_leaves_nothing, given=MIB, error=LOST)
class AddsTheRowFirst(AudioFirst):
    """The row names bytes that are not there yet."""

    async def keep(self, track: Track, mp3: Mp3) -> None:
        key = str(self._identifiers.new_uuid())
        await self._tracks.add(track, key)
        await self._audio.put(key, mp3)


@refused_by(Contract.test_an_mp3_of_another_size_leaves_nothing, given=300_000)
class BelievesTheTrack(AudioFirst):
    """Neither counts what comes nor compares."""

    async def keep(self, track: Track, mp3: Mp3) -> None:
        data = await whole(mp3, track.conversion.mp3_size)
        await super().keep(track, InMemoryMp3(data[: mp3.size]))


@refused_by(Contract.test_reading_a_track_that_is_gone_says_so)
class CallsTheGoneDamaged(AudioFirst):
    """Does not look whether the row is still there."""

    def read(self, mp3: StoredMp3, start: int, count: int) -> AsyncIterator[bytes]:
        return self._audio.read(str(mp3.audio_key), start, count)


# What belongs to a user


@refused_by(Contract.test_a_track_of_an_unknown_user_is_refused, nobody=2**31)
class ForgetsForeignKeys(SqliteTrackKeeper):
    """SQLite looks at them only when told to."""

    async def keep(self, track: Track, mp3: Mp3) -> None:
        async with AsyncExitStack() as stack:
            stack.enter_context(constraints_translated(track))
            connection = stack.enter_context(closing(sqlite3.connect(self.store.path, isolation_level=None)))
            connection.execute("BEGIN IMMEDIATE")
            track_id = insert(connection, track, None)
            connection.execute("COMMIT")
            assert track_id


@refused_by(Contract.test_a_track_of_an_unknown_user_is_refused, nobody=2**63)
class OverflowsWithLargeNumbers(SqliteTrackKeeper):
    """The driver cannot bind them."""

    async def keep(self, track: Track, mp3: Mp3) -> None:
        async with self.store.writing() as connection:
            await copy_blocks(mp3, track.conversion.mp3_size, connection, insert(connection, track, None))

"""Stores, backups and restores with one mistake each."""

import asyncio
import hashlib
import io
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import IO

import psycopg

from adapters.postgres.store import PostgresStore
from domain.errors import BackupRefused
from tests.contract.faulty.forgotten import Forgotten
from tests.contract.faulty.table import refused_by
from tests.contract.stores import StoreBackupContract as BackupContract
from tests.contract.stores import StoreContract as Contract
from tests.sqlite import schema
from tests.sqlite.connection import connected
from tests.sqlite.schema import STEPS, TABLES
from tests.sqlite.store import SqliteStore

# Is it migrated?


@refused_by(Contract.test_what_is_up_to_date_needs_nothing)
@refused_by(Contract.test_migrating_again_leaves_what_is_kept)
class MigratesOnce(SqliteStore):
    """CREATE TABLE where there is one already."""

    def migrate(self) -> list[str]:
        done = super().migrate()
        if not done:
            with connected(self.path) as connection:
                connection.execute(STEPS["0001_users_and_tracks"][0])
        return done


@refused_by(Contract.test_migrating_again_leaves_what_is_kept)
class BeginsAnew(SqliteStore):
    """Makes the tables as they should be, by making them again."""

    def migrate(self) -> list[str]:
        done = super().migrate()
        with connected(self.path) as connection:
            connection.execute("DELETE FROM users")
        return done


@refused_by(Contract.test_what_is_up_to_date_needs_nothing)
@refused_by(Contract.test_of_several_that_migrate_at_once_one_does_each_step)
class NamesAllSteps(SqliteStore):
    """Whether they were missing or not."""

    def migrate(self) -> list[str]:
        super().migrate()
        return list(STEPS)


@refused_by(Contract.test_of_several_that_migrate_at_once_one_does_each_step)
class LooksBeforeItMigrates(SqliteStore):
    """Sees what is missing, and begins when others may have begun as well."""

    def migrate(self) -> list[str]:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with connected(self.path, make=True) as connection:
            missing = schema.is_empty(connection)
        time.sleep(0.3)  # as long as the others take to see the same
        return super().migrate() or list(STEPS) if missing else []


@refused_by(Contract.test_what_was_never_migrated_is_not_opened)
class MigratesWhenOpened(SqliteStore):
    """So that nobody has to think of it."""

    async def open(self) -> None:
        await asyncio.to_thread(self.migrate)
        await super().open()


@refused_by(Contract.test_what_is_not_there_is_not_made_unasked)
class MakesWhatIsNotThere(SqliteStore):
    """A wrong DATA_DIR gives an empty database."""

    @contextmanager
    def running(self, *, make: bool = True) -> Iterator[None]:
        self.migrate()
        yield


# Is it open?


@refused_by(Contract.test_a_store_that_is_not_open_does_not_answer)
@refused_by(Contract.test_a_store_that_is_broken_does_not_answer)
class IsAlwaysWell(SqliteStore):
    """Checks nothing."""

    async def check(self) -> None:
        pass


@refused_by(Contract.test_a_store_that_is_not_open_does_not_answer)
@refused_by(Contract.test_a_closed_store_does_nothing_for_its_repositories)
class WorksWhenClosed(SqliteStore):
    """Connects when it is asked."""

    def _check_open(self) -> None:
        pass


@refused_by(Contract.test_a_store_that_is_broken_does_not_answer)
class RemembersThatItWasWell(SqliteStore):
    """Asks once."""

    _was_well = False

    async def check(self) -> None:
        if not self._was_well:
            await super().check()
        self._was_well = True


@refused_by(Contract.test_closing_leaves_nothing_and_may_be_repeated)
class LeavesAConnection(SqliteStore):
    """One was opened for something, and forgotten."""

    _forgotten: sqlite3.Connection | None = None

    async def open(self) -> None:
        await super().open()
        self._forgotten = Forgotten(self.path, check_same_thread=False)


@refused_by(Contract.test_closing_leaves_nothing_and_may_be_repeated)
class LeavesATask(SqliteStore):
    """That looks after something."""

    async def open(self) -> None:
        await super().open()
        self._task = asyncio.create_task(asyncio.Event().wait())


@refused_by(Contract.test_closing_leaves_nothing_and_may_be_repeated)
@refused_by(Contract.test_a_store_that_is_not_open_does_not_answer)
class ClosesOnce(SqliteStore):
    """And complains the second time."""

    async def close(self) -> None:
        self._check_open()
        await super().close()


# What is in a backup?


@refused_by(BackupContract.test_what_is_restored_is_what_was_kept)
class CopiesTheFile(SqliteStore):
    """What was written last is in another file, the log."""

    def back_up(self, file: IO[bytes]) -> dict[str, int]:
        counts = super().back_up(io.BytesIO())
        data = self.path.read_bytes()
        file.write(data + hashlib.sha256(data).digest())
        return counts


@refused_by(BackupContract.test_what_is_restored_is_what_was_kept)
class ForgetsATable(SqliteStore):
    """The one that came with the last step."""

    def restore(self, file: IO[bytes], *, replace: bool) -> dict[str, int]:
        counts = super().restore(file, replace=replace)
        with connected(self.path) as connection:
            connection.execute("DELETE FROM blocks")
        return counts


@refused_by(BackupContract.test_the_operator_is_told_how_much_is_in_a_backup)
@refused_by(BackupContract.test_what_is_restored_is_what_was_kept)
class CountsNothing(SqliteStore):
    """Says that it went well."""

    def back_up(self, file: IO[bytes]) -> dict[str, int]:
        return dict.fromkeys(super().back_up(file), 0)

    def restore(self, file: IO[bytes], *, replace: bool) -> dict[str, int]:
        return dict.fromkeys(super().restore(file, replace=replace), 0)


@refused_by(BackupContract.test_a_backup_is_of_one_moment_while_others_write)
class CountsAfterwards(SqliteStore):
    """When others have written."""

    def back_up(self, file: IO[bytes]) -> dict[str, int]:
        super().back_up(file)
        with connected(self.path) as connection:
            return schema.rows(connection)


@refused_by(BackupContract.test_a_store_in_which_there_is_nothing_gives_no_backup)
class BacksUpNothing(SqliteStore):
    """A backup of the wrong database is a good backup."""

    def back_up(self, file: IO[bytes]) -> dict[str, int]:
        self.migrate()
        return super().back_up(file)


@refused_by(BackupContract.test_no_mp3_is_held_whole)
class GathersBeforeItWrites(SqliteStore):
    """`serialize` is so simple."""

    def back_up(self, file: IO[bytes]) -> dict[str, int]:
        gathered = io.BytesIO()
        counts = super().back_up(gathered)
        file.write(gathered.getvalue())
        return counts


@refused_by(BackupContract.test_no_mp3_is_held_whole)
class GathersBeforeItReads(SqliteStore):
    """As above."""

    def restore(self, file: IO[bytes], *, replace: bool) -> dict[str, int]:
        return super().restore(io.BytesIO(file.read()), replace=replace)


@refused_by(BackupContract.test_a_file_that_breaks_off_while_it_is_written_is_told)
class WritesAsMuchAsFits(SqliteStore):
    """And says nothing."""

    def back_up(self, file: IO[bytes]) -> dict[str, int]:
        try:
            return super().back_up(file)
        except OSError:
            return {}


@refused_by(BackupContract.test_it_covers_its_own_adapters_alone)
class CoversEverything(SqliteStore):
    """Also what is kept elsewhere, of which there is then no backup."""

    def covers(self, part: object) -> bool:
        return True


@refused_by(BackupContract.test_it_covers_its_own_adapters_alone)
class CoversItsKind(SqliteStore):
    """Whichever store it works with."""

    def covers(self, part: object) -> bool:
        return isinstance(getattr(part, "store", None), SqliteStore)


@refused_by(BackupContract.test_it_covers_its_own_adapters_alone)
class CoversNothing(SqliteStore):
    """No backup is ever made."""

    def covers(self, part: object) -> bool:
        return part is self


# What is there after a restore?


class _Restoring(SqliteStore):
    """Puts the rows of a backup into the tables in another way."""

    statements: tuple[str, ...] = ()

    def restore(self, file: IO[bytes], *, replace: bool) -> dict[str, int]:
        self.migrate()
        copy = self.path.with_suffix(".copy")
        data = file.read()
        if len(data) < 4096 or not data.startswith(b"SQLite"):
            raise BackupRefused("it is none")
        copy.write_bytes(data[:-32])
        with connected(self.path) as connection:
            if not replace and any(schema.rows(connection).values()):
                raise BackupRefused("the database is not empty")
            connection.execute("ATTACH ? AS backup", [str(copy)])
            for statement in self.statements:
                connection.execute(statement)
            return schema.rows(connection)


@refused_by(BackupContract.test_nothing_that_came_after_the_backup_is_left)
class MixesOldAndNew(_Restoring):
    """Leaves what is there where the backup has nothing to say."""

    statements = tuple(
        f"INSERT OR REPLACE INTO main.{table} SELECT * FROM backup.{table}"  # noqa: S608 - names of ours
        for table in TABLES
    )


@refused_by(BackupContract.test_a_damaged_backup_is_refused_and_changes_nothing, damage="cut in half")
class EmptiesFirst(_Restoring):
    """Each statement is kept by itself: what goes wrong later comes too late."""

    statements = (
        *(f"DELETE FROM main.{table}" for table in reversed(TABLES)),  # noqa: S608 - names of ours
        *(f"INSERT INTO main.{table} SELECT * FROM backup.{table}" for table in TABLES),  # noqa: S608 - as above
    )


@refused_by(BackupContract.test_a_damaged_backup_is_refused_and_changes_nothing, damage="a bit in the middle")
class BelievesTheFile(EmptiesFirst):
    """Looks at no digest."""


@refused_by(BackupContract.test_ids_go_on_after_those_that_were_given_since)
class CountsFromTheBackup(SqliteStore):
    """Gives the numbers again that were given since."""

    def restore(self, file: IO[bytes], *, replace: bool) -> dict[str, int]:
        counts = super().restore(file, replace=replace)
        with connected(self.path) as connection:
            connection.execute("UPDATE sqlite_sequence SET seq = (SELECT max(user_id) FROM users) WHERE name = 'users'")
        return counts


@refused_by(BackupContract.test_ids_go_on_after_those_of_the_backup)
class CountsFromTheStart(PostgresStore):
    """COPY brings the rows back, not the number that comes next."""

    def restore(self, file: IO[bytes], *, replace: bool) -> dict[str, int]:
        counts = super().restore(file, replace=replace)
        with psycopg.connect(self._address.conninfo) as connection:
            connection.execute("ALTER TABLE users ALTER user_id RESTART")
        return counts


@refused_by(BackupContract.test_what_is_kept_is_replaced_only_on_demand)
class ReplacesUnasked(SqliteStore):
    """Whoever restores will know what they do."""

    def restore(self, file: IO[bytes], *, replace: bool) -> dict[str, int]:
        return super().restore(file, replace=True)


@refused_by(BackupContract.test_what_is_kept_is_replaced_only_on_demand)
class LooksAtTracksAlone(SqliteStore):
    """Users without tracks count for nothing."""

    def restore(self, file: IO[bytes], *, replace: bool) -> dict[str, int]:
        self.migrate()
        with connected(self.path) as connection:
            no_tracks = schema.rows(connection)["tracks"] == 0
        return super().restore(file, replace=replace or no_tracks)


@refused_by(BackupContract.test_a_migrated_store_without_rows_is_restored_to)
class WantsNothingThere(SqliteStore):
    """Not even empty tables."""

    def restore(self, file: IO[bytes], *, replace: bool) -> dict[str, int]:
        if self.path.exists():
            raise BackupRefused("there is a database already")
        return super().restore(file, replace=replace)


@refused_by(BackupContract.test_an_empty_store_comes_back_empty)
class RefusesTheEmpty(SqliteStore):
    """There is nothing to back up."""

    def back_up(self, file: IO[bytes]) -> dict[str, int]:
        counts = super().back_up(file)
        if not any(counts.values()):
            raise BackupRefused("there is nothing in it")
        return counts


@refused_by(BackupContract.test_a_file_that_breaks_off_while_it_is_read_changes_nothing)
class MakesRoomFirst(SqliteStore):
    """Whether there is something to put into it or not."""

    def restore(self, file: IO[bytes], *, replace: bool) -> dict[str, int]:
        with closing(sqlite3.connect(self.path)) as connection:
            connection.execute("DELETE FROM blocks")
            connection.commit()
        return super().restore(file, replace=replace)

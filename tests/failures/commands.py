"""A backup, a restore and a migration, on databases of a server that another program holds."""

import io
import shutil
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, LiteralString

from adapters.postgres.keeping.backup import back_up
from adapters.postgres.keeping.restore import restore
from adapters.postgres.schema.migrate import migrate, packaged_migrations
from tests.failures.faults import CALLS, CHANGING, Fault
from tests.failures.held import Held
from tests.failures.operation import Book, Operation
from tests.failures.strace import Seen, Watch

_USER: LiteralString = "INSERT INTO users (user_name, token_sha256, created_at) VALUES ('Ann', sha256('x'), now())"
_TRACK: LiteralString = """
    INSERT INTO tracks (track_uuid, user_id, track_file_name, duration, sample_rate, channels, bitrate, mp3_size,
                        mp3_sha256, wav_size, wav_sha256, repairs, created_at, track_file_bin)
    SELECT gen_random_uuid(), 1, 'talk.mp3', '1 s', 8000, 1, '64', octet_length(mp3), sha256(mp3), 1, sha256('wav'),
           '{}', now(), mp3
      FROM (SELECT string_agg(sha256(number::text::bytea), '') FROM generate_series(1, %s) AS number) AS sound (mp3)"""
_TRACKS: LiteralString = """
    SELECT track_uuid::text, encode(mp3_sha256, 'hex'), sha256(track_file_bin) = mp3_sha256 FROM tracks ORDER BY 1"""
_MIGRATIONS: LiteralString = "SELECT name FROM schema_migrations ORDER BY name"
_BLOCKS = 10_000
"""Of 32 bytes in each track."""


class _OfDatabase(Operation):
    """A command on a database. Its own calls are watched without those of Python, which reads modules and settings."""

    def __init__(self, folder: Path, book: Book) -> None:
        super().__init__(folder, book)
        self._held = Held(folder, book)

    @contextmanager
    def opened(self) -> Iterator[None]:
        with self._held.running():
            self._prepare()
            yield

    def _prepare(self) -> None:
        """What all attempts begin with."""

    @property
    def watches(self) -> Sequence[Watch]:
        return [
            Watch("command", tuple(name for name in CHANGING if name != "openat")),
            Watch("command", ("openat",), ours=str(self.folder)),
            Watch("PostgreSQL", tuple(CALLS)),
        ]

    def _make(self, database: str, tracks: int, migrations: int | None = None) -> None:
        self._held.copy("template1", database)
        migrate(self._held.conninfo(database), packaged_migrations()[:migrations])
        with self._held.connected(database) as connection:
            connection.execute(_USER)
            for _ in range(tracks):
                connection.execute(_TRACK, [_BLOCKS])

    def _state(self, database: str, query: LiteralString) -> list[tuple[Any, ...]]:
        with self._held.connected(database) as connection:
            return connection.execute(query).fetchall()


class Backup(_OfDatabase):
    """Of two tracks, into a folder of its own."""

    name = "backup"

    def _prepare(self) -> None:
        self._make("used", tracks=2)
        self._backups = self.folder / "backups"
        self._backups.mkdir()
        self._archive = self._backups / "backup.zip"
        self._expected = self._back_up()

    def attempt(self, watch: Watch, fault: Fault | None) -> Seen:
        with self.log(watch) as (log, found):
            done = self._held.command("used", ["backup", str(self._archive)], watch, log, fault)
        killed = watch.process == "command" and found.killed
        self._judge(done.returncode, killed=killed, told=fault is None or fault.name != "write")
        if fault is None:
            return found
        self.book.require(self._back_up() == self._expected, "the next backup is another")
        return found

    def _back_up(self) -> dict[str, bytes]:
        """What the command does, without the time that a program takes to start."""
        archive = io.BytesIO()
        with self._held.connected("used"):
            pass  # the server is back, whatever befell it
        back_up(self._held.conninfo("used"), archive)
        return _contents(archive)

    def _judge(self, code: int, *, killed: bool, told: bool) -> None:
        """`told` is whether the exit code says if there is a backup: not where the line that says so failed."""
        left = [path for path in self._backups.iterdir() if path != self._archive]
        self.book.require(killed or not left, f"there are {left} after exit code {code}")
        there = self._archive.exists()
        self.book.require(killed or not told or there == (code == 0), f"{there=} after exit code {code}")
        self.book.require(not there or _contents(self._archive) == self._expected, "the backup is not whole")
        shutil.rmtree(self._backups)
        self._backups.mkdir()


class Restore(_OfDatabase):
    """Of a backup in place of another one, which is there, and back."""

    name = "restore"

    def _prepare(self) -> None:
        self._archives: list[tuple[Path, list[tuple[Any, ...]]]] = []
        for tracks in (1, 2):
            self._make("target", tracks)
            archive = self.folder / f"{tracks}.zip"
            with archive.open("wb") as file:
                back_up(self._held.conninfo("target"), file)
            self._archives.insert(0, (archive, self._state("target", _TRACKS)))

    @property
    def sample(self) -> Sequence[Watch]:
        return self.watches[-1:]

    def attempt(self, watch: Watch, fault: Fault | None) -> Seen:
        self._archives.reverse()
        (_, before), (archive, after) = reversed(self._archives)
        with self.log(watch) as (log, found):
            done = self._held.command("target", ["restore", "--replace", str(archive)], watch, log, fault)
        state = self._state("target", _TRACKS)
        self.book.require(state == after or (done.returncode != 0 and state == before), f"the state is {state}")
        if fault is None:
            return found
        with archive.open("rb") as file:
            restore(self._held.conninfo("target"), file, replace=True)
        self.book.require(self._state("target", _TRACKS) == after, "the next restore did not restore")
        return found


class Migration(_OfDatabase):
    """Of a database of the first version, with a track."""

    name = "migration"

    def _prepare(self) -> None:
        self._names = [(migration.name,) for migration in packaged_migrations()]
        self._make("older", tracks=1, migrations=1)
        self._tracks = self._state("older", _TRACKS)

    @property
    def sample(self) -> Sequence[Watch]:
        return self.watches[-1:]

    def attempt(self, watch: Watch, fault: Fault | None) -> Seen:
        self._held.copy("older", "attempt")
        with self.log(watch) as (log, found):
            done = self._held.command("attempt", ["migrate"], watch, log, fault)
        applied = self._state("attempt", _MIGRATIONS)
        whole = applied == self._names[: len(applied)] and applied
        self.book.require(bool(whole) and (done.returncode != 0 or applied == self._names), f"there are {applied}")
        if fault is None:
            return found
        migrate(self._held.conninfo("attempt"))
        self.book.require(self._state("attempt", _MIGRATIONS) == self._names, "the next migration did not migrate")
        self.book.require(self._state("attempt", _TRACKS) == self._tracks, "the track is another")
        return found


def _contents(archive: Path | IO[bytes]) -> dict[str, bytes]:
    """The tables of a backup, byte for byte; empty where it is none."""
    try:
        with zipfile.ZipFile(archive) as file:
            return {name: file.read(name) for name in file.namelist() if name.startswith("tables/")}
    except zipfile.BadZipFile:
        return {}

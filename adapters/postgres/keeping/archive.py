"""The file that a backup is: a ZIP archive (APPNOTE.TXT 6.3, with Zip64) of PostgreSQL's own binary COPY files.

    manifest.json               what is in it
    migrations/NNNN_name.sql    the schema, for whoever has nothing but the file
    tables/name.copy            each table, as `COPY name (columns) TO … (FORMAT BINARY)` writes it

Nothing is compressed, because MP3s are not to be made smaller. The ZIP's CRC-32 of each file is what tells damage. With
`unzip` and psql's `\\copy name (columns) FROM … (FORMAT BINARY)` it can be restored without this program.

Not pg_dump: it asks the server for each row as text, a `bytea` in hexadecimal, and PostgreSQL makes no text over 1 GB,
so one MP3 of 512 MiB would fail every backup. Also, an archive of rows has no commands that a restore would run.
"""

import struct
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, Annotated

import msgspec
from msgspec import Meta

from domain.errors import BackupRefused

FORMAT = 1
"""Increased by whatever an older version of the program would misread.

Tables with a schema before their names and sequences that stand alone came later and left it at 1: only databases with
later migrations have such, and a program that does not know these migrations refuses the backup by their names.
"""
BLOCK_BYTES = 1024 * 1024
_MANIFEST = "manifest.json"
_MAX_MANIFEST_BYTES = 1024 * 1024
_LARGEST_NUMBER = 1 << 62  # so that as many are left, which nobody uses up
_Number = Annotated[int, Meta(ge=-_LARGEST_NUMBER, le=_LARGEST_NUMBER)]
# What `zipfile` raises for bytes that are not what it takes them for; RuntimeError says that they are encrypted.
_DAMAGE = (
    *(zipfile.BadZipFile, EOFError, KeyError, ValueError, OverflowError, RuntimeError, struct.error),
    msgspec.MsgspecError,
)


class Table(msgspec.Struct, frozen=True):
    """One table: its columns in the order of the COPY file, how many rows, the last number of each of its sequences.

    `name` has the schema before it, quoted as in SQL, where that is not the one of `schema_migrations`. `identities`
    are by column; the first program wrote 0 for a sequence that had given out nothing.
    """

    name: str
    columns: list[str]
    rows: int
    identities: dict[str, _Number]


class Manifest(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a backup holds.

    `migrations` are the names of those applied, in order, with their SHA-256 in hexadecimal; `sequences` the last
    numbers of sequences that belong to no column, by their names, as tables have them.
    """

    format: int
    created_at: str
    migrations: dict[str, str]
    tables: list[Table]
    sequences: dict[str, _Number] = {}

    @property
    def rows(self) -> dict[str, int]:
        """How many rows of each table, by its name."""
        return {table.name: table.rows for table in self.tables}


class ArchiveWriter:
    """Writes a backup from front to end."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive

    def table(self, name: str) -> IO[bytes]:
        """The file of a table, to be written and closed."""
        return self._archive.open(f"tables/{name}.copy", "w", force_zip64=True)

    def migration(self, name: str, sql: bytes) -> None:
        self._archive.writestr(f"migrations/{name}.sql", sql)

    def manifest(self, manifest: Manifest) -> None:
        self._archive.writestr(_MANIFEST, msgspec.json.format(msgspec.json.encode(manifest), indent=2))


@contextmanager
def written(file: IO[bytes]) -> Iterator[ArchiveWriter]:
    """A new archive in `file`, which can seek; whole when the context ends. Raises OSError."""
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED, allowZip64=True) as archive:
        yield ArchiveWriter(archive)


class ArchiveReader:
    """Reads a backup. `manifest` is of a `format` that is known."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self.manifest = self._read_manifest()

    def blocks(self, table: str) -> Iterator[bytes]:
        """The file of a table in blocks of at most 1 MiB. What is damaged is known at the end at the latest."""
        with self._open(f"tables/{table}.copy") as file:
            while block := file.read(BLOCK_BYTES):
                yield block

    def _open(self, name: str) -> IO[bytes]:
        if self._archive.getinfo(name).compress_type != zipfile.ZIP_STORED:
            raise BackupRefused(f"{name} in it is compressed, as no backup is")
        return self._archive.open(name)

    def _read_manifest(self) -> Manifest:
        with self._open(_MANIFEST) as file:
            text = file.read(_MAX_MANIFEST_BYTES)
        found = msgspec.json.decode(text, type=dict[str, object]).get("format")
        if found != FORMAT:
            raise BackupRefused(f"it has format {found!r}, and this version of music-app reads {FORMAT}")
        return msgspec.json.decode(text, type=Manifest)


@contextmanager
def opened(file: IO[bytes]) -> Iterator[ArchiveReader]:
    """The archive in `file`. Raises `BackupRefused`, in the context as well, for what is no backup or a damaged one."""
    try:
        with zipfile.ZipFile(file) as archive:
            yield ArchiveReader(archive)
    except _DAMAGE as error:
        raise BackupRefused(f"the file is no backup of music-app, or damaged ({error})") from error

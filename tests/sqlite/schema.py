"""What is in the file, step by step. A step is never changed once it was released; another one is added."""

import sqlite3

from domain.errors import WrongSetting
from tests.sqlite.connection import transaction

STEPS = {
    "0001_users_and_tracks": (
        """CREATE TABLE users (
            user_id      INTEGER PRIMARY KEY AUTOINCREMENT, -- which gives no number twice
            user_name    TEXT    NOT NULL,
            token_sha256 BLOB    NOT NULL UNIQUE,
            created_at   INTEGER NOT NULL                   -- in microseconds since 1970
        ) STRICT""",
        """CREATE TABLE tracks (
            track_id   INTEGER PRIMARY KEY AUTOINCREMENT,
            track_uuid BLOB    NOT NULL UNIQUE,
            user_id    INTEGER NOT NULL REFERENCES users,
            file_name  TEXT    NOT NULL,
            mp3_size   INTEGER NOT NULL,
            mp3_sha256 BLOB    NOT NULL,
            audio_key  TEXT    UNIQUE,                      -- of an audio store that has the MP3
            created_at INTEGER NOT NULL,
            conversion TEXT    NOT NULL                     -- as JSON
        ) STRICT""",
        """CREATE TABLE blocks (
            track_id INTEGER NOT NULL REFERENCES tracks ON DELETE CASCADE,
            number   INTEGER NOT NULL,
            data     BLOB    NOT NULL,
            PRIMARY KEY (track_id, number)
        ) STRICT""",
    ),
}
"""The statements of each step, by its name."""

TABLES = ("users", "tracks", "blocks")
"""Each after those that it refers to."""
_COUNTS = {"users": "SELECT count(*) FROM users", "tracks": "SELECT count(*) FROM tracks"}


def migrate(connection: sqlite3.Connection) -> list[str]:
    """Do the steps that are missing, all or none, and return their names. Raises `WrongSetting`."""
    with transaction(connection):
        missing = list(STEPS)[_version(connection) :]
        for statement in (statement for name in missing for statement in STEPS[name]):
            connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {len(STEPS)}")
    return missing


def check_migrated(connection: sqlite3.Connection) -> None:
    """Raise `WrongSetting` unless every step was done."""
    if _version(connection) < len(STEPS):
        raise WrongSetting("DATA_DIR", "the database is that of an older version; run `music-app migrate` first")


def is_empty(connection: sqlite3.Connection) -> bool:
    """Whether no step was ever done."""
    return _version(connection) == 0


def rows(connection: sqlite3.Connection) -> dict[str, int]:
    """How many there are in each table that the operator is told of."""
    return {name: connection.execute(query).fetchone()[0] for name, query in _COUNTS.items()}


def _version(connection: sqlite3.Connection) -> int:
    """How many steps were done. Raises `WrongSetting` where a newer version of the program did more."""
    version = int(connection.execute("PRAGMA user_version").fetchone()[0])
    if version > len(STEPS):
        raise WrongSetting("DATA_DIR", "the database was made by a newer version of music-app; use that one")
    return version

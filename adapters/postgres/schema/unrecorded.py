"""What the first migrations made, which the first program applied without leaving a list of it."""

from collections.abc import Sequence
from typing import TypedDict

from domain.errors import WrongSetting

_MADE = {
    "0001_users_and_tracks": {
        "users": ["user_id", "user_name", "token_sha256", "created_at"],
        "tracks": [
            *("track_id", "track_uuid", "user_id", "track_file_name", "duration", "sample_rate", "channels", "bitrate"),
            *("mp3_size", "mp3_sha256", "wav_size", "wav_sha256", "repairs", "created_at", "track_file_bin"),
        ],
    },
    "0002_sound": {"tracks": ["waveform", "integrated_loudness", "sample_peak", "clipped_samples"]},
}


class Recorded(TypedDict):
    """One thing on the list of a migration: its kind and name, and the columns of ours where it is a table."""

    type: str
    names: list[str]
    args: list[str]
    columns: list[str]


def made_unrecorded(migrations: Sequence[str], schema: str) -> list[Recorded]:
    """The list that `migrations` would have left, which made their tables in `schema`. Raises `WrongSetting`."""
    if strange := [name for name in migrations if name not in _MADE]:
        raise WrongSetting(
            "DATABASE_URL",
            f"schema_migrations does not tell what {', '.join(strange)} made; restore a backup into an empty database",
        )
    columns: dict[str, list[str]] = {}
    for name in migrations:
        for table, made in _MADE[name].items():
            columns.setdefault(table, []).extend(made)
    return [Recorded(type="table", names=[schema, table], args=[], columns=made) for table, made in columns.items()]

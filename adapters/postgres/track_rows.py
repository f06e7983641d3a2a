"""The row of a track: its columns, each named once, and what they mean."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import fields
from typing import Any

import msgspec
import psycopg
from psycopg.sql import SQL, Composed, Identifier, Literal
from psycopg.types.json import Json, Jsonb

from domain.conversions import Conversion
from domain.errors import (
    ByteQuotaReached,
    DuplicateTrack,
    QuotaReached,
    SecondsQuotaReached,
    TrackQuotaReached,
    UnknownUser,
)
from domain.measuring import NO_POINTS, Sound, Waveform
from domain.output.format import Mp3Format, Mp3Quality
from domain.recording.format import Codec, RecordingFormat
from domain.recording.repairs import Mended
from domain.search import words_of_track
from domain.tags import Tags
from domain.tracks import NewTag, StoredMp3, Track

LARGEST_ID = 2**63 - 1
"""Of a `bigint`."""
_QUOTAS: Mapping[str | None, type[QuotaReached]] = {
    "quota_tracks": TrackQuotaReached,
    "quota_bytes": ByteQuotaReached,
    "quota_seconds": SecondsQuotaReached,
}
"""By what the trigger `tracks_within_quota` calls its refusals, whose details are the limit and what is held."""
_TEXTS = frozenset(field.name for field in fields(Tags))

_COLUMNS: dict[str, tuple[str, Callable[[Track], object]]] = {
    "track_uuid": ("uuid", lambda track: track.track_uuid),
    "user_id": ("int8", lambda track: track.user_id),
    "track_file_name": ("text", lambda track: track.file_name),
    "created_at": ("timestamptz", lambda track: track.created_at),
    "duration": ("interval", lambda track: track.conversion.duration),
    "sample_rate": ("int4", lambda track: track.conversion.mp3_format.sample_rate),
    "channels": ("int2", lambda track: track.conversion.mp3_format.channels),
    "bitrate": ("text", lambda track: str(track.conversion.mp3_format.quality)),
    "mp3_size": ("int8", lambda track: track.conversion.mp3_size),
    "mp3_sha256": ("bytea", lambda track: track.conversion.mp3_sha256),
    "wav_size": ("int8", lambda track: track.conversion.wav_size),
    "wav_sha256": ("bytea", lambda track: track.conversion.wav_sha256),
    "repairs": ("text[]", lambda track: [str(repair) for repair in track.conversion.repairs]),
    "texts": ("jsonb", lambda track: texts_column(track.conversion.texts)),
    "passport": ("jsonb", lambda track: Jsonb(track.conversion.passport, dumps=msgspec.json.encode)),
    "wav_codec": ("text", lambda track: _of_recording(track, "codec")),
    "wav_sample_rate": ("int4", lambda track: _of_recording(track, "sample_rate")),
    "wav_channels": ("int4", lambda track: _of_recording(track, "channels")),
    "wav_bits": ("int4", lambda track: _of_recording(track, "bits")),
    "waveform": ("json", lambda track: _waveform(track.conversion.sound)),
    "integrated_loudness": ("float8", lambda track: _of_sound(track, "loudness")),
    "sample_peak": ("float8", lambda track: _of_sound(track, "sample_peak")),
    "clipped_samples": ("int8", lambda track: _of_sound(track, "clipped_samples")),
    "words": ("text[]", lambda track: words(track.user_id, track.file_name, track.conversion.texts)),
    "link_revoked_at": ("timestamptz", lambda track: track.link_revoked_at),
}
"""The type of each column and what it holds, but for where the MP3 is, `audio_key` or `track_file_bin`, and its tag."""

TYPES = [kind for kind, _ in _COLUMNS.values()]
COLUMNS = SQL(", ").join(map(Identifier, _COLUMNS))
"""Their names with commas between them, in the order of `TYPES` and of `values`."""
_ONLY_WRITTEN = ("words",)


def _selected(read: Mapping[str, SQL | Composed]) -> Composed:
    names = [name for name in _COLUMNS if name not in _ONLY_WRITTEN]
    return SQL(", ").join(SQL("{} AS {}").format(read.get(name, Identifier(name)), Identifier(name)) for name in names)


_AS_DOWNLOADED: dict[str, SQL | Composed] = {
    "mp3_size": SQL("coalesce(tracks.tagged_size, tracks.mp3_size)"),
    "mp3_sha256": SQL("coalesce(tracks.tagged_sha256, tracks.mp3_sha256)"),
}
KNOWN = _selected(_AS_DOWNLOADED)
"""What `track_of` reads; of an MP3 with a new tag it tells what is downloaded."""
LISTED = _selected(
    _AS_DOWNLOADED
    | {
        "passport": SQL("'{}'::jsonb"),
        "waveform": SQL("CASE WHEN waveform IS NOT NULL THEN {}::json END").format(
            Literal(msgspec.json.encode(NO_POINTS.layout()).decode())
        ),
    }
)
"""The same without what is large, which is not even read: the passport is empty, the waveform has no points."""
MORE_OF_MP3 = SQL("tracks.audio_key, tracks.tag, tracks.tag_replaces")
"""What `stored_mp3_of` reads beside `KNOWN`."""
MP3 = SQL(
    "tracks.track_uuid, tracks.track_file_name, {mp3_size} AS mp3_size, {mp3_sha256} AS mp3_sha256, "
    "tracks.link_revoked_at, {more}"
).format(**_AS_DOWNLOADED, more=MORE_OF_MP3)
"""All that it reads, also where other tables are joined to `tracks`."""


def values(track: Track) -> list[object]:
    """What the columns hold."""
    return [value(track) for _, value in _COLUMNS.values()]


def track_of(row: Mapping[str, Any]) -> Track:
    """The track of a row with all of `KNOWN` or `LISTED`."""
    return Track(
        track_uuid=row["track_uuid"],
        user_id=row["user_id"],
        file_name=row["track_file_name"],
        conversion=_conversion(row),
        created_at=row["created_at"],
        link_revoked_at=row["link_revoked_at"],
    )


def stored_mp3_of(row: Mapping[str, Any]) -> StoredMp3:
    """What a download needs, of a row with all of `MP3`."""
    tag = None if row["tag"] is None else NewTag(row["tag"], row["tag_replaces"])
    return StoredMp3(
        row["track_uuid"],
        row["track_file_name"],
        row["mp3_size"],
        row["mp3_sha256"],
        row["audio_key"],
        tag,
        row["link_revoked_at"],
    )


def words(user_id: int, file_name: str, texts: Tags) -> list[str]:
    """The words by which a track is found, each behind the number of its user."""
    return [f"{user_id}:{word}" for word in words_of_track(file_name, texts)]


def texts_column(texts: Tags) -> Jsonb:
    """What the column `texts` holds."""
    return Jsonb(_texts(texts), dumps=msgspec.json.encode)


def texts_of(column: Mapping[str, str]) -> Tags:
    """The texts of what the column `texts` holds."""
    return Tags(**{name: text for name, text in column.items() if name in _TEXTS})


@contextmanager
def constraints_translated(track: Track) -> Iterator[None]:
    """Raise the port's errors in place of those of the table's constraints."""
    if not 1 <= track.user_id <= LARGEST_ID:
        raise UnknownUser(track.user_id)
    try:
        yield
    except psycopg.IntegrityError as error:
        match error.diag.constraint_name:
            case "tracks_user_id_known":
                raise UnknownUser(track.user_id) from error
            case "tracks_track_uuid_unique":
                raise DuplicateTrack from error
            case name if name in _QUOTAS:
                raise _quota_reached(error) from error
        raise


def _quota_reached(error: psycopg.IntegrityError) -> QuotaReached:
    limit, held = (error.diag.message_detail or "").split()
    return _QUOTAS[error.diag.constraint_name](int(limit), int(int(limit) - float(held)))


def _conversion(row: Mapping[str, Any]) -> Conversion:
    return Conversion(
        duration=row["duration"],
        mp3_format=Mp3Format(row["sample_rate"], row["channels"], _quality(row["bitrate"])),
        mp3_size=row["mp3_size"],
        mp3_sha256=row["mp3_sha256"],
        wav_size=row["wav_size"],
        wav_sha256=row["wav_sha256"],
        recording_format=_recording_format(row) if row["wav_codec"] else None,
        repairs=tuple(Mended.parse(repair) for repair in row["repairs"]),
        texts=texts_of(row["texts"]),
        passport=row["passport"],
        sound=_sound(row) if row["waveform"] else None,
    )


def _recording_format(row: Mapping[str, Any]) -> RecordingFormat:
    return RecordingFormat(Codec(row["wav_codec"]), row["wav_sample_rate"], row["wav_channels"], row["wav_bits"])


def _sound(row: Mapping[str, Any]) -> Sound:
    waveform = Waveform.from_layout(row["waveform"])
    return Sound(waveform, row["integrated_loudness"], row["sample_peak"], row["clipped_samples"])


def _quality(bitrate: str) -> Mp3Quality:
    return Mp3Quality(variable=int(bitrate[1:])) if bitrate.startswith("V") else Mp3Quality(bit_rate=int(bitrate))


def _texts(texts: Tags) -> dict[str, str]:
    return {field.name: text for field in fields(texts) if (text := getattr(texts, field.name))}


def _waveform(sound: Sound | None) -> Json | None:
    return None if sound is None else Json(sound.waveform.layout(), dumps=msgspec.json.encode)


def _of_recording(track: Track, name: str) -> object:
    """Nothing where it is not known what the recording was."""
    return getattr(track.conversion.recording_format, name, None)


def _of_sound(track: Track, name: str) -> object:
    """Nothing where the recording was not measured."""
    return getattr(track.conversion.sound, name, None)

"""What the API tells of a track, by its names on the wire."""

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from domain.conversions import Conversion
from domain.links import Link
from domain.passport import Passport
from domain.recording.format import RecordingFormat
from domain.tags import Tags
from domain.tracks import Track
from entrypoints.http.requests.links import limited_link, permanent_link, record_link


class Mp3Resource(msgspec.Struct):
    """The MP3 as it is downloaded."""

    size: int
    """In bytes."""
    sha256: str
    """In hexadecimal digits, like all digests here."""
    bitrate: str
    """In kb/s, or `V0` to `V9` for LAME's variable bit rates, as in MP3_BITRATE."""
    sample_rate: int
    """In Hz."""
    channels: int


class WavResource(msgspec.Struct):
    """What the recording was; the last four are null of tracks from before they were kept."""

    size: int
    sha256: str
    codec: str | None
    sample_rate: int | None
    channels: int | None
    bits: int | None
    """Of one sample; null, too, where the codec has no such number."""


class SoundResource(msgspec.Struct):
    """What was measured of the recording."""

    loudness: float | None
    """Integrated loudness in LUFS (ITU-R BS.1770-4); null where nothing is louder than -70 LUFS."""
    peak: float
    """The largest magnitude of any sample; 1 is full scale."""
    clipped: int
    """How many samples are at full scale or beyond."""


class TrackSummary(msgspec.Struct):
    """A track as lists have it."""

    track_uuid: UUID
    file_name: str
    link: str | None
    """Downloads the MP3, without a token; null where it was revoked."""
    created_at: datetime
    duration: float
    """Of the recording, in seconds."""
    mp3: Mp3Resource
    wav: WavResource
    repairs: list[str]
    """What was mended, as in `X-Audio-Repairs`."""
    texts: dict[str, str]
    """What the recording says about itself: those that say something."""
    sound: SoundResource | None
    """Null where it was not measured."""


class TrackResource(TrackSummary):
    """A track with all that is known of it."""

    passport: dict[str, Any]
    """What the recorder wrote about the recording, by the recorder's own names."""


class TrackPage(msgspec.Struct):
    """Some of the tracks, the newest first."""

    items: list[TrackSummary]
    next: str | None
    """Link to those that come next; null where there are no more. There may be more where `items` are few or none."""


class LinkResource(msgspec.Struct):
    """A link to a track. That whose `link_id` is the track's is the permanent one."""

    link_id: UUID
    url: str
    created_at: datetime
    expires_at: datetime | None
    max_downloads: int | None
    downloads: int | None
    """That were begun; null for the permanent link, by which they are not counted."""
    inline: bool
    """Whether a browser plays the MP3 instead of saving it."""


class LinkList(msgspec.Struct):
    """All of them: `next` is null."""

    items: list[LinkResource]
    next: str | None = None


def link_resource(base: str, user_id: int, file_name: str, link: Link) -> LinkResource:
    """Of a link that begins with `base`, to a track of this owner and name."""
    is_permanent = link.link_id == link.track_uuid
    return LinkResource(
        link.link_id,
        permanent_link(base, link.track_uuid, user_id) if is_permanent else limited_link(base, link.link_id, file_name),
        link.created_at,
        link.expires_at,
        link.max_downloads,
        link.downloads,
        link.inline,
    )


class TriedTrackResource(msgspec.Struct):
    """What a track would be that was tried without being kept: all but what only a kept one has."""

    file_name: str
    duration: float
    mp3: Mp3Resource
    wav: WavResource
    repairs: list[str]
    texts: dict[str, str]
    sound: SoundResource | None
    passport: dict[str, Any]


def tried_track_resource(track: Track) -> TriedTrackResource:
    """Of a track that is not kept."""
    would_be = track_resource("", track)
    return TriedTrackResource(**{name: getattr(would_be, name) for name in TriedTrackResource.__struct_fields__})


def track_summary(base: str, track: Track) -> TrackSummary:
    """Of a track whose links begin with `base`."""
    return TrackSummary(**_known(base, track))


def track_resource(base: str, track: Track) -> TrackResource:
    """The same with the passport."""
    passport: Passport = track.conversion.passport
    return TrackResource(**_known(base, track), passport=dict(passport))


def _known(base: str, track: Track) -> dict[str, Any]:
    made = track.conversion
    return {
        "track_uuid": track.track_uuid,
        "file_name": track.file_name,
        "link": None if track.link_revoked_at else record_link(base, track),
        "created_at": track.created_at,
        "duration": made.duration.total_seconds(),
        "mp3": _mp3(made),
        "wav": _wav(made),
        "repairs": [str(repair) for repair in made.repairs],
        "texts": texts_of(made.texts),
        "sound": made.sound and SoundResource(made.sound.loudness, made.sound.sample_peak, made.sound.clipped_samples),
    }


def texts_of(texts: Tags) -> dict[str, str]:
    """Those that say something, by the names of the fields."""
    return {name: text for name in Tags.__slots__ if (text := getattr(texts, name))}


def _mp3(made: Conversion) -> Mp3Resource:
    kind = made.mp3_format
    return Mp3Resource(made.mp3_size, made.mp3_sha256.hex(), str(kind.quality), kind.sample_rate, kind.channels)


def _wav(made: Conversion) -> WavResource:
    known: RecordingFormat | None = made.recording_format
    if known is None:
        return WavResource(made.wav_size, made.wav_sha256.hex(), None, None, None, None)
    return WavResource(
        made.wav_size, made.wav_sha256.hex(), known.codec.value, known.sample_rate, known.channels, known.bits
    )

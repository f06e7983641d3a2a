"""Tracks: stored recordings with their MP3, and where they are kept."""

import re
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from domain.measuring import Sound
from domain.output.converter import Mp3
from domain.output.format import Mp3Format
from domain.recording.repairs import Repair
from domain.text import writable

MAX_FILE_NAME_LENGTH = 150
MAX_FILE_NAME_BYTES = 200
"""In UTF-8; most file systems end at 255."""


@dataclass(frozen=True, slots=True)
class Track:
    """A stored recording: what it is called, whose it is, and what is known of its WAV and its MP3."""

    track_uuid: UUID
    user_id: int
    file_name: str
    """Of the MP3, as `mp3_file_name` makes it."""
    duration: timedelta
    mp3_format: Mp3Format
    mp3_size: int
    mp3_sha256: bytes
    wav_size: int
    wav_sha256: bytes
    repairs: tuple[Repair, ...]
    sound: Sound | None
    """None where it was not measured."""
    created_at: datetime


def mp3_file_name(wav_file_name: str) -> str:
    """The MP3's file name for a WAV's: `talk.wav` gives `talk.mp3`, `TALK.WAV` gives `TALK.mp3`.

    Any path part is dropped, control and bidirectional characters are removed, the rest is NFC and at most 150
    characters and 200 bytes long. A name of which nothing is left becomes `recording.mp3`.
    """
    last = re.split(r"[/\\]", wav_file_name)[-1]
    stem = re.sub(r"\.(wav|wave|w64|rf64|bw64|bwf)$", "", writable(last).strip(), flags=re.IGNORECASE)
    stem = stem[: MAX_FILE_NAME_LENGTH - len(".mp3")]
    stem = stem.encode()[: MAX_FILE_NAME_BYTES - len(".mp3")].decode(errors="ignore").strip(" .")
    return f"{stem or 'recording'}.mp3"


class TrackRepository(ABC):
    """Where tracks and their MP3s are kept.

    Every method raises `StoreAway` when the store does not answer in time.
    """

    @abstractmethod
    async def add(self, track: Track, mp3: Mp3) -> None:
        """Keep a track and its MP3, both or neither; durable when this returns.

        Raises `UnknownUser` (no such user), `DuplicateTrack` (this `track_uuid` is kept already), `DiskFull`, and
        `StoreAway`, after which the track may be kept or not. The MP3 has `track.mp3_size` bytes; it is read
        in slices and never held whole.
        """

    @abstractmethod
    async def find(self, track_uuid: UUID, user_id: int) -> Track | None:
        """The track if it exists and is this user's, else None. Any integer may be asked for as `user_id`."""

    @abstractmethod
    def read(self, track_uuid: UUID, start: int, count: int) -> AsyncIterator[bytes]:
        """`count` bytes of the MP3 from byte `start`, in blocks of at most 1 MiB.

        Nothing of the store (a connection, a lock) is held between two blocks. Raises `TrackNotFound` if the
        track does not exist, `TrackDamaged` if the store has lost bytes of it. The caller asks for bytes that are
        there: `start + count <= track.mp3_size`.
        """


class TrackCatalogue(ABC):
    """Goes through the tracks of a store."""

    @abstractmethod
    def all(self) -> AsyncIterator[Track]:
        """Every track once, in any order; one that is added or removed meanwhile may come or not.

        Nothing of the store is held between two tracks, and only a bounded number of them in memory. Raises
        `StoreAway`.
        """

"""Tracks: stored recordings with their MP3, and where they are kept."""

import re
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from domain.audio_store import AudioStore
from domain.conversions import Conversion
from domain.output.converter import Mp3
from domain.text import writable

MAX_FILE_NAME_LENGTH = 150
MAX_FILE_NAME_BYTES = 200
"""In UTF-8; most file systems end at 255."""


@dataclass(frozen=True, slots=True)
class Track:
    """A stored recording: what it is called, whose it is, and what is known of its conversion."""

    track_uuid: UUID
    user_id: int
    file_name: str
    """Of the MP3, as `mp3_file_name` makes it."""
    conversion: Conversion
    created_at: datetime
    link_revoked_at: datetime | None = None
    """Since when its permanent link opens nothing any more."""


@dataclass(frozen=True, slots=True)
class NewTag:
    """An ID3 tag that is downloaded in place of the one with which the MP3 was stored."""

    data: bytes
    """At most 1 MiB; empty where there is none any more."""
    replaces: int
    """So many bytes at the start of what is stored."""


@dataclass(frozen=True, slots=True)
class StoredMp3:
    """What a download has to know of a track. Size and SHA-256 are those of what is downloaded."""

    track_uuid: UUID
    file_name: str
    size: int
    """In bytes."""
    sha256: bytes
    audio_key: str | None
    """Where an audio store keeps its bytes; None where they are kept with the track."""
    tag: NewTag | None = None
    """None where what is downloaded is what is stored."""

    @property
    def stored_size(self) -> int:
        """How many bytes are stored."""
        return self.size if self.tag is None else self.size - len(self.tag.data) + self.tag.replaces

    link_revoked_at: datetime | None = None
    """As that of the track."""


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


def new_file_name(wanted: str) -> str:
    """The same for a name that somebody chooses for the MP3, with its `.mp3` or without; `talk.mp3` stays as it is."""
    return mp3_file_name(re.sub(r"\.mp3$", ".wav", wanted.strip(), flags=re.IGNORECASE))


class TrackRepository(ABC):
    """What is known of tracks.

    Every method raises `StoreAway` when the store does not answer in time, or answers with an error that its port does
    not name.
    """

    @abstractmethod
    async def add(self, track: Track, audio_key: str) -> None:
        """Keep what is known of a track whose MP3 an audio store keeps under this key; durable when this returns.

        Nothing of it is to be seen before. Raises `UnknownUser` (no such user; any integer may come), `DuplicateTrack`
        (this `track_uuid` is kept already), `DiskFull`, and `StoreAway`, after which the track may be kept or not.
        After any other error nothing of it is kept.
        """

    @abstractmethod
    async def find(self, track_uuid: UUID, user_id: int) -> StoredMp3 | None:
        """What a download needs, if the track exists and is this user's, else None; no more than that is loaded.

        There are no tracks of a user who is deleted. Any integer may be asked for as `user_id`.
        """

    @abstractmethod
    async def audio_keys_in_use(self, keys: Collection[str]) -> set[str]:
        """Those of at most 1,000 keys under which an audio store keeps the MP3 of a track."""


class TrackKeeper(ABC):
    """Keeps tracks together with their MP3s, both or neither.

    A store that holds both does it in one commit; `application.audio_first` does it with a `TrackRepository` and an
    `AudioStore` that know nothing of each other. Every method raises `StoreAway` when the store does not answer in
    time, or answers with an error that its port does not name.
    """

    @property
    def audio_store(self) -> AudioStore | None:
        """Where it puts the bytes; None where they are kept with what is known of the track."""
        return None

    @property
    @abstractmethod
    def max_mp3_bytes(self) -> int | None:
        """The largest MP3 that can be kept, in bytes; None where there is no bound."""

    @abstractmethod
    async def keep(self, track: Track, mp3: Mp3) -> None:
        """Keep a track and its MP3, both or neither; durable when this returns, and not to be seen before.

        The MP3 has `track.conversion.mp3_size` bytes; it is read once, in slices, and never held whole. Raises
        ValueError where it has more or fewer, `Mp3TooLarge` above `max_mp3_bytes`, `UnknownUser` (no such user; any
        integer may come), `DuplicateTrack` (this `track_uuid` is kept already), `DiskFull`, and `StoreAway`, after
        which the track may be kept or not. What reading the MP3 raises, and cancellation, come out unchanged. After
        any error but `StoreAway` nothing is kept, also not by what succeeds next.
        """

    @abstractmethod
    def read(self, mp3: StoredMp3, start: int, count: int) -> AsyncIterator[bytes]:
        """`count` bytes of the MP3 as it is stored, from byte `start`, in blocks of at most 1 MiB, none of them empty.

        Nothing of the store (a connection, a lock) is held between two blocks. Raises `TrackNotFound` where the track
        is gone, `TrackDamaged` where the store has lost bytes of it: never are other bytes given in their place. The
        caller asks for bytes that are there: `start + count <= mp3.stored_size`. What is downloaded is made of them by
        `application.delivered`.
        """


class TrackCatalogue(ABC):
    """Goes through the tracks of a store."""

    @abstractmethod
    def all(self) -> AsyncIterator[tuple[Track, StoredMp3]]:
        """Every track once, in any order; one that is added or removed meanwhile may come or not.

        Nothing of the store is held between two tracks, and only a bounded number of them in memory. Raises
        `StoreAway`.
        """

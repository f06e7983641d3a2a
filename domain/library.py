"""The tracks of one user: going through them, finding one, changing and removing it."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from domain.tags import Tags
from domain.tracks import NewTag, StoredMp3, Track

MAX_PAGE = 500
"""Tracks at a time."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which tracks are to be listed: those for which all of it is true that is not None."""

    words: tuple[str, ...] = ()
    """As `domain.search.words_of_question` makes them: each has to begin one of the track's words."""
    since: datetime | None = None
    """Added then or later."""
    until: datetime | None = None
    """Added before."""
    min_duration: timedelta | None = None
    max_duration: timedelta | None = None
    repaired: bool | None = None
    """Whether something was mended in the recording."""
    clipped: bool | None = None
    """Whether samples are at full scale; a track that was not measured is neither."""


class Position(NamedTuple):
    """A place in the order of a user's tracks, in which no two have the same one."""

    created_at: datetime
    number: int
    """At least 1; of two tracks of one moment, the one that was added later has the higher one."""


class Page(NamedTuple):
    """Some tracks, the newest first."""

    tracks: Sequence[Track]
    after: Position | None
    """Behind which the next page begins; None where there is nothing more."""


@dataclass(frozen=True, slots=True)
class Changed:
    """What a track is called from now on, what it says about itself, and its MP3's tag.

    `tag`, `mp3_size` and `mp3_sha256` are those of the MP3 as it is downloaded from then on.
    """

    file_name: str
    texts: Tags
    tag: NewTag | None
    mp3_size: int
    mp3_sha256: bytes

    def of(self, track: Track) -> Track:
        """The track with these."""
        made = replace(track.conversion, texts=self.texts, mp3_size=self.mp3_size, mp3_sha256=self.mp3_sha256)
        return replace(track, file_name=self.file_name, conversion=made)


class TrackLibrary(ABC):
    """Every method looks at the tracks of one user alone, and any integer may be asked for as `user_id`.

    Every method raises `StoreAway` when the store does not answer in time, or answers with an error that its port does
    not name.
    """

    @abstractmethod
    async def page(self, user_id: int, wanted: Wanted, after: Position | None, limit: int) -> Page:
        """At most `limit` (1 to `MAX_PAGE`) of the tracks that are wanted, those right behind `after`, newest first.

        The order is that of `Position`, backwards. Who goes on with `Page.after` until it is None gets each track once
        that is there all the while. What is found after a bounded search may be fewer than `limit`, even none, with
        more to come. A track's passport is empty and its waveform has no points: both are large, and no list shows
        them.
        """

    @abstractmethod
    async def find(self, track_uuid: UUID, user_id: int) -> tuple[Track, StoredMp3] | None:
        """The track with all that is known of it, and what a download needs; None where the user has none such."""

    @abstractmethod
    async def change(self, before: Track, after: Changed) -> bool:
        """Put `after` in place of the file name, the texts and the tag; durable when this returns True.

        False, and nothing is changed, unless the track is there with the file name and the texts of `before`: somebody
        else was faster. Raises `DiskFull`; after `StoreAway` it may be changed or not. The MP3's bytes stay as they
        are. Safe to repeat.
        """

    @abstractmethod
    async def remove(self, track_uuid: UUID, user_id: int) -> StoredMp3 | None:
        """Forget the track, with the MP3 where that is kept with it; durable when this returns.

        What a download needed of it, so that the caller can delete what an audio store keeps; None where the user has
        no such track. Raises `StoreAway`, after which it may be there or not. Safe to repeat.
        """

    @abstractmethod
    async def index(self, limit: int) -> int:
        """Let at most `limit` tracks be found by their words that are not yet: those that an older version stored.

        How many they were; 0 where there are no more. Safe to repeat and to run by several at once.
        """

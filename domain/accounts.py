"""The ports to what belongs to a user as a whole: totals, name, token, all tracks, and their removal."""

from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from domain.tracks import StoredMp3, Track

DELETED_USER_NAME = "deleted"
"""In place of the name of a user who is deleted."""


@dataclass(frozen=True, slots=True)
class Totals:
    """How much a user has."""

    tracks: int
    bytes: int
    """Of their MP3s."""
    duration: timedelta
    """Of their recordings."""


@dataclass(frozen=True, slots=True)
class Removed:
    """What one step of a removal did."""

    tracks: int
    audio_keys: Sequence[str] = ()
    """Under which an audio store keeps MP3s of these tracks, for the caller to delete."""
    is_all: bool = False
    """Whether nothing of the user is left."""


class AccountRepository(ABC):
    """What a user sees and changes of their account.

    A user who is deleted is as one who never was. Any integer may be asked for as `user_id`. Every method raises
    `StoreAway` when the store does not answer in time, or answers with an error that its port does not name; after that
    a change may be made or not.
    """

    @abstractmethod
    async def totals(self, user_id: int) -> Totals | None:
        """How much the user has now, or None. Its time does not grow with their tracks."""

    @abstractmethod
    async def rename(self, user_id: int, name: str) -> bool:
        """Give the user this name, which the caller has cleaned; whether there is such a user. Durable. Safe to repeat.

        Raises `DiskFull`.
        """

    @abstractmethod
    async def replace_token(self, user_id: int, old_sha256: bytes, new_sha256: bytes) -> bool:
        """Put the digest of a new token, never added before, in the place of the old one; whether that was theirs.

        Durable when this returns. Of several that replace the same token at once one succeeds. Raises `DiskFull`.
        """

    @abstractmethod
    async def delete(self, user_id: int, old_sha256: bytes, new_sha256: bytes, now: datetime) -> bool:
        """Delete the user whose token has the old digest; whether there was one. Durable, and quick: removes nothing.

        From then on no port finds the user, their name, or their tracks, and no track of theirs can be added. What is
        left of them is for `DeletedUsers`. The new digest is that of a token that nobody has. Raises `DiskFull`.
        """

    @abstractmethod
    def pages(self, user_id: int, until: datetime) -> AsyncIterator[Sequence[tuple[Track, StoredMp3]]]:
        """All tracks of the user that were created until that moment, the oldest first, in pages of at most 100.

        A track that is added or removed meanwhile may come or not. Nothing of the store is held between two pages.
        Raises `UnknownUser` where there is no such user, also where they are deleted meanwhile, as pages would end too
        soon.
        """


class DeletedUsers(ABC):
    """Removes what users have left who are deleted; several may do so at once.

    Every method raises `StoreAway` when the store does not answer in time, after which a step may be done or not. All
    are safe to repeat.
    """

    @abstractmethod
    async def some(self, after: int) -> Sequence[int]:
        """At most 100 identifiers of users who are deleted and not wholly removed, above `after`, in their order."""

    @abstractmethod
    async def remove_some(self, user_id: int) -> Removed:
        """Remove some tracks of a user who is deleted, or where there are none the user with everything else.

        Short, and keeps nobody else waiting. What it removed is gone for good. Where it removed no tracks and
        not all, others are removing them now. Of a user who is not deleted, or never was, it removes nothing.
        """

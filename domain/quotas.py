"""Quotas: how much one user may have, for how long, and where that is kept."""

from abc import ABC, abstractmethod
from dataclasses import dataclass, fields
from datetime import datetime

LONGEST_RETENTION_DAYS = 36_500
LARGEST_QUOTA = 2**50
"""Of tracks, bytes and seconds."""
MOST_UPLOADS = 10_000


@dataclass(frozen=True, slots=True)
class Quota:
    """What one user may have. 0 is no bound."""

    tracks: int = 0
    bytes: int = 0
    """Of all their MP3s together."""
    seconds: int = 0
    """Of all their recordings together."""
    uploads: int = 0
    """At once."""
    retention_days: int = 0
    """After so many a track is removed."""

    @property
    def bounds_what_is_kept(self) -> bool:
        """Whether it matters how much the user has."""
        return bool(self.tracks or self.bytes or self.seconds)


NO_BOUND = Quota()


@dataclass(frozen=True, slots=True)
class OwnQuota:
    """What an operator has set for one user: of each, None is what holds for all, 0 no bound."""

    tracks: int | None = None
    bytes: int | None = None
    seconds: int | None = None
    uploads: int | None = None
    retention_days: int | None = None

    def over(self, general: Quota) -> Quota:
        """What holds for this user, where `general` holds for all."""
        own = {one.name: getattr(self, one.name) for one in fields(self)}
        return Quota(**{name: getattr(general, name) if value is None else value for name, value in own.items()})


NOTHING_SET = OwnQuota()


@dataclass(frozen=True, slots=True)
class Removed:
    """What one step of removing has done."""

    tracks: int
    audio_keys: tuple[str, ...]
    """Under which an audio store keeps MP3s of theirs, which nothing names any more."""
    after: int | None
    """Where to go on; None where nothing is left to do."""


class QuotaRepository(ABC):
    """Keeps what users may have, and binds whoever adds a track.

    The users themselves tell what an operator has set for them (`User.quota`). Every method raises `StoreAway` when the
    store does not answer in time, or answers with an error that its port does not name.

    Whatever keeps a track in the same store raises `TrackQuotaReached`, `ByteQuotaReached` or `SecondsQuotaReached`
    where its user would then have more than the quota, and keeps nothing; however many are added at once.
    """

    @abstractmethod
    async def put(self, user_id: int, quota: OwnQuota) -> None:
        """Set what this user may have, in place of all that was set before; durable when this returns.

        What they have already stays, also where it is more. Safe to repeat. Raises `UnknownUser` (any integer may
        come) and `DiskFull`. The caller gives numbers from 0 up to `LARGEST_QUOTA`, `MOST_UPLOADS`,
        `LONGEST_RETENTION_DAYS`.
        """

    @abstractmethod
    async def remove_outlived(self, general: Quota, now: datetime, after: int) -> Removed:
        """Remove some tracks older than their user's `retention_days`, of users with a `user_id` above `after`.

        A bounded number and size in one step, each with all that belongs to it; durable when this returns. Safe to
        repeat and to run by several at once, who do not wait for one another. The first step is after 0, the next one
        after `Removed.after`.
        """

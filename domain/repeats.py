"""Requests that may be sent again without being done again, and where it is kept what became of them."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID


@dataclass(frozen=True, slots=True)
class RepeatKey:
    """By what a repeat is known: whose request it is, of what kind, and the name that its sender gave it."""

    user_id: int
    operation: str
    """Such as `add_track`; 1 to 50 characters."""
    key: str
    """1 to 255 visible characters of ASCII."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a request that was done."""

    fingerprint: bytes
    """The SHA-256 (32 bytes) of what was sent."""
    result: Mapping[str, Any]
    """What is needed to answer in the same words again: anything that JSON can hold, without NUL characters."""


@dataclass(frozen=True, slots=True)
class Claim:
    """The right to do a request, until somebody else takes it over from one who seems to be dead."""

    key: RepeatKey
    reserved: UUID
    """The identifier of what is made: the same for every attempt, so that no two of them can both make it."""
    attempt: int
    """From 1. From 2 on, an earlier one may have made what is reserved, and not come to tell."""


@dataclass(frozen=True, slots=True)
class Moments:
    """What the time means for keys. All are aware."""

    now: datetime
    dead_before: datetime
    """Who does a request and has not been heard of since then is dead."""
    kept_since: datetime
    """What began before is forgotten, unless it is still being done."""


class RepeatableRequests(ABC):
    """Which requests are being done, and what became of those that were.

    Every method raises `StoreAway` when the store does not answer in time, or answers with an error that its port does
    not name. A user who is removed from the store takes their keys along.
    """

    @abstractmethod
    async def claim(self, key: RepeatKey, new: UUID, moments: Moments, most: int) -> Claim | Outcome:
        """The right to do this request, or what became of it. Of many who ask at once, one is given the right.

        A key that is not kept yet, or is forgotten, reserves `new`. One that was given up, or is a dead one's, is taken
        over with what it has reserved, and the next attempt. Durable when this returns.
        Raises `RepeatRunning` while somebody who is not dead does it, `TooManyKeys` where the key is a new one and the
        user has `most` already (or a few more: it may be counted while others are added), `UnknownUser` (any integer
        may come), `DiskFull`, and `StoreAway`, after which the right may have been given or not.
        """

    @abstractmethod
    async def renew(self, claim: Claim, now: datetime) -> None:
        """Be heard of; nothing, where the claim is not held any more. Safe to repeat."""

    @abstractmethod
    async def finish(self, claim: Claim, outcome: Outcome) -> None:
        """Keep what became of it; nothing, where the claim is not held any more. Durable when this returns.

        Raises `DiskFull`.
        """

    @abstractmethod
    async def give_up(self, claim: Claim) -> None:
        """Let the next one have it at once; nothing, where the claim is not held any more. Safe to repeat."""

    @abstractmethod
    async def forget(self, moments: Moments, at_most: int) -> int:
        """Remove keys that are forgotten, and say how many: `at_most` only if there may be more. Safe to repeat."""

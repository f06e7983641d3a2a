"""Requests that may be repeated, in a dictionary."""

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from domain.errors import RepeatRunning, TooManyKeys, UnknownUser
from domain.repeats import Claim, Moments, Outcome, RepeatableRequests, RepeatKey
from domain.users import UserRepository


@dataclass(frozen=True, slots=True)
class _Kept:
    claim: Claim
    created_at: datetime
    alive_at: datetime | None
    """None where it is done, or given up."""
    outcome: Outcome | None = None

    def is_running(self, moments: Moments) -> bool:
        return self.alive_at is not None and self.alive_at >= moments.dead_before

    def is_forgotten(self, moments: Moments) -> bool:
        return self.created_at < moments.kept_since and not self.is_running(moments)


class InMemoryRepeatableRequests(RepeatableRequests):
    """Keeps them until the process ends. `kept` is there to be looked at."""

    def __init__(self, users: UserRepository) -> None:
        self._users = users
        self.kept: dict[RepeatKey, _Kept] = {}

    async def claim(self, key: RepeatKey, new: UUID, moments: Moments, most: int) -> Claim | Outcome:
        if await self._users.find(key.user_id) is None:
            raise UnknownUser(key.user_id)
        known = self.kept.get(key)
        if known is None and sum(kept.user_id == key.user_id for kept in self.kept) >= most:
            raise TooManyKeys(most)
        if known is None or known.is_forgotten(moments):
            return self._begin(Claim(key, new, attempt=1), moments.now, moments.now)
        if known.outcome is not None:
            return known.outcome
        if known.is_running(moments):
            raise RepeatRunning
        taken_over = replace(known.claim, attempt=known.claim.attempt + 1)
        return self._begin(taken_over, known.created_at, moments.now)

    def _begin(self, claim: Claim, created_at: datetime, now: datetime) -> Claim:
        self.kept[claim.key] = _Kept(claim, created_at, alive_at=now)
        return claim

    async def renew(self, claim: Claim, now: datetime) -> None:
        if held := self._held(claim):
            self.kept[claim.key] = replace(held, alive_at=now)

    async def finish(self, claim: Claim, outcome: Outcome) -> None:
        if held := self._held(claim):
            self.kept[claim.key] = replace(held, alive_at=None, outcome=outcome)

    async def give_up(self, claim: Claim) -> None:
        if held := self._held(claim):
            self.kept[claim.key] = replace(held, alive_at=None)

    def _held(self, claim: Claim) -> _Kept | None:
        """What is kept, if it is this claim's, and neither done nor given up."""
        kept = self.kept.get(claim.key)
        return kept if kept and kept.claim == claim and kept.alive_at is not None else None

    async def forget(self, moments: Moments, at_most: int) -> int:
        forgotten = [key for key, kept in self.kept.items() if kept.is_forgotten(moments)][:at_most]
        for key in forgotten:
            del self.kept[key]
        return len(forgotten)

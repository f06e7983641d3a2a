"""How much a user may have, and how many uploads at once."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

from application.admission.fair_queue import WAIT_SECONDS, FairQueue
from application.admission.places import RETRY_SECONDS
from domain.accounts import AccountRepository, Totals
from domain.errors import ByteQuotaReached, SecondsQuotaReached, TrackQuotaReached, UploadQuotaReached
from domain.quotas import Quota
from domain.users import User

NOTHING = Totals(tracks=0, bytes=0, duration=timedelta())


@dataclass(frozen=True, slots=True)
class Standing:
    """What a user may have, and what they have."""

    quota: Quota
    held: Totals

    def refuse_full(self) -> None:
        """Raise what fits of `QuotaReached` where there is room for no further track at all."""
        quota, held = self.quota, self.held
        if quota.tracks and held.tracks >= quota.tracks:
            raise TrackQuotaReached(quota.tracks, 0)
        if quota.bytes and held.bytes >= quota.bytes:
            raise ByteQuotaReached(quota.bytes, 0)
        if quota.seconds and held.duration.total_seconds() >= quota.seconds:
            raise SecondsQuotaReached(quota.seconds, 0)


class UserQuotas:
    """Keeps users within what holds for all, or what an operator has set for them."""

    def __init__(self, accounts: AccountRepository | None, general: Quota, queries: FairQueue) -> None:
        """Without accounts nothing that is kept is bounded."""
        self._accounts = accounts
        self._general = general
        self._queries = queries
        self.uploading: Counter[int] = Counter()
        """How many uploads those users have who have any."""

    def of(self, user: User) -> Quota:
        """What holds for this user."""
        return user.quota.over(self._general)

    async def standing(self, user: User, *holders: str, seconds: float = WAIT_SECONDS) -> Standing:
        """What this user may have, and has. `holders` and `seconds` are those of `FairQueue.turn`, where it asks.

        Raises `StoreAway` and what `FairQueue.turn` does.
        """
        totals = None
        if self._accounts is not None:
            async with self._queries.turn(*holders, seconds=seconds):
                totals = await self._accounts.totals(user.user_id)
        return Standing(self.of(user), totals or NOTHING)

    async def refuse_full(self, user: User, *holders: str, seconds: float = WAIT_SECONDS) -> None:
        """Raise what `Standing.refuse_full` does, before a recording is read in vain; and what `standing` does.

        Where nothing is bounded, nothing is asked. That no track goes beyond a quota is seen to by what keeps it.
        """
        if self.of(user).bounds_what_is_kept:
            (await self.standing(user, *holders, seconds=seconds)).refuse_full()

    @contextmanager
    def upload(self, user: User) -> Iterator[None]:
        """Count an upload of this user while the context lasts. Raises `UploadQuotaReached`."""
        most = self.of(user).uploads
        if most and self.uploading[user.user_id] >= most:
            raise UploadQuotaReached(most, RETRY_SECONDS)
        self.uploading[user.user_id] += 1
        try:
            yield
        finally:
            self.uploading[user.user_id] -= 1
            if not self.uploading[user.user_id]:
                del self.uploading[user.user_id]

"""Quotas, directories of users and audit trails, with one mistake each."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from adapters.memory.audit import InMemoryAuditTrail
from adapters.memory.directory import InMemoryUserDirectory
from adapters.memory.quotas import InMemoryQuotaRepository
from adapters.memory.tracks import InMemoryTrackRepository
from adapters.memory.within_quota import refuse_beyond
from domain.audit import AuditEvent, KeptEvent, Wanted
from domain.directory import ListedUser
from domain.errors import TrackQuotaReached
from domain.quotas import OwnQuota, Quota, Removed
from domain.tracks import Track
from tests.contract.audit_trails import MINUTE, NOW, AuditTrailContract
from tests.contract.directories import UserDirectoryContract
from tests.contract.faulty.table import refused_by
from tests.contract.quotas import QuotaRepositoryContract as Quotas


@refused_by(Quotas.test_of_many_at_once_as_many_are_kept_as_may_be)
class ComparesBeforeTheTransaction(InMemoryTrackRepository):
    """And lets others do so at the same moment."""

    async def hold(self, track: Track) -> None:
        if user := await self._users.find(track.user_id):
            refuse_beyond(user.quota.over(self._quota), track, self.kept.values())
        await asyncio.sleep(0)
        self.kept[track.track_uuid] = track


@refused_by(
    Quotas.test_a_track_beyond_the_quota_is_refused_and_not_kept,
    quota=OwnQuota(tracks=2),
    error=TrackQuotaReached,
    limit=2,
    left=0,
)
class KeepsWhatItRefuses(InMemoryTrackRepository):
    """Compares after it has kept the track."""

    async def hold(self, track: Track) -> None:
        before = [*self.kept.values()]
        self.kept[track.track_uuid] = track
        if user := await self._users.find(track.user_id):
            refuse_beyond(user.quota.over(self._quota), track, before)


@refused_by(Quotas.test_users_tell_what_was_set_for_them, quota=OwnQuota(tracks=0, retention_days=0))
class TakesNoneForTheOldOne(InMemoryQuotaRepository):
    """As COALESCE in an UPDATE does."""

    async def put(self, user_id: int, quota: OwnQuota) -> None:
        user = self._users.kept.get(user_id)
        old = user.quota if user else OwnQuota()
        merged = {name: getattr(quota, name) for name in OwnQuota.__slots__ if getattr(quota, name) is not None}
        await super().put(user_id, replace(old, **merged))


@refused_by(Quotas.test_nobody_has_a_quota, nobody=2**31)
class SetsItForNobody(InMemoryQuotaRepository):
    """An UPDATE of no rows."""

    async def put(self, user_id: int, quota: OwnQuota) -> None:
        if user_id in self._users.kept:
            await super().put(user_id, quota)


@refused_by(Quotas.test_each_user_has_the_days_that_were_set_for_them)
@refused_by(Quotas.test_nothing_is_removed_where_no_days_are_set)
class RemovesAllWithoutDays(InMemoryQuotaRepository):
    """Takes 0 for a number of days."""

    async def remove_outlived(self, general: Quota, now: datetime, after: int) -> Removed:
        for user_id, user in self._users.kept.items():
            if user.quota.over(general).retention_days == 0:
                self._users.kept[user_id] = replace(user, quota=replace(user.quota, retention_days=1))
        return await super().remove_outlived(general, now, after)


@refused_by(Quotas.test_what_is_outlived_is_removed_with_its_bytes)
class RemovesADayTooEarly(InMemoryQuotaRepository):
    """Rounds to days."""

    async def remove_outlived(self, general: Quota, now: datetime, after: int) -> Removed:
        return await super().remove_outlived(general, now + timedelta(days=1), after)


@refused_by(Quotas.test_the_keys_of_what_was_removed_are_told)
class TellsNoKeys(InMemoryQuotaRepository):
    """So that the bytes stay until they are swept."""

    async def remove_outlived(self, general: Quota, now: datetime, after: int) -> Removed:
        return replace(await super().remove_outlived(general, now, after), audio_keys=())


@refused_by(Quotas.test_a_step_is_bounded_and_the_next_goes_on)
class RemovesAllInOneStep(InMemoryQuotaRepository):
    """However many there are."""

    async def remove_outlived(self, general: Quota, now: datetime, after: int) -> Removed:
        removed = await super().remove_outlived(general, now, after)
        while (more := await super().remove_outlived(general, now, after)).tracks:
            removed = Removed(removed.tracks + more.tracks, removed.audio_keys + more.audio_keys, None)
        return removed


@refused_by(UserDirectoryContract.test_pages_together_have_each_user_once, count=1)
class BeginsPagesWithTheLastOne(InMemoryUserDirectory):
    """`>=` in place of `>`."""

    async def page(self, after: int, count: int) -> list[ListedUser]:
        found = await super().page(after - 1, count + 1)
        return found[:count] if await super().page(after, 1) else []


@refused_by(UserDirectoryContract.test_users_are_listed_with_what_they_have_and_may_have)
class ListsNoQuotas(InMemoryUserDirectory):
    """Without the JOIN."""

    async def page(self, after: int, count: int) -> list[ListedUser]:
        found = await super().page(after, count)
        return [replace(listed, user=replace(listed.user, quota=OwnQuota())) for listed in found]


@refused_by(AuditTrailContract.test_the_newest_come_first_and_the_later_of_one_moment)
class OrdersByNumberAlone(InMemoryAuditTrail):
    """Not by the moment."""

    async def page(self, wanted: Wanted, before: KeptEvent | None, count: int) -> list[KeptEvent]:
        found = await super().page(wanted, None, len(self.kept))
        last = before.number if before else self._last_number + 1
        return [one for one in sorted(found, key=lambda one: -one.number) if one.number < last][:count]


@refused_by(AuditTrailContract.test_pages_together_have_each_event_once, count=2)
class GoesOnByTheMomentAlone(InMemoryAuditTrail):
    """Leaves out the others of that moment."""

    async def page(self, wanted: Wanted, before: KeptEvent | None, count: int) -> list[KeptEvent]:
        first = replace(before, number=0) if before else None
        return await super().page(wanted, first, count)


@refused_by(AuditTrailContract.test_what_is_wanted_is_told, wanted=Wanted(until=NOW + 2 * MINUTE), numbers=[0, 1])
class KnowsNoEnd(InMemoryAuditTrail):
    """Does not look at `until`."""

    async def page(self, wanted: Wanted, before: KeptEvent | None, count: int) -> list[KeptEvent]:
        return await super().page(replace(wanted, until=None), before, count)


@refused_by(AuditTrailContract.test_what_is_recorded_at_once_is_all_told)
class RecordsEachEventOnce(InMemoryAuditTrail):
    """Takes equal events for one."""

    async def record(self, events: Sequence[AuditEvent]) -> None:
        await super().record([*dict.fromkeys(events)])


@refused_by(AuditTrailContract.test_what_is_too_old_is_forgotten)
class ForgetsTheMomentItself(InMemoryAuditTrail):
    """`<=` in place of `<`."""

    async def forget(self, before: datetime) -> int:
        return await super().forget(before + timedelta(microseconds=1))

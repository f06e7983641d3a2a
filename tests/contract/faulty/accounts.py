"""Repositories of accounts, and removers of deleted users, with one mistake each."""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime, timedelta

from adapters.memory.accounts import InMemoryAccountRepository, InMemoryDeletedUsers
from domain.accounts import Removed, Totals
from domain.tracks import StoredMp3, Track
from tests.contract.accounts import AccountRepositoryContract as Contract
from tests.contract.accounts import DeletedUsersContract
from tests.contract.faulty.table import refused_by

Page = Sequence[tuple[Track, StoredMp3]]


@refused_by(Contract.test_all_that_a_user_has_is_counted)
class CountsEverybodys(InMemoryAccountRepository):
    """Without WHERE."""

    async def totals(self, user_id: int) -> Totals | None:
        totals = await super().totals(user_id)
        return Totals(len(self._tracks.kept), totals.bytes, totals.duration) if totals else None


@refused_by(Contract.test_a_new_user_has_nothing)
class KnowsNothingOfWhoHasNothing(InMemoryAccountRepository):
    """As a sum over no rows is NULL."""

    async def totals(self, user_id: int) -> Totals | None:
        totals = await super().totals(user_id)
        return totals if totals and totals.tracks else None


@refused_by(Contract.test_of_a_user_who_never_was_nothing_is_known, user_id=2**31)
@refused_by(Contract.test_a_user_who_is_deleted_is_as_one_who_never_was)
class SaysItRenamed(InMemoryAccountRepository):
    """Whether there was anybody or not."""

    async def rename(self, user_id: int, name: str) -> bool:
        return await super().rename(user_id, name) or True


@refused_by(Contract.test_a_token_that_is_not_theirs_is_not_replaced)
@refused_by(Contract.test_a_token_is_replaced_once)
class ReplacesWhateverTokenThereIs(InMemoryAccountRepository):
    """Does not look at the old one."""

    async def replace_token(self, user_id: int, old_sha256: bytes, new_sha256: bytes) -> bool:
        user = self._users.kept.get(user_id)
        return user is not None and await super().replace_token(user_id, user.token_sha256, new_sha256)


@refused_by(Contract.test_a_token_is_replaced)
class KeepsTheOldToken(InMemoryAccountRepository):
    """Says that it has replaced it."""

    async def replace_token(self, user_id: int, old_sha256: bytes, new_sha256: bytes) -> bool:
        user = self._users.kept.get(user_id)
        return user is not None and user.token_sha256 == old_sha256


@refused_by(Contract.test_a_user_who_is_deleted_is_as_one_who_never_was)
@refused_by(Contract.test_who_is_deleted_gets_no_further_track)
class DeletesNobody(InMemoryAccountRepository):
    """Leaves it for later."""

    async def delete(self, user_id: int, old_sha256: bytes, new_sha256: bytes, now: datetime) -> bool:
        return await self.replace_token(user_id, old_sha256, new_sha256)


@refused_by(Contract.test_pages_have_every_track_once_the_oldest_first)
class HasThePageAgain(InMemoryAccountRepository):
    """Where several tracks are of the moment with which a page ends."""

    async def pages(self, user_id: int, until: datetime) -> AsyncIterator[Page]:
        last: Page = ()
        async for page in super().pages(user_id, until):
            yield [*last[-1:], *page]
            last = page


@refused_by(Contract.test_pages_have_every_track_once_the_oldest_first)
class BeginsWithTheNewest(InMemoryAccountRepository):
    """As lists on a page do."""

    async def pages(self, user_id: int, until: datetime) -> AsyncIterator[Page]:
        for page in [[*reversed(page)] async for page in super().pages(user_id, until)][::-1]:
            yield page


@refused_by(Contract.test_pages_end_with_the_moment)
class NeverEnds(InMemoryAccountRepository):
    """For who uploads as fast as they are listed."""

    async def pages(self, user_id: int, until: datetime) -> AsyncIterator[Page]:
        async for page in super().pages(user_id, until + timedelta(days=365)):
            yield page


@refused_by(Contract.test_pages_do_not_end_as_if_they_were_all_where_the_user_is_deleted)
@refused_by(Contract.test_of_a_user_who_never_was_nothing_is_known, user_id=0)
class EndsQuietly(InMemoryAccountRepository):
    """Where there are no further rows."""

    def _refuse_unknown(self, user_id: int) -> None:
        """Not looked at."""


@refused_by(DeletedUsersContract.test_of_who_is_not_deleted_nothing_is_removed)
class RemovesAnybody(InMemoryDeletedUsers):
    """Whoever is named."""

    async def remove_some(self, user_id: int) -> Removed:
        if user_id in self._users.kept:
            self._users.deleted[user_id] = self._users.kept.pop(user_id)
        return await super().remove_some(user_id)


@refused_by(DeletedUsersContract.test_nothing_is_left_of_a_deleted_user)
class RemovesTheUserFirst(InMemoryDeletedUsers):
    """So that nobody finds what is left."""

    async def remove_some(self, user_id: int) -> Removed:
        removed = await super().remove_some(user_id)
        self._users.deleted.pop(user_id, None)
        return removed


@refused_by(DeletedUsersContract.test_nothing_is_left_of_a_deleted_user)
class ForgetsWhereTheBytesAre(InMemoryDeletedUsers):
    """They stay in the audio store for good."""

    async def remove_some(self, user_id: int) -> Removed:
        removed = await super().remove_some(user_id)
        return Removed(removed.tracks, (), removed.is_all)


@refused_by(DeletedUsersContract.test_nothing_is_left_of_a_deleted_user)
class RemovesAllInOneStep(InMemoryDeletedUsers):
    """And keeps everybody waiting."""

    async def remove_some(self, user_id: int) -> Removed:
        steps = [await super().remove_some(user_id)]
        while steps[-1].tracks:
            steps.append(await super().remove_some(user_id))
        keys = [key for step in steps for key in step.audio_keys]
        return Removed(sum(step.tracks for step in steps), keys, steps[-1].is_all)


@refused_by(DeletedUsersContract.test_bytes_that_are_kept_with_the_tracks_go_with_them)
class LeavesTheBytes(InMemoryDeletedUsers):
    """Removes the rows alone."""

    async def remove_some(self, user_id: int) -> Removed:
        before = dict(self._keeper.mp3s)
        removed = await super().remove_some(user_id)
        self._keeper.mp3s.update(before)
        return removed


@refused_by(DeletedUsersContract.test_those_who_are_deleted_are_listed_in_their_order)
class ListsTheFirstAgain(InMemoryDeletedUsers):
    """Whoever was listed before."""

    async def some(self, after: int) -> Sequence[int]:
        return await super().some(0)

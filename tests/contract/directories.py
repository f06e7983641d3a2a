"""What every user directory owes.

Subclass, and supply the fixtures `users`, `accounts`, `keeper`, `quotas` and `directory`; and `break_store` if the
store can offer it.
"""

from dataclasses import replace
from datetime import timedelta

import pytest

from adapters.memory.mp3 import InMemoryMp3
from domain.accounts import AccountRepository, Totals
from domain.directory import MAX_USERS_AT_ONCE, ListedUser, UserDirectory
from domain.errors import StoreAway
from domain.quotas import OwnQuota, QuotaRepository
from domain.tracks import TrackKeeper
from domain.users import User, UserRepository, token_digest
from tests.contract.calls import Act, errors
from tests.contract.offers import needs
from tests.contract.tracks import NOW, a_track

MP3 = InMemoryMp3(b"x" * 1000)
NOTHING = Totals(0, 0, timedelta())


async def added(users: UserRepository, count: int) -> list[User]:
    return [await users.add(f"user {number}", token_digest(str(number)), NOW) for number in range(count)]


class UserDirectoryContract:
    async def test_users_are_listed_with_what_they_have_and_may_have(
        self, users: UserRepository, keeper: TrackKeeper, quotas: QuotaRepository, directory: UserDirectory
    ) -> None:
        one, other = await added(users, 2)
        quota = OwnQuota(1, 2**50, 3, 4, 0)
        for _ in range(3):
            await keeper.keep(a_track(one.user_id, MP3), MP3)
        await quotas.put(other.user_id, quota)

        assert await directory.page(0, 10) == [
            ListedUser(one, Totals(3, 3000, timedelta(seconds=3 * 12.345678))),
            ListedUser(replace(other, quota=quota), NOTHING),
        ]

    @pytest.mark.parametrize("count", [1, 3, MAX_USERS_AT_ONCE])
    async def test_pages_together_have_each_user_once(
        self, users: UserRepository, directory: UserDirectory, count: int
    ) -> None:
        expected = await added(users, 7)

        found, after = list[User](), 0
        while page := await directory.page(after, count):
            assert len(page) <= count
            found += [listed.user for listed in page]
            after = found[-1].user_id

        assert found == expected

    @pytest.mark.parametrize("before", [0, -1, -(2**70)])
    @pytest.mark.parametrize("behind", [2**31, 2**63 - 1, 2**63, 2**70])
    async def test_any_integer_may_come(
        self, users: UserRepository, directory: UserDirectory, before: int, behind: int
    ) -> None:
        [user] = await added(users, 1)

        assert await directory.page(before, 10) == [ListedUser(user, NOTHING)]
        assert await directory.page(behind, 10) == []

    async def test_deleted_users_are_not_listed(
        self, users: UserRepository, accounts: AccountRepository, directory: UserDirectory
    ) -> None:
        one, other = await added(users, 2)
        await accounts.delete(one.user_id, one.token_sha256, token_digest("nobody's"), NOW)

        assert [listed.user for listed in await directory.page(0, 10)] == [other]

    @needs("break_store")
    async def test_it_says_that_the_store_is_away(self, directory: UserDirectory, break_store: Act) -> None:
        await break_store()

        assert await errors(directory.page(0, 1)) == [StoreAway]

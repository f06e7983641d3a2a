"""What every repository of accounts owes, and what removes deleted users.

Subclass, and supply the fixtures `users`, `tracks`, `keeper`, `accounts` and `deleted_users`; and `break_store` where
the store can offer it.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from adapters.memory.mp3 import InMemoryMp3
from domain.accounts import AccountRepository, DeletedUsers, Removed, Totals
from domain.errors import StoreAway, TrackNotFound, UnknownUser
from domain.tracks import StoredMp3, Track, TrackCatalogue, TrackKeeper, TrackRepository
from domain.users import User, UserRepository, token_digest
from tests.contract.calls import PATIENCE_SECONDS, Act, errors, listed
from tests.contract.offers import needs
from tests.contract.tracks import ANY_INTEGER, MP3, NOW, a_track, added, kept, stored

OLD, NEW, NOBODYS = (token_digest(token) for token in ("secret", "new", "nobody's"))
LATER = NOW + timedelta(days=1)
MANY = 130
"""More than are removed in one step, and more than a page has."""


async def everything_of(accounts: AccountRepository, user: User) -> list[tuple[Track, StoredMp3]]:
    """All tracks of the user, as pages have them."""
    pages = await listed(accounts.pages(user.user_id, LATER))
    assert all(0 < len(page) <= 100 for page in pages)
    return [pair for page in pages for pair in page]


async def removed(deleted_users: DeletedUsers, user_id: int) -> list[Removed]:
    """The steps that remove all of the user, one after the other."""
    steps = [await deleted_users.remove_some(user_id)]
    while steps[-1].tracks:
        steps.append(await deleted_users.remove_some(user_id))
    return steps


class _Accounts:
    patience = PATIENCE_SECONDS

    @pytest.fixture
    async def ada(self, users: UserRepository) -> User:
        return await users.add("Ada", OLD, NOW)

    @pytest.fixture
    async def grace(self, users: UserRepository) -> User:
        return await users.add("Grace", token_digest("another's"), NOW)


class AccountRepositoryContract(_Accounts):
    async def test_a_new_user_has_nothing(self, accounts: AccountRepository, ada: User) -> None:
        assert await accounts.totals(ada.user_id) == Totals(0, 0, timedelta(0))

    async def test_all_that_a_user_has_is_counted(
        self, accounts: AccountRepository, tracks: TrackRepository, keeper: TrackKeeper, ada: User, grace: User
    ) -> None:
        """Also before anybody has asked for it."""
        await keeper.keep(a_track(ada.user_id, mp3 := InMemoryMp3(bytes(3_000_000))), mp3)
        await added(tracks, grace.user_id, 1)
        assert await accounts.totals(ada.user_id) == Totals(1, 3_000_000, timedelta(seconds=12.345678))

        await added(tracks, ada.user_id, 2, duration=timedelta(days=3))

        assert await accounts.totals(ada.user_id) == Totals(3, 3_000_010, timedelta(days=6, seconds=12.345678))

    async def test_a_track_that_was_refused_is_not_counted(
        self, accounts: AccountRepository, tracks: TrackRepository, ada: User
    ) -> None:
        track = a_track(ada.user_id, MP3)
        await tracks.add(track, "key")
        await errors(tracks.add(track, "other"), tracks.add(a_track(ada.user_id + 1000, MP3), "third"))

        assert await accounts.totals(ada.user_id) == Totals(1, 5, track.conversion.duration)

    async def test_a_user_is_renamed(self, accounts: AccountRepository, users: UserRepository, ada: User) -> None:
        assert await accounts.rename(ada.user_id, "Ada 名前 %s")

        assert await users.find(ada.user_id) == replace(ada, name="Ada 名前 %s")

    async def test_nobody_else_is_changed(
        self, accounts: AccountRepository, users: UserRepository, ada: User, grace: User
    ) -> None:
        await accounts.rename(ada.user_id, "Somebody")
        await accounts.replace_token(ada.user_id, OLD, NEW)
        await accounts.delete(ada.user_id, NEW, NOBODYS, NOW)

        assert await users.find(grace.user_id) == await users.find_by_token(grace.token_sha256) == grace

    async def test_a_token_is_replaced(self, accounts: AccountRepository, users: UserRepository, ada: User) -> None:
        assert await accounts.replace_token(ada.user_id, OLD, NEW)

        assert await users.find_by_token(OLD) is None
        assert await users.find_by_token(NEW) == replace(ada, token_sha256=NEW)

    async def test_a_token_that_is_not_theirs_is_not_replaced(
        self, accounts: AccountRepository, users: UserRepository, ada: User, grace: User
    ) -> None:
        assert not await accounts.replace_token(ada.user_id, grace.token_sha256, NEW)
        assert not await accounts.delete(ada.user_id, grace.token_sha256, NOBODYS, NOW)

        assert await users.find(ada.user_id) == ada

    async def test_a_token_is_replaced_once(self, accounts: AccountRepository, ada: User) -> None:
        new = [token_digest(str(number)) for number in range(5)]

        answers = await asyncio.gather(*(accounts.replace_token(ada.user_id, OLD, each) for each in new))

        assert sorted(answers) == [False] * 4 + [True]

    @pytest.mark.parametrize("user_id", ANY_INTEGER)
    async def test_of_a_user_who_never_was_nothing_is_known(self, accounts: AccountRepository, user_id: int) -> None:
        assert await accounts.totals(user_id) is None
        assert not await accounts.rename(user_id, "Ada")
        assert not await accounts.replace_token(user_id, OLD, NEW)
        assert not await accounts.delete(user_id, OLD, NOBODYS, NOW)
        assert await errors(listed(accounts.pages(user_id, LATER))) == [UnknownUser]

    async def test_a_user_who_is_deleted_is_as_one_who_never_was(
        self, accounts: AccountRepository, users: UserRepository, tracks: TrackRepository, ada: User
    ) -> None:
        [track] = (await added(tracks, ada.user_id, 1)).values()

        assert await accounts.delete(ada.user_id, OLD, NOBODYS, NOW)

        assert [await users.find(ada.user_id), await users.find_by_token(OLD), await users.find_by_token(NOBODYS)] == [
            None
        ] * 3
        assert await tracks.find(track.track_uuid, ada.user_id) is None
        assert await accounts.totals(ada.user_id) is None
        assert not await accounts.rename(ada.user_id, "Ada")
        assert not await accounts.replace_token(ada.user_id, NOBODYS, NEW)
        assert not await accounts.delete(ada.user_id, NOBODYS, NEW, NOW)
        assert await errors(listed(accounts.pages(ada.user_id, LATER))) == [UnknownUser]

    async def test_who_is_deleted_gets_no_further_track(
        self, accounts: AccountRepository, tracks: TrackRepository, keeper: TrackKeeper, ada: User
    ) -> None:
        """That of an upload which was on its way."""
        await accounts.delete(ada.user_id, OLD, NOBODYS, NOW)
        mp3 = InMemoryMp3(b"sound")

        raised = await errors(keeper.keep(a_track(ada.user_id, mp3), mp3), tracks.add(a_track(ada.user_id, MP3), "key"))

        assert raised == [UnknownUser] * 2
        assert await kept(tracks) == []

    async def test_pages_have_every_track_once_the_oldest_first(
        self, accounts: AccountRepository, tracks: TrackRepository, ada: User, grace: User
    ) -> None:
        await added(tracks, grace.user_id, 3)
        expected = {}
        for number in range(MANY):
            # of each moment there are several
            track = replace(a_track(ada.user_id, MP3), created_at=NOW - timedelta(seconds=number // 3))
            await tracks.add(track, str(track.track_uuid))
            expected[track.track_uuid] = (track, stored(track, str(track.track_uuid)))

        found = await everything_of(accounts, ada)

        assert {track.track_uuid: (track, mp3) for track, mp3 in found} == expected
        assert len(found) == MANY
        moments = [track.created_at for track, _ in found]
        assert moments == sorted(moments)

    async def test_pages_end_with_the_moment(
        self, accounts: AccountRepository, tracks: TrackRepository, ada: User
    ) -> None:
        then, later = a_track(ada.user_id, MP3), replace(a_track(ada.user_id, MP3), created_at=LATER)
        await tracks.add(then, "then")
        await tracks.add(later, "later")

        [[(found, _)]] = await listed(accounts.pages(ada.user_id, NOW))

        assert found == then

    async def test_of_who_has_nothing_there_are_no_pages(self, accounts: AccountRepository, ada: User) -> None:
        assert await listed(accounts.pages(ada.user_id, LATER)) == []

    async def test_pages_do_not_end_as_if_they_were_all_where_the_user_is_deleted(
        self, accounts: AccountRepository, tracks: TrackRepository, ada: User
    ) -> None:
        await added(tracks, ada.user_id, MANY)
        pages = aiter(accounts.pages(ada.user_id, LATER))
        await anext(pages)

        await accounts.delete(ada.user_id, OLD, NOBODYS, NOW)

        with pytest.raises(UnknownUser):
            await listed(pages)

    @needs("break_store")
    async def test_accounts_say_that_the_store_is_away(
        self, accounts: AccountRepository, deleted_users: DeletedUsers, ada: User, break_store: Act
    ) -> None:
        await break_store()

        raised = await errors(
            accounts.totals(ada.user_id),
            accounts.rename(ada.user_id, "Ada"),
            accounts.replace_token(ada.user_id, OLD, NEW),
            accounts.delete(ada.user_id, OLD, NOBODYS, NOW),
            listed(accounts.pages(ada.user_id, LATER)),
            deleted_users.some(0),
            deleted_users.remove_some(ada.user_id),
            seconds=self.patience,
        )

        assert raised == [StoreAway] * 7


class DeletedUsersContract(_Accounts):
    async def test_nobody_is_deleted_who_was_not(self, deleted_users: DeletedUsers, ada: User) -> None:
        assert await deleted_users.some(0) == []

    async def test_those_who_are_deleted_are_listed_in_their_order(
        self, accounts: AccountRepository, deleted_users: DeletedUsers, users: UserRepository
    ) -> None:
        gone = [await users.add(str(number), token_digest(str(number)), NOW) for number in range(105)]
        for user in reversed(gone):
            await accounts.delete(user.user_id, user.token_sha256, token_digest(f"nobody {user.user_id}"), NOW)

        some = await deleted_users.some(0)
        more = await deleted_users.some(some[-1])

        assert 0 < len(some) <= 100
        assert [*some, *more] == [user.user_id for user in gone]

    async def test_nothing_is_left_of_a_deleted_user(
        self,
        accounts: AccountRepository,
        deleted_users: DeletedUsers,
        tracks: TrackRepository,
        ada: User,
        grace: User,
    ) -> None:
        gone = await added(tracks, ada.user_id, MANY)
        others = await added(tracks, grace.user_id, 3)
        assert await accounts.totals(ada.user_id)
        await accounts.delete(ada.user_id, OLD, NOBODYS, NOW)

        steps = await removed(deleted_users, ada.user_id)

        assert len(steps) > 2, "it is done in steps"
        assert steps[-1] == Removed(0, is_all=True)
        assert sum(step.tracks for step in steps) == MANY
        assert sorted(UUID(key) for step in steps for key in step.audio_keys) == sorted(gone)
        assert await deleted_users.some(0) == []
        assert {track.track_uuid for track in await kept(tracks)} == set(others)
        assert await accounts.totals(grace.user_id) == Totals(3, 15, 3 * timedelta(seconds=12.345678))

    async def test_bytes_that_are_kept_with_the_tracks_go_with_them(
        self,
        accounts: AccountRepository,
        deleted_users: DeletedUsers,
        keeper: TrackKeeper,
        ada: User,
    ) -> None:
        """And a step of few large MP3s has fewer of them."""
        mp3 = InMemoryMp3(bytes(5_000_000))
        gone = [a_track(ada.user_id, mp3) for _ in range(2)]
        for track in gone:
            await keeper.keep(track, mp3)
        await accounts.delete(ada.user_id, OLD, NOBODYS, NOW)

        steps = await removed(deleted_users, ada.user_id)

        assert [key for step in steps for key in step.audio_keys] == []
        reading = [listed(keeper.read(stored(track), 0, 5_000_000)) for track in gone]
        assert await errors(*reading) == [TrackNotFound] * 2

    async def test_of_who_is_not_deleted_nothing_is_removed(
        self, deleted_users: DeletedUsers, users: UserRepository, tracks: TrackRepository, ada: User
    ) -> None:
        await added(tracks, ada.user_id, 2)

        assert await deleted_users.remove_some(ada.user_id) == Removed(0)

        assert len(await kept(tracks)) == 2
        assert await users.find(ada.user_id) == ada

    @pytest.mark.parametrize("user_id", ANY_INTEGER)
    async def test_any_integer_may_be_removed(self, deleted_users: DeletedUsers, user_id: int) -> None:
        assert await deleted_users.remove_some(user_id) == Removed(0, is_all=True)

    async def test_several_may_remove_at_once(
        self, accounts: AccountRepository, deleted_users: DeletedUsers, tracks: TrackRepository, ada: User
    ) -> None:
        gone = await added(tracks, ada.user_id, MANY)
        await accounts.delete(ada.user_id, OLD, NOBODYS, NOW)

        both = await asyncio.gather(*(removed(deleted_users, ada.user_id) for _ in range(2)))

        keys: Sequence[str] = [key for steps in both for step in steps for key in step.audio_keys]
        assert sorted(map(UUID, keys)) == sorted(gone), "each is told once"
        assert await deleted_users.remove_some(ada.user_id) == Removed(0, is_all=True)
        assert isinstance(tracks, TrackCatalogue)
        assert await listed(tracks.all()) == []

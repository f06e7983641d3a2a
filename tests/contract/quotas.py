"""What every quota repository owes.

Subclass, and supply the fixtures `users`, `accounts`, `tracks`, `keeper` and `quotas`; and of the optional ones
`other_client`, `break_store`, `fill_disk` those that the store can offer.
"""

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import uuid4

import pytest

from adapters.memory.mp3 import InMemoryMp3
from domain.accounts import AccountRepository, Totals
from domain.errors import (
    ByteQuotaReached,
    DiskFull,
    QuotaReached,
    SecondsQuotaReached,
    StoreAway,
    TrackNotFound,
    TrackQuotaReached,
    UnknownUser,
)
from domain.quotas import (
    LARGEST_QUOTA,
    LONGEST_RETENTION_DAYS,
    MOST_UPLOADS,
    OwnQuota,
    Quota,
    QuotaRepository,
)
from domain.tracks import Track, TrackKeeper, TrackRepository
from domain.users import UserRepository, token_digest
from tests.contract.calls import PATIENCE_SECONDS, Act, errors, listed
from tests.contract.clients import Client
from tests.contract.offers import needs
from tests.contract.tracks import ANY_INTEGER, MP3, NOW, a_track, kept, stored

BYTES = InMemoryMp3(b"x" * 1000)
"""The MP3 of each track here."""
DURATION = timedelta(seconds=12.345678)
"""Of each recording here."""
NOTHING, DAY = Quota(), timedelta(days=1)


async def a_user(users: UserRepository, name: str = "Ada") -> int:
    return (await users.add(name, token_digest(str(uuid4())), NOW)).user_id


async def all_removed(quotas: QuotaRepository, general: Quota, now: datetime = NOW) -> tuple[int, list[str]]:
    """How many tracks all steps remove, and their audio keys."""
    after: int | None = 0
    tracks, keys = 0, list[str]()
    while after is not None:
        removed = await quotas.remove_outlived(general, now, after)
        tracks, keys, after = tracks + removed.tracks, [*keys, *removed.audio_keys], removed.after
    return tracks, keys


class QuotaRepositoryContract:
    @pytest.fixture
    async def user_id(self, users: UserRepository) -> int:
        return await a_user(users)

    async def keep(self, keeper: TrackKeeper, user_id: int, age: timedelta = timedelta()) -> Track:
        track = replace(a_track(user_id, BYTES), created_at=NOW - age)
        await keeper.keep(track, BYTES)
        return track

    @pytest.mark.parametrize(
        "quota",
        [
            OwnQuota(1, 2, 3, 4, 5),
            OwnQuota(tracks=0, retention_days=0),
            OwnQuota(LARGEST_QUOTA, LARGEST_QUOTA, LARGEST_QUOTA, MOST_UPLOADS, LONGEST_RETENTION_DAYS),
            OwnQuota(),
        ],
    )
    async def test_users_tell_what_was_set_for_them(
        self, users: UserRepository, quotas: QuotaRepository, user_id: int, quota: OwnQuota
    ) -> None:
        await quotas.put(user_id, OwnQuota(9, 9, 9, 9, 9))
        await quotas.put(user_id, quota)

        user = await users.find(user_id)
        assert user
        assert user.quota == quota
        assert await users.find_by_token(user.token_sha256) == user

    async def test_for_others_nothing_is_set(
        self, users: UserRepository, quotas: QuotaRepository, user_id: int
    ) -> None:
        other = await a_user(users, "Grace")
        await quotas.put(user_id, OwnQuota(1, 2, 3, 4, 5))

        found = await users.find(other)

        assert found
        assert found.quota == OwnQuota()

    @pytest.mark.parametrize("nobody", ANY_INTEGER)
    async def test_nobody_has_a_quota(self, quotas: QuotaRepository, user_id: int, nobody: int) -> None:
        with pytest.raises(UnknownUser):
            await quotas.put(nobody, OwnQuota(1))

    @pytest.mark.parametrize(
        ("quota", "error", "limit", "left"),
        [
            (OwnQuota(tracks=2), TrackQuotaReached, 2, 0),
            (OwnQuota(bytes=2999), ByteQuotaReached, 2999, 999),
            (OwnQuota(seconds=37), SecondsQuotaReached, 37, 12),
        ],
    )
    async def test_a_track_beyond_the_quota_is_refused_and_not_kept(
        self,
        tracks: TrackRepository,
        keeper: TrackKeeper,
        quotas: QuotaRepository,
        accounts: AccountRepository,
        user_id: int,
        quota: OwnQuota,
        error: type[QuotaReached],
        limit: int,
        left: int,
    ) -> None:
        await quotas.put(user_id, quota)
        first = [await self.keep(keeper, user_id) for _ in range(2)]

        with pytest.raises(error) as raised:
            await self.keep(keeper, user_id)

        assert (raised.value.limit, raised.value.left) == (limit, left)
        assert {track.track_uuid for track in await kept(tracks)} == {track.track_uuid for track in first}
        assert await accounts.totals(user_id) == Totals(2, 2000, 2 * DURATION)

    @pytest.mark.parametrize(
        "quota", [OwnQuota(tracks=2), OwnQuota(bytes=2000), OwnQuota(seconds=25), OwnQuota(0, 0, 0)]
    )
    async def test_a_quota_may_be_used_up(
        self, tracks: TrackRepository, keeper: TrackKeeper, quotas: QuotaRepository, user_id: int, quota: OwnQuota
    ) -> None:
        await quotas.put(user_id, quota)

        for _ in range(2):
            await self.keep(keeper, user_id)

        assert len(await kept(tracks)) == 2

    async def test_a_row_without_bytes_is_bound_as_well(
        self, tracks: TrackRepository, quotas: QuotaRepository, user_id: int
    ) -> None:
        await quotas.put(user_id, OwnQuota(tracks=1))
        await tracks.add(a_track(user_id, MP3), "first")

        with pytest.raises(TrackQuotaReached):
            await tracks.add(a_track(user_id, MP3), "second")

        assert await tracks.audio_keys_in_use(["first", "second"]) == {"first"}

    async def test_a_quota_binds_nobody_else(
        self, users: UserRepository, tracks: TrackRepository, keeper: TrackKeeper, quotas: QuotaRepository, user_id: int
    ) -> None:
        other = await a_user(users, "Grace")
        await quotas.put(other, OwnQuota(tracks=1))
        await self.keep(keeper, other)

        for _ in range(3):
            await self.keep(keeper, user_id)

        assert len(await kept(tracks)) == 4

    async def test_what_is_there_stays_when_less_is_allowed(
        self, tracks: TrackRepository, keeper: TrackKeeper, quotas: QuotaRepository, user_id: int
    ) -> None:
        for _ in range(3):
            await self.keep(keeper, user_id)
        await quotas.put(user_id, OwnQuota(tracks=1))

        with pytest.raises(TrackQuotaReached) as raised:
            await self.keep(keeper, user_id)

        assert raised.value.left == 0
        assert len(await kept(tracks)) == 3

    async def test_of_many_at_once_as_many_are_kept_as_may_be(
        self,
        tracks: TrackRepository,
        keeper: TrackKeeper,
        quotas: QuotaRepository,
        accounts: AccountRepository,
        user_id: int,
    ) -> None:
        await quotas.put(user_id, OwnQuota(tracks=3))

        raised = await errors(*(self.keep(keeper, user_id) for _ in range(10)))

        assert sorted(error.__name__ for error in raised) == ["Track"] * 3 + ["TrackQuotaReached"] * 7
        assert len(await kept(tracks)) == 3
        assert await accounts.totals(user_id) == Totals(3, 3000, 3 * DURATION)

    @needs("other_client")
    async def test_clients_of_one_store_together_keep_no_more_than_may_be(
        self,
        tracks: TrackRepository,
        keeper: TrackKeeper,
        quotas: QuotaRepository,
        user_id: int,
        other_client: Client,
    ) -> None:
        await quotas.put(user_id, OwnQuota(bytes=5500))

        raised = await errors(
            *(self.keep(one, user_id) for _ in range(4) for one in (keeper, other_client.keeper)),
        )

        assert sorted(error.__name__ for error in raised) == ["ByteQuotaReached"] * 3 + ["Track"] * 5
        assert len(await kept(tracks)) == 5

    async def test_what_is_outlived_is_removed_with_its_bytes(
        self,
        tracks: TrackRepository,
        keeper: TrackKeeper,
        quotas: QuotaRepository,
        accounts: AccountRepository,
        user_id: int,
    ) -> None:
        old = [await self.keep(keeper, user_id, age) for age in (7 * DAY + timedelta(seconds=1), 1000 * DAY)]
        young = await self.keep(keeper, user_id, 7 * DAY - timedelta(seconds=1))

        assert await all_removed(quotas, Quota(retention_days=7)) == (2, [])

        assert [track.track_uuid for track in await kept(tracks)] == [young.track_uuid]
        assert await accounts.totals(user_id) == Totals(1, 1000, DURATION)
        for track in old:
            with pytest.raises(TrackNotFound):
                await listed(keeper.read(stored(track), 0, 1000))

    async def test_the_keys_of_what_was_removed_are_told(
        self, tracks: TrackRepository, quotas: QuotaRepository, user_id: int
    ) -> None:
        for key, age in (("old", 8 * DAY), ("older", 9 * DAY), ("young", DAY)):
            await tracks.add(replace(a_track(user_id, MP3), created_at=NOW - age), key)

        count, keys = await all_removed(quotas, Quota(retention_days=7))

        assert (count, sorted(keys)) == (2, ["old", "older"])
        assert await tracks.audio_keys_in_use(["old", "older", "young"]) == {"young"}

    async def test_each_user_has_the_days_that_were_set_for_them(
        self, users: UserRepository, tracks: TrackRepository, keeper: TrackKeeper, quotas: QuotaRepository
    ) -> None:
        user_ids = {days: await a_user(users) for days in (None, 0, 3, 30)}
        for days, user_id in user_ids.items():
            await quotas.put(user_id, OwnQuota(retention_days=days))
            for age in (2 * DAY, 10 * DAY, 100 * DAY):
                await self.keep(keeper, user_id, age)

        assert (await all_removed(quotas, Quota(retention_days=7)))[0] == 2 + 0 + 2 + 1

        left = [(track.user_id, NOW - track.created_at) for track in await kept(tracks)]
        assert sorted(left) == sorted(
            [
                (user_ids[None], 2 * DAY),
                *((user_ids[0], age) for age in (2 * DAY, 10 * DAY, 100 * DAY)),
                (user_ids[3], 2 * DAY),
                *((user_ids[30], age) for age in (2 * DAY, 10 * DAY)),
            ]
        )

    async def test_nothing_is_removed_where_no_days_are_set(
        self, tracks: TrackRepository, keeper: TrackKeeper, quotas: QuotaRepository, user_id: int
    ) -> None:
        await self.keep(keeper, user_id, 10_000 * DAY)

        assert await all_removed(quotas, NOTHING) == (0, [])

        assert len(await kept(tracks)) == 1

    async def test_the_longest_time_is_none_that_breaks(
        self, tracks: TrackRepository, keeper: TrackKeeper, quotas: QuotaRepository, user_id: int
    ) -> None:
        await self.keep(keeper, user_id, 10_000 * DAY)

        assert (await all_removed(quotas, Quota(retention_days=LONGEST_RETENTION_DAYS)))[0] == 0

        assert len(await kept(tracks)) == 1

    async def test_a_step_is_bounded_and_the_next_goes_on(
        self, tracks: TrackRepository, quotas: QuotaRepository, user_id: int
    ) -> None:
        for number in range(120):
            await tracks.add(replace(a_track(user_id, MP3), created_at=NOW - 8 * DAY), str(number))

        first = await quotas.remove_outlived(Quota(retention_days=7), NOW, 0)

        assert 0 < first.tracks < 120
        assert first.after is not None
        assert first.tracks + (await all_removed(quotas, Quota(retention_days=7)))[0] == 120
        assert await kept(tracks) == []

    async def test_several_at_once_remove_each_track_once(
        self, tracks: TrackRepository, quotas: QuotaRepository, user_id: int
    ) -> None:
        for number in range(30):
            await tracks.add(replace(a_track(user_id, MP3), created_at=NOW - 8 * DAY), str(number))

        removed = await asyncio.gather(*(all_removed(quotas, Quota(retention_days=7)) for _ in range(3)))

        assert sum(count for count, _ in removed) == 30
        assert sorted(key for _, keys in removed for key in keys) == sorted(map(str, range(30)))
        assert await kept(tracks) == []

    @needs("break_store")
    async def test_every_method_says_that_the_store_is_away(
        self, quotas: QuotaRepository, user_id: int, break_store: Act
    ) -> None:
        await break_store()

        raised = await errors(
            quotas.put(user_id, OwnQuota(1)),
            quotas.remove_outlived(Quota(retention_days=1), NOW, 0),
            seconds=PATIENCE_SECONDS,
        )

        assert raised == [StoreAway] * 2

    @needs("fill_disk")
    async def test_a_full_disk_is_told(self, quotas: QuotaRepository, user_id: int, fill_disk: Act) -> None:
        await fill_disk()

        with pytest.raises(DiskFull):
            await quotas.put(user_id, OwnQuota(1))

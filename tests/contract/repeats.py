"""What every store of repeatable requests owes, and whatever finds receipts of tracks.

Subclass, and supply the fixtures `users` and `repeats`, or `users`, `tracks` and `receipts`; and of the optional ones
`other_client` (with a fixture `other_repeats`), `break_store` and `fill_disk` those that the store can offer.
"""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from domain.errors import DiskFull, RepeatRunning, StoreAway, TooManyKeys, UnknownUser
from domain.measuring import WAVEFORM_POINTS, Sound, Waveform
from domain.receipts import TrackReceipt, TrackReceipts
from domain.recording.repairs import Mended, Repair
from domain.repeats import Claim, Moments, Outcome, RepeatableRequests, RepeatKey
from domain.tracks import TrackRepository
from domain.users import UserRepository, token_digest
from tests.contract.calls import Act, errors
from tests.contract.offers import needs
from tests.contract.tracks import ANY_INTEGER, MP3, a_track

NOW = datetime(2026, 11, 28, 10, 30, 0, 123456, tzinfo=UTC)
DEAD = timedelta(minutes=1)
DAY = timedelta(days=1)
MANY = 1000
DONE = Outcome(
    bytes(range(224, 256)), {"name": 'Zoë 🎧 "\\', "list": [1, -2.5, None, True], "nested": {"": "x" * 5000}}
)


def at(later: timedelta = timedelta(0)) -> Moments:
    """So much later than the beginning."""
    return Moments(NOW + later, NOW + later - DEAD, NOW + later - DAY)


async def claimed(
    repeats: RepeatableRequests, key: RepeatKey, later: timedelta = timedelta(0), new: UUID | None = None
) -> Claim:
    """The claim, which nobody else has."""
    claim = await repeats.claim(key, new or uuid4(), at(later), MANY)
    assert isinstance(claim, Claim)
    return claim


class RepeatableRequestsContract:
    @pytest.fixture
    async def key(self, users: UserRepository) -> RepeatKey:
        return RepeatKey((await users.add("Ada", token_digest("secret"), NOW)).user_id, "add_track", "a-key")

    async def test_a_new_key_reserves_what_is_given(self, repeats: RepeatableRequests, key: RepeatKey) -> None:
        new = uuid4()

        assert await repeats.claim(key, new, at(), MANY) == Claim(key, new, attempt=1)

    @pytest.mark.parametrize("seconds", [0, 1, 60])
    async def test_while_it_is_done_others_are_told_so(
        self, repeats: RepeatableRequests, key: RepeatKey, seconds: int
    ) -> None:
        await claimed(repeats, key)

        with pytest.raises(RepeatRunning):
            await repeats.claim(key, uuid4(), at(timedelta(seconds=seconds)), MANY)

    async def test_what_is_done_is_told_as_it_was(self, repeats: RepeatableRequests, key: RepeatKey) -> None:
        await repeats.finish(await claimed(repeats, key), DONE)

        for later in (timedelta(0), DEAD, DAY):
            assert await repeats.claim(key, uuid4(), at(later), MANY) == DONE

    async def test_what_is_given_up_is_the_next_ones_at_once(self, repeats: RepeatableRequests, key: RepeatKey) -> None:
        first = await claimed(repeats, key)
        await repeats.give_up(first)
        await repeats.give_up(first)

        assert await claimed(repeats, key) == Claim(key, first.reserved, attempt=2)

    async def test_a_dead_ones_is_taken_over(self, repeats: RepeatableRequests, key: RepeatKey) -> None:
        first = await claimed(repeats, key)

        second = await claimed(repeats, key, DEAD + timedelta(microseconds=1))

        assert second == Claim(key, first.reserved, attempt=2)
        with pytest.raises(RepeatRunning):
            await repeats.claim(key, uuid4(), at(2 * DEAD), MANY)

    async def test_who_is_heard_of_is_not_dead(self, repeats: RepeatableRequests, key: RepeatKey) -> None:
        first = await claimed(repeats, key)
        await repeats.renew(first, NOW + DEAD)

        with pytest.raises(RepeatRunning):
            await repeats.claim(key, uuid4(), at(2 * DEAD), MANY)
        assert (await claimed(repeats, key, 2 * DEAD + timedelta(seconds=1))).attempt == 2

    async def test_who_was_taken_for_dead_changes_nothing_any_more(
        self, repeats: RepeatableRequests, key: RepeatKey
    ) -> None:
        dead = await claimed(repeats, key)
        await claimed(repeats, key, 2 * DEAD)

        await repeats.finish(dead, DONE)
        await repeats.give_up(dead)
        await repeats.renew(dead, NOW + DAY)

        with pytest.raises(RepeatRunning):
            await repeats.claim(key, uuid4(), at(2 * DEAD), MANY)
        assert (await claimed(repeats, key, 4 * DEAD)).attempt == 3

    async def test_what_is_done_stays_as_it_is(self, repeats: RepeatableRequests, key: RepeatKey) -> None:
        claim = await claimed(repeats, key)
        await repeats.finish(claim, DONE)

        await repeats.finish(claim, Outcome(bytes(32), {}))
        await repeats.give_up(claim)
        await repeats.renew(claim, NOW + DAY)

        assert await repeats.claim(key, uuid4(), at(), MANY) == DONE

    async def test_of_many_at_once_one_does_it(self, repeats: RepeatableRequests, key: RepeatKey) -> None:
        for later, attempt in ((timedelta(0), 1), (2 * DEAD, 2)):
            asked = [repeats.claim(key, uuid4(), at(later), MANY) for _ in range(10)]
            found = await asyncio.gather(*asked, return_exceptions=True)

            assert [claim.attempt for claim in found if isinstance(claim, Claim)] == [attempt]
            assert [type(other) for other in found if not isinstance(other, Claim)] == [RepeatRunning] * 9

    async def test_keys_are_told_apart(
        self, repeats: RepeatableRequests, users: UserRepository, key: RepeatKey
    ) -> None:
        other = (await users.add("Grace", token_digest("other"), NOW)).user_id
        keys = [
            key,
            RepeatKey(other, key.operation, key.key),
            RepeatKey(key.user_id, "links", key.key),
            *(RepeatKey(key.user_id, key.operation, text) for text in ("A-KEY", "a_key", "a%", "'\"\\;--", "~" * 255)),
        ]
        claims = [await claimed(repeats, one) for one in keys]
        assert [claim.attempt for claim in claims] == [1] * len(keys)

        await repeats.finish(claims[0], DONE)

        for one in keys[1:]:
            with pytest.raises(RepeatRunning):
                await repeats.claim(one, uuid4(), at(), MANY)

    async def test_what_is_old_is_forgotten_but_not_while_it_is_done(
        self, repeats: RepeatableRequests, key: RepeatKey
    ) -> None:
        first = await claimed(repeats, key)
        await repeats.renew(first, NOW + DAY)
        with pytest.raises(RepeatRunning):
            await repeats.claim(key, uuid4(), at(DAY + timedelta(seconds=1)), MANY)
        await repeats.finish(first, DONE)
        new = uuid4()

        again = await claimed(repeats, key, DAY + timedelta(seconds=1), new)

        assert again == Claim(key, new, attempt=1)
        assert isinstance(await claimed(repeats, key, 2 * DAY + timedelta(seconds=2)), Claim)

    async def test_old_ones_are_removed_in_parts(self, repeats: RepeatableRequests, key: RepeatKey) -> None:
        keys = [RepeatKey(key.user_id, key.operation, str(number)) for number in range(6)]
        claims = [await claimed(repeats, one) for one in keys]
        for claim in claims[:3]:
            await repeats.finish(claim, DONE)
        await repeats.give_up(claims[3])
        await repeats.renew(claims[5], NOW + DAY)
        young = await claimed(repeats, key, DAY)
        later = at(DAY + timedelta(seconds=1))

        assert [await repeats.forget(later, 3) for _ in range(3)] == [3, 2, 0]

        for kept in (keys[5], young.key):
            with pytest.raises(RepeatRunning):
                await repeats.claim(kept, uuid4(), later, MANY)
        assert (await claimed(repeats, keys[0])).attempt == 1

    async def test_a_user_has_so_many_keys(
        self, repeats: RepeatableRequests, users: UserRepository, key: RepeatKey
    ) -> None:
        done, given_up, new = (RepeatKey(key.user_id, key.operation, text) for text in ("done", "given-up", "new"))
        await repeats.finish(await claimed(repeats, done), DONE)
        await repeats.give_up(await claimed(repeats, given_up))
        other = RepeatKey((await users.add("Grace", token_digest("other"), NOW)).user_id, key.operation, key.key)

        with pytest.raises(TooManyKeys) as refused:
            await repeats.claim(new, uuid4(), at(), 2)

        assert refused.value.limit == 2
        assert await repeats.claim(done, uuid4(), at(), 2) == DONE
        assert isinstance(await repeats.claim(given_up, uuid4(), at(), 2), Claim)
        assert isinstance(await repeats.claim(other, uuid4(), at(), 2), Claim)
        assert isinstance(await repeats.claim(new, uuid4(), at(), 3), Claim)

    @pytest.mark.parametrize("user_id", ANY_INTEGER)
    async def test_an_unknown_user_has_no_keys(self, repeats: RepeatableRequests, user_id: int) -> None:
        with pytest.raises(UnknownUser):
            await repeats.claim(RepeatKey(user_id, "add_track", "a-key"), uuid4(), at(), MANY)

    @needs("other_client")
    async def test_every_client_of_the_store_knows_it(
        self, repeats: RepeatableRequests, other_repeats: RepeatableRequests, key: RepeatKey
    ) -> None:
        claim = await claimed(repeats, key)
        with pytest.raises(RepeatRunning):
            await other_repeats.claim(key, uuid4(), at(), MANY)

        await repeats.finish(claim, DONE)

        assert await other_repeats.claim(key, uuid4(), at(), MANY) == DONE

    @needs("break_store")
    async def test_every_call_says_that_the_store_is_away(
        self, repeats: RepeatableRequests, key: RepeatKey, break_store: Act
    ) -> None:
        claim = await claimed(repeats, key)
        await break_store()

        raised = await errors(
            repeats.claim(key, uuid4(), at(), MANY),
            repeats.renew(claim, NOW),
            repeats.finish(claim, DONE),
            repeats.give_up(claim),
            repeats.forget(at(), 10),
        )

        assert raised == [StoreAway] * 5

    @needs("fill_disk")
    async def test_a_full_disk_is_told_of(self, repeats: RepeatableRequests, key: RepeatKey, fill_disk: Act) -> None:
        claim = await claimed(repeats, key)
        await fill_disk()

        other = RepeatKey(key.user_id, key.operation, "other")
        raised = await errors(repeats.claim(other, uuid4(), at(), MANY), repeats.finish(claim, DONE))

        assert raised == [DiskFull] * 2


class TrackReceiptsContract:
    @pytest.fixture
    async def user_id(self, users: UserRepository) -> int:
        return (await users.add("Ada", token_digest("secret"), NOW)).user_id

    @pytest.mark.parametrize(
        ("known", "clipped"),
        [
            ({}, 0),
            ({"sound": Sound(Waveform(8000, 1 << 33, 8, (-128, 127) * WAVEFORM_POINTS), None, 1.5, 2**50)}, 2**50),
            ({"repairs": tuple(Mended(repair, 2**40) for repair in Repair)}, 0),
            ({"duration": timedelta(days=3, microseconds=1), "wav_sha256": bytes(range(224, 256))}, 0),
        ],
    )
    async def test_it_says_what_is_known(
        self, tracks: TrackRepository, receipts: TrackReceipts, user_id: int, known: dict[str, Any], clipped: int
    ) -> None:
        track = a_track(user_id, MP3, **known)
        await tracks.add(track, str(uuid4()))
        made = track.conversion

        found = await receipts.find(track.track_uuid, user_id)

        assert found == TrackReceipt(track.track_uuid, user_id, made.duration, clipped, made.repairs, made.wav_sha256)

    async def test_of_another_track_or_user_there_is_none(
        self, tracks: TrackRepository, receipts: TrackReceipts, user_id: int
    ) -> None:
        track = a_track(user_id, MP3)
        await tracks.add(track, str(uuid4()))

        assert await receipts.find(uuid4(), user_id) is None
        for other in (user_id + 1, 0, -1, 2**63, 10**400):
            assert await receipts.find(track.track_uuid, other) is None

    @needs("break_store")
    async def test_finding_says_that_the_store_is_away(
        self, receipts: TrackReceipts, user_id: int, break_store: Act
    ) -> None:
        await break_store()

        assert await errors(receipts.find(uuid4(), user_id)) == [StoreAway]

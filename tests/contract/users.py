"""What every user repository owes.

Subclass, and supply the fixture `users`; and of the optional ones `other_client`, `break_store`, `fill_disk` and
`delete_user` those that the store can offer.
"""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta, timezone

import pytest

from domain.errors import DiskFull, StoreAway
from domain.users import UserRepository, token_digest
from tests.contract.calls import PATIENCE_SECONDS, Act, errors
from tests.contract.clients import Client
from tests.contract.offers import needs

NOW = datetime(2026, 11, 23, 10, 30, 0, 123456, tzinfo=UTC)


class UserRepositoryContract:
    patience = PATIENCE_SECONDS

    async def test_a_user_is_found_as_they_were_added(self, users: UserRepository) -> None:
        added = await users.add("Ada", token_digest("secret"), NOW)

        found = await users.find(added.user_id)

        assert found == added
        assert (added.name, added.token_sha256, added.created_at) == ("Ada", token_digest("secret"), NOW)

    async def test_the_first_user_has_an_id_of_at_least_one(self, users: UserRepository) -> None:
        assert (await users.add("Ada", token_digest("secret"), NOW)).user_id >= 1

    async def test_an_unknown_user_is_none(self, users: UserRepository) -> None:
        added = await users.add("Ada", token_digest("secret"), NOW)

        assert await users.find(added.user_id + 1) is None

    @pytest.mark.parametrize(
        "user_id", [0, -1, 2**31, 2**63 - 1, 2**63, -(2**63) - 1, pytest.param(10**400, id="huge")]
    )
    async def test_any_integer_may_be_asked_for(self, users: UserRepository, user_id: int) -> None:
        assert await users.find(user_id) is None

    async def test_a_user_is_found_by_the_digest_of_their_token(self, users: UserRepository) -> None:
        await users.add("Grace", token_digest("other"), NOW)
        added = await users.add("Ada", token_digest("secret"), NOW)

        assert await users.find_by_token(token_digest("secret")) == added

    @pytest.mark.parametrize("digest", [token_digest("Secret"), bytes(32), b"", b"\0", bytes(1000)])
    async def test_an_unknown_digest_is_none(self, users: UserRepository, digest: bytes) -> None:
        await users.add("Ada", token_digest("secret"), NOW)

        assert await users.find_by_token(digest) is None

    @pytest.mark.parametrize(
        ("one", "other"),
        [
            pytest.param(b"a" * 32, b"A" * 32, id="other case"),
            pytest.param(b"a" * 31 + b"\0", b"a" * 31 + b"\1", id="other last byte"),
            pytest.param(b"\0" * 31 + b"a", b"\0" * 31 + b"b", id="after NUL"),
            pytest.param(b"a" * 31 + b" ", b"a" * 31 + b"\t", id="white space at the end"),
            pytest.param(b"%" * 32, b"_" * 32, id="wildcards"),
            pytest.param(b"\xff" * 32, b"\xfe" * 32, id="no text"),
        ],
    )
    async def test_no_user_is_found_by_anothers_digest(self, users: UserRepository, one: bytes, other: bytes) -> None:
        first = await users.add("Ada", one, NOW)
        assert await users.find_by_token(other) is None

        second = await users.add("Grace", other, NOW)

        assert await users.find_by_token(one) == first
        assert await users.find_by_token(other) == second

    async def test_names_need_not_be_unique(self, users: UserRepository) -> None:
        first = await users.add("Ada", token_digest("one"), NOW)
        second = await users.add("Ada", token_digest("two"), NOW)

        assert first.user_id != second.user_id

    @pytest.mark.parametrize(
        "name", ["Zoë", "Zoe\u0308", "名前", "🎧" * 100, "a" * 100, "'; DROP TABLE users; --", "%s {}"]
    )
    async def test_a_name_keeps_every_character(self, users: UserRepository, name: str) -> None:
        added = await users.add(name, token_digest("secret"), NOW)

        found = await users.find(added.user_id)

        assert found is not None
        assert found.name == name

    async def test_a_digest_keeps_every_byte(self, users: UserRepository) -> None:
        digest = bytes(range(224, 256))

        added = await users.add("Ada", digest, NOW)

        assert await users.find(added.user_id) == added
        assert added.token_sha256 == digest

    async def test_a_moment_is_the_same_in_every_time_zone(self, users: UserRepository) -> None:
        elsewhere = NOW.astimezone(timezone(timedelta(hours=5, minutes=45)))

        added = await users.add("Ada", token_digest("secret"), elsewhere)

        found = await users.find(added.user_id)
        assert found is not None
        assert found.created_at == NOW

    async def test_users_added_at_once_have_ids_of_their_own(self, users: UserRepository) -> None:
        added = await asyncio.gather(*(users.add(f"user {n}", token_digest(str(n)), NOW) for n in range(20)))

        assert len({user.user_id for user in added}) == 20
        assert [await users.find(user.user_id) for user in added] == added

    async def test_users_added_one_after_the_other_have_ids_of_their_own(self, users: UserRepository) -> None:
        added = [await users.add("Ada", token_digest(str(n)), NOW) for n in range(5)]

        assert len({user.user_id for user in added}) == 5
        assert await users.find(added[0].user_id) == added[0]

    @needs("delete_user")
    async def test_an_id_is_not_given_again(
        self, users: UserRepository, delete_user: Callable[[int], Awaitable[None]]
    ) -> None:
        first = await users.add("Ada", token_digest("one"), NOW)
        gone = await users.add("Grace", token_digest("two"), NOW)
        await delete_user(gone.user_id)
        assert await users.find(gone.user_id) is None

        added = await users.add("Edsger", token_digest("three"), NOW)

        assert added.user_id not in {first.user_id, gone.user_id}
        assert await users.find(first.user_id) == first

    @needs("other_client")
    async def test_a_user_is_kept_when_it_is_said_so(self, users: UserRepository, other_client: Client) -> None:
        added = await users.add("Ada", token_digest("secret"), NOW)

        assert await other_client.users.find(added.user_id) == added
        assert await other_client.users.find_by_token(token_digest("secret")) == added

    @needs("other_client")
    async def test_clients_of_one_store_give_no_id_twice(self, users: UserRepository, other_client: Client) -> None:
        adding = [
            kept.add("Ada", token_digest(f"{n} {kept}"), NOW) for n in range(5) for kept in (users, other_client.users)
        ]

        added = await asyncio.gather(*adding)

        assert len({user.user_id for user in added}) == 10

    @needs("break_store")
    async def test_every_method_says_that_the_store_is_away(self, users: UserRepository, break_store: Act) -> None:
        added = await users.add("Ada", token_digest("secret"), NOW)
        await break_store()

        raised = await errors(
            users.add("Grace", token_digest("other"), NOW),
            users.find(added.user_id),
            users.find_by_token(token_digest("secret")),
            seconds=self.patience,
        )

        assert raised == [StoreAway] * 3

    async def add_many(self, users: UserRepository) -> None:
        for n in range(1000):
            await users.add("a" * 100, token_digest(str(n)), NOW)

    @needs("fill_disk")
    async def test_a_full_disk_is_told(self, users: UserRepository, fill_disk: Act) -> None:
        added = await users.add("Ada", token_digest("secret"), NOW)
        await fill_disk()

        with pytest.raises(DiskFull):
            await self.add_many(users)  # until what is free in the store's files is used up

        assert await users.find(added.user_id) == added

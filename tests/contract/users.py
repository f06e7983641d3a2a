"""What every user repository owes. Subclass, and supply the fixture `users`."""

import asyncio
from datetime import UTC, datetime, timedelta, timezone

import pytest

from domain.users import UserRepository, token_digest

NOW = datetime(2026, 11, 23, 10, 30, 0, 123456, tzinfo=UTC)


class UserRepositoryContract:
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

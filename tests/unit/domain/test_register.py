"""Registering a user."""

import hashlib
from uuid import UUID

import pytest

from domain.errors import InvalidUserName
from domain.users import token_digest
from entrypoints.wiring.container import Container
from tests.unit.memory import users


async def test_a_token_is_told_once_and_kept_only_as_its_digest(container: Container) -> None:
    user, token = await container.application.register()("  Ann ")
    assert UUID(token).version == 4
    assert user.name == "Ann"
    assert user.token_sha256 == hashlib.sha256(token.encode()).digest() == token_digest(token)
    assert token not in repr(user)
    assert users(container).kept == {user.user_id: user}


async def test_names_need_not_be_unique(container: Container) -> None:
    (first, a), (second, b) = [await container.application.register()("Ann") for _ in range(2)]
    assert (first.user_id, second.user_id) == (1, 2)
    assert a != b


async def test_a_wrong_name_adds_nobody(container: Container) -> None:
    with pytest.raises(InvalidUserName):
        await container.application.register()(" \t")
    assert users(container).kept == {}

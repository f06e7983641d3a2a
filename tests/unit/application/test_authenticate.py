"""Who somebody is."""

import pytest

from adapters.memory.clock import FixedClock
from adapters.memory.identifiers import SeededIdentifiers
from adapters.memory.users import InMemoryUserRepository
from application.admission.fair_queue import FairQueue
from application.authenticate import Authenticate, Credentials
from domain.errors import WrongCredentials
from domain.register import Register
from domain.users import User


class CountedUsers(InMemoryUserRepository):
    """Counts what it is asked."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[str] = []

    async def find(self, user_id: int) -> User | None:
        self.asked.append("find")
        return await super().find(user_id)

    async def find_by_token(self, token_sha256: bytes) -> User | None:
        self.asked.append("find_by_token")
        return await super().find_by_token(token_sha256)


@pytest.fixture
def users() -> CountedUsers:
    return CountedUsers()


async def registered(users: CountedUsers, name: str = "Ann", seed: int = 0) -> tuple[User, str]:
    return await Register(users, SeededIdentifiers(seed), FixedClock())(name)


async def test_the_right_pair_gives_the_user(users: CountedUsers) -> None:
    user, token = await registered(users)
    assert await Authenticate(users, FairQueue(1))(Credentials(token, user.user_id)) == user


async def test_a_bearer_token_alone_gives_its_user(users: CountedUsers) -> None:
    user, token = await registered(users)
    assert await Authenticate(users, FairQueue(1))(Credentials(token)) == user


@pytest.mark.parametrize("token", ["", " ", "\0", "\ud800", "a" * 5000, "3f0e1a52-9d0c-4a53-8f4e-0d8a2b7c9e10", "{}"])
async def test_another_token_is_refused(users: CountedUsers, token: str) -> None:
    user, _ = await registered(users)
    with pytest.raises(WrongCredentials):
        await Authenticate(users, FairQueue(1))(Credentials(token, user.user_id))
    with pytest.raises(WrongCredentials):
        await Authenticate(users, FairQueue(1))(Credentials(token))


async def test_a_right_token_of_another_user_is_refused(users: CountedUsers) -> None:
    ann, _ = await registered(users)
    _, bobs_token = await registered(users, "Bob", seed=1)
    with pytest.raises(WrongCredentials):
        await Authenticate(users, FairQueue(1))(Credentials(bobs_token, ann.user_id))


async def test_an_unknown_user_costs_the_same_queries_and_says_the_same_as_a_wrong_token(users: CountedUsers) -> None:
    user, _ = await registered(users)
    said, asked = [], []
    for user_id in (user.user_id, user.user_id + 1, -1, 2**80):
        users.asked.clear()
        with pytest.raises(WrongCredentials) as refused:
            await Authenticate(users, FairQueue(1))(Credentials("wrong", user_id))
        said.append(str(refused.value))
        asked.append(list(users.asked))
    assert set(said) == {said[0]}
    assert asked == [["find"]] * 4


def test_credentials_do_not_show_the_token() -> None:
    assert "secret" not in repr(Credentials("secret", 1))

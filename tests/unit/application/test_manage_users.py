"""What an operator does with users, and what the audit trail tells of it."""

from datetime import timedelta

import pytest

from adapters.memory.mp3 import InMemoryMp3
from application.manage_users import ManageUsers
from domain.accounts import AccountRepository, Totals
from domain.audit import Action
from domain.errors import InvalidUserName, UnknownUser
from domain.quotas import OwnQuota
from domain.users import User, token_digest
from entrypoints.settings.settings import Settings
from entrypoints.wiring.container import Container
from tests.contract.calls import listed
from tests.contract.tracks import a_track
from tests.unit import memory
from tests.unit.memory import in_memory_container

MP3 = InMemoryMp3(b"sound")


@pytest.fixture
def manage(container: Container) -> ManageUsers:
    return container.manage_users()


async def a_user(container: Container, name: str = "Ann") -> User:
    user, _ = await container.application.register()(name)
    return user


def told(container: Container) -> list[tuple[Action, int | None]]:
    events = [kept.event for kept in memory.audit_trail(container).kept]
    assert {event.address_prefix for event in events} <= {None}
    return [(event.action, event.user_id) for event in events]


async def test_all_users_are_listed_with_what_they_have(container: Container, manage: ManageUsers) -> None:
    users = [await a_user(container, name) for name in ("Ann", "Bob")]
    await memory.keeper(container).keep(a_track(users[1].user_id, MP3), MP3)

    found = await listed(manage.all())

    assert [one.user for one in found] == users
    assert [one.totals for one in found] == [Totals(0, 0, timedelta()), Totals(1, 5, timedelta(seconds=12.345678))]
    assert await manage.find(users[1].user_id) == found[1]


async def test_more_users_than_a_page_are_listed(container: Container, manage: ManageUsers) -> None:
    for number in range(1001):
        await memory.users(container).add("Ann", token_digest(str(number)), memory.clock(container).now())

    assert [one.user.user_id for one in await listed(manage.all())] == list(range(1, 1002))


async def test_a_user_is_renamed_by_the_rule_for_names(container: Container, manage: ManageUsers) -> None:
    user = await a_user(container)

    assert await manage.rename(user.user_id, " Bob ") == "Bob"
    with pytest.raises(InvalidUserName):
        await manage.rename(user.user_id, " ")

    assert memory.users(container).kept[user.user_id].name == "Bob"
    assert told(container) == [(Action.CHANGE_USER, user.user_id)]


async def test_a_new_token_is_the_only_one(container: Container, manage: ManageUsers) -> None:
    user = await a_user(container)

    token = await manage.new_token(user.user_id)

    users = memory.users(container)
    assert await users.find_by_token(user.token_sha256) is None
    assert await users.find_by_token(token_digest(token)) == await users.find(user.user_id)
    assert told(container) == [(Action.NEW_TOKEN, user.user_id)]


async def test_a_token_that_changes_at_the_same_moment_is_replaced_as_well(
    container: Container, manage: ManageUsers, monkeypatch: pytest.MonkeyPatch
) -> None:
    user, accounts = await a_user(container), container.adapters.accounts()
    assert isinstance(accounts, AccountRepository)
    replace_token, raced = accounts.replace_token, list[bool]()

    async def racing(user_id: int, old_sha256: bytes, new_sha256: bytes) -> bool:
        if not raced:
            raced.append(await replace_token(user_id, old_sha256, token_digest("their own")))
        return await replace_token(user_id, old_sha256, new_sha256)

    monkeypatch.setattr(accounts, "replace_token", racing)

    token = await manage.new_token(user.user_id)

    assert memory.users(container).kept[user.user_id].token_sha256 == token_digest(token)


async def test_a_quota_is_changed_field_by_field(container: Container, manage: ManageUsers) -> None:
    user = await a_user(container)

    assert await manage.set_quota(user.user_id, {"tracks": 5, "uploads": 0}) == OwnQuota(tracks=5, uploads=0)
    assert await manage.set_quota(user.user_id, {"tracks": None, "bytes": 9}) == OwnQuota(bytes=9, uploads=0)

    assert (await manage.find(user.user_id)).user.quota == OwnQuota(bytes=9, uploads=0)
    assert told(container) == [(Action.SET_QUOTA, user.user_id)] * 2


async def test_a_deleted_user_is_gone_and_the_service_removes_what_is_theirs(
    container: Container, manage: ManageUsers
) -> None:
    user, other = await a_user(container), await a_user(container, "Bob")
    track = a_track(user.user_id, MP3)
    await memory.keeper(container).keep(track, MP3)

    await manage.delete(user.user_id)

    assert [one.user for one in await listed(manage.all())] == [other]
    assert await memory.tracks(container).find(track.track_uuid, user.user_id) is None
    assert told(container) == [(Action.DELETE_USER, user.user_id)]
    assert await container.application.remove_deleted()() == 1
    assert memory.keeper(container).mp3s == {}


@pytest.mark.parametrize("user_id", [0, -1, 2, 2**63, 10**30])
async def test_whoever_is_not_there_is_told(container: Container, manage: ManageUsers, user_id: int) -> None:
    await a_user(container)

    for act in (
        manage.find(user_id),
        manage.rename(user_id, "Bob"),
        manage.new_token(user_id),
        manage.set_quota(user_id, {"tracks": 1}),
        manage.delete(user_id),
    ):
        with pytest.raises(UnknownUser):
            await act
    assert told(container) == []


async def test_nothing_is_told_where_no_trail_is_kept() -> None:
    container = in_memory_container(Settings().but(audit_days=0))
    user = await a_user(container)

    await container.manage_users().rename(user.user_id, "Bob")

    assert told(container) == []

"""Users in a dictionary: what the contract cannot ask for, since its port deletes nobody."""

from datetime import UTC, datetime

from adapters.memory.users import InMemoryUserRepository

NOW = datetime(2026, 11, 23, tzinfo=UTC)


async def test_an_id_is_never_given_twice() -> None:
    users = InMemoryUserRepository()
    given = {(await users.add("Ada", bytes([number]) * 32, NOW)).user_id for number in range(3)}

    del users.kept[2]

    assert (await users.add("Grace", bytes(32), NOW)).user_id not in given

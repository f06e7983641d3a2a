"""Links that are asked for again, because an answer was lost."""

from collections.abc import AsyncIterator
from dataclasses import replace

import httpx
import pytest

from application.repeatable import DEAD_AFTER
from entrypoints.wiring.container import Container
from tests.unit import memory
from tests.unit.http.test_app_in_memory import client_of
from tests.unit.http.test_limited_links import Owner, an_owner

KEY = {"Idempotency-Key": "a-key"}


@pytest.fixture
async def client(container: Container) -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(container) as client, container.running():
        yield client


@pytest.fixture
async def owner(client: httpx.AsyncClient) -> Owner:
    return await an_owner(client)


async def asked(owner: Owner, **wish: object) -> httpx.Response:
    return await owner.client.post(owner.links, json=wish, headers=owner.bearer | KEY)


async def test_a_link_that_is_asked_for_again_is_made_once(owner: Owner) -> None:
    first, second = await asked(owner, max_downloads=5), await asked(owner, max_downloads=5)

    assert (first.status_code, second.status_code) == (201, 201)
    assert (first.content, first.headers["Location"]) == (second.content, second.headers["Location"])
    assert len(await owner.items()) == 2  # with the permanent one


async def test_the_same_key_with_another_wish_is_refused(owner: Owner) -> None:
    await asked(owner, max_downloads=5)
    other = await asked(owner, max_downloads=6)

    assert (other.status_code, other.json()["code"]) == (422, "repeat.other_request")
    assert len(await owner.items()) == 2


def forget_outcome(container: Container) -> None:
    """As after `kill -9` between the link's commit and that of the key."""
    repeats = memory.repeats(container)
    [(key, kept)] = repeats.kept.items()
    repeats.kept[key] = replace(kept, outcome=None)
    memory.clock(container).advance(DEAD_AFTER * 2)


async def test_a_link_whose_maker_died_before_it_could_tell_is_found(owner: Owner, container: Container) -> None:
    first = await asked(owner, max_downloads=5)
    forget_outcome(container)

    second = await asked(owner, max_downloads=5)

    assert (second.status_code, second.json()) == (201, first.json())
    assert len(await owner.items()) == 2


async def test_a_link_that_was_revoked_before_it_could_be_told_of_stays_revoked(
    owner: Owner, container: Container
) -> None:
    first = await asked(owner)
    await owner.revoke(first.json()["url"])
    forget_outcome(container)

    second = await asked(owner)

    assert (second.status_code, second.json()) == (201, first.json())
    assert len(await owner.items()) == 1
    assert (await owner.client.get(first.json()["url"])).status_code == 410


async def test_another_wish_is_refused_also_where_the_first_could_not_be_told_of(
    owner: Owner, container: Container
) -> None:
    await asked(owner, max_downloads=5, expires_at="2026-02-01T12:00:00+03:00")
    forget_outcome(container)
    other = await asked(owner, max_downloads=6, expires_at="2026-02-01T12:00:00+03:00")
    forget_outcome(container)
    same = await asked(owner, max_downloads=5, expires_at="2026-02-01T12:00:00+03:00")

    assert (other.status_code, same.status_code) == (422, 201)
    assert len(await owner.items()) == 2


async def test_without_a_key_each_request_makes_one(owner: Owner) -> None:
    for _ in range(2):
        await owner.create(max_downloads=5)
    assert len(await owner.items()) == 3

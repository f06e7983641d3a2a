"""`/users/me` over in-memory adapters: who am I, another name, another token, the end."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import httpx
import pytest

from domain.accounts import DELETED_USER_NAME
from domain.errors import StoreAway
from entrypoints.settings.settings import Settings
from entrypoints.wiring.container import Container
from tests.unit import memory
from tests.unit.http.test_app_in_memory import RECORDING, client_of

ME = "/users/me"


@pytest.fixture
async def client(container: Container) -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(container) as client, container.running():
        yield client


async def registered(client: httpx.AsyncClient, name: str = "Ann") -> dict[str, str]:
    """The headers by which a new user is known."""
    answer = (await client.post("/register", json={"user_name": name})).json()
    return bearer(answer["user_access_token"])


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


async def uploaded(client: httpx.AsyncClient, user: dict[str, str], name: str = "talk.wav") -> str:
    """The link."""
    answer = await client.post("/add_track", files={"wav_file": (name, RECORDING)}, headers=user)
    assert answer.status_code == 201
    return str(answer.headers["location"])


async def test_a_user_is_told_who_they_are_and_how_much_they_have(
    client: httpx.AsyncClient, container: Container
) -> None:
    user = await registered(client)
    await registered(client, "Grace")
    [ann, _] = memory.users(container).kept.values()
    new = await client.get(ME, headers=user)
    await uploaded(client, user)
    await uploaded(client, user)

    answer = await client.get(ME, headers=user)

    known = {"user_id": ann.user_id, "user_name": "Ann", "created_at": "2026-01-01T00:00:00Z", "quota": None}
    assert new.json() == known | {"tracks": 0, "bytes": 0, "seconds": 0.0}
    size = sum(map(len, memory.keeper(container).mp3s.values()))
    seconds = sum(
        (track.conversion.duration for track in memory.tracks(container).kept.values()), timedelta(0)
    ).total_seconds()
    assert answer.json() == known | {"tracks": 2, "bytes": size, "seconds": seconds}
    assert answer.headers["cache-control"] == "no-store"
    assert seconds > 0


async def test_head_is_get_without_the_body(client: httpx.AsyncClient) -> None:
    user = await registered(client)
    whole, head = [await client.request(method, ME, headers=user) for method in ("GET", "HEAD")]
    assert (head.status_code, head.headers["content-length"]) == (200, str(len(whole.content)))
    assert head.content == b""


async def test_a_user_takes_another_name(client: httpx.AsyncClient) -> None:
    user = await registered(client)

    body = {"user_name": "  Анна  ", "user_id": 7, "quota": {}, "unknown": [1]}
    answer = await client.patch(ME, json=body, headers=user)

    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    assert answer.json()["user_name"] == "Анна"
    assert answer.json() == (await client.get(ME, headers=user)).json()


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ("{}", "user_name"),
        ('{"unknown": 1}', "user_name"),
        ('{"user_name": null}', "user_name"),
        ('{"user_name": 5}', "user_name"),
        ('{"user_name": ""}', "user_name is empty"),
        ('{"user_name": " \\u200b "}', "user_name is empty"),
        ('{"user_name": "a\\u0000b"}', "user_name holds a control character"),
        ('{"user_name": "' + "a" * 101 + '"}', "user_name has 101 characters"),
        ('{"user_name": "a", "user_name": "b"}', "user_name is sent twice"),
        ("[]", "object"),
        ("{", "not valid JSON"),
    ],
)
async def test_another_name_that_is_none_is_refused_by_what_would_be_right(
    client: httpx.AsyncClient, container: Container, body: str, told: str
) -> None:
    user = await registered(client)
    answer = await client.patch(ME, content=body, headers=user | {"Content-Type": "application/json"})
    assert (answer.status_code, answer.json()["code"]) == (400, "request.invalid")
    assert told in answer.json()["message"]
    assert [kept.name for kept in memory.users(container).kept.values()] == ["Ann"]


async def test_a_large_body_is_refused(client: httpx.AsyncClient) -> None:
    user = await registered(client)
    answer = await client.patch(ME, json={"user_name": "a" * 5000}, headers=user)
    assert answer.status_code == 413


async def test_the_old_token_stops_at_once(client: httpx.AsyncClient) -> None:
    old = await registered(client)
    link = await uploaded(client, old)

    answer = await client.post(f"{ME}/token", headers=old)

    assert answer.status_code == 201
    assert answer.json().keys() == {"user_access_token"}
    assert answer.headers["cache-control"] == "no-store"
    new = bearer(answer.json()["user_access_token"])
    refused = [
        await client.get(ME, headers=old),
        await client.post(f"{ME}/token", headers=old),
        await client.delete(ME, headers=old),
        await client.post("/add_track", files={"wav_file": ("a.wav", RECORDING)}, headers=old),
    ]
    assert [refusal.status_code for refusal in refused] == [401] * 4
    assert (await client.get(ME, headers=new)).json()["tracks"] == 1
    assert (await client.get(link)).status_code == 200


async def test_of_several_who_replace_a_token_at_once_one_succeeds(client: httpx.AsyncClient) -> None:
    """So that no token is told that is nobody's already."""
    user = await registered(client)

    answers = await asyncio.gather(*(client.post(f"{ME}/token", headers=user) for _ in range(4)))

    assert sorted(answer.status_code for answer in answers) == [201, 401, 401, 401]
    [new] = [answer.json()["user_access_token"] for answer in answers if answer.status_code == 201]
    assert (await client.get(ME, headers=bearer(new))).status_code == 200


async def test_tokens_are_replaced_as_often_as_users_register_each_for_themselves() -> None:
    container = memory.in_memory_container(Settings().but(register_rate=2))
    async with client_of(container) as client, container.running():
        ann, grace = await registered(client), await registered(client, "Grace")
        for _ in range(2):
            ann = bearer((await client.post(f"{ME}/token", headers=ann)).json()["user_access_token"])
        refused = await client.post(f"{ME}/token", headers=ann)
        assert (refused.status_code, refused.json()["code"]) == (429, "limit.rate")
        assert int(refused.headers["retry-after"]) >= 1
        assert (await client.get(ME, headers=ann)).status_code == 200, "it goes on to work"
        assert (await client.post(f"{ME}/token", headers=grace)).status_code == 201


async def gone(container: Container) -> None:
    """Return when the background has removed what it has to."""
    async with asyncio.timeout(20):
        while memory.users(container).deleted:  # noqa: ASYNC110 - in memory nobody tells
            await asyncio.sleep(0.01)


async def test_nothing_is_left_of_who_deletes_themselves(client: httpx.AsyncClient, container: Container) -> None:
    user, other = await registered(client), await registered(client, "Grace")
    links = [await uploaded(client, user) for _ in range(3)]
    others_link = await uploaded(client, other)

    answer = await client.delete(ME, headers=user)

    assert (answer.status_code, answer.content) == (204, b"")
    refused = [await client.request(method, ME, headers=user) for method in ("GET", "PATCH", "DELETE")]
    assert {refusal.status_code for refusal in refused} == {401}
    found = [await client.get(link) for link in links]
    never = await client.get("/record?id=00000000-0000-4000-8000-000000000000&user=1")
    assert {(refusal.status_code, refusal.content) for refusal in found} == {(404, never.content)}
    await gone(container)
    assert [kept.name for kept in memory.users(container).kept.values()] == ["Grace"]
    assert len(memory.tracks(container).kept) == len(memory.keeper(container).mp3s) == 1
    assert (await client.get(others_link)).status_code == 200
    assert (await client.get(ME, headers=other)).json()["tracks"] == 1


async def test_what_an_earlier_run_has_not_removed_is_removed_by_the_next(container: Container) -> None:
    async with client_of(container) as client:
        user = await registered(client)
        await uploaded(client, user)
        await client.delete(ME, headers=user)
    assert len(memory.keeper(container).mp3s) == 1

    async with container.running():
        await gone(container)

    assert memory.keeper(container).mp3s == {}


async def test_the_name_and_the_digest_of_who_is_deleted_are_forgotten_at_once(container: Container) -> None:
    """Without the background, which is not there where the application has not begun."""
    async with client_of(container) as client:
        user = await registered(client)
        [before] = memory.users(container).kept.values()
        await client.delete(ME, headers=user)

    [left] = memory.users(container).deleted.values()
    assert left.name == DELETED_USER_NAME
    assert left.token_sha256 != before.token_sha256


async def test_an_upload_of_who_is_deleted_meanwhile_leaves_nothing(
    client: httpx.AsyncClient, container: Container, monkeypatch: pytest.MonkeyPatch
) -> None:
    user = await registered(client)
    keeper = memory.keeper(container)
    keep = keeper.keep

    async def deleted_first(*arguments: Any) -> None:
        assert (await client.delete(ME, headers=user)).status_code == 204
        await keep(*arguments)

    monkeypatch.setattr(keeper, "keep", deleted_first)  # at the last moment, which no client can choose
    answer = await client.post("/add_track", files={"wav_file": ("a.wav", RECORDING)}, headers=user)

    assert (answer.status_code, answer.json()["code"]) == (401, "auth.wrong_credentials")
    assert memory.tracks(container).kept == {}
    assert keeper.mp3s == {}


@pytest.mark.parametrize("path", [ME, f"{ME}/export"])
@pytest.mark.parametrize("headers", [{}, bearer("8f14e45f-ceea-467f-ab12-6f0d3c6f5e2a"), {"Authorization": "Basic x"}])
async def test_accounts_are_for_users_only(client: httpx.AsyncClient, path: str, headers: dict[str, str]) -> None:
    answer = await client.get(path, headers=headers)
    assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")


@pytest.mark.parametrize(
    ("method", "path"), [("GET", ME), ("PATCH", ME), ("POST", f"{ME}/token"), ("DELETE", ME), ("GET", f"{ME}/export")]
)
async def test_an_account_says_that_the_database_is_away(
    client: httpx.AsyncClient, container: Container, method: str, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    user = await registered(client)

    async def away(*_: object) -> None:
        raise StoreAway

    for name in ("totals", "rename", "replace_token", "delete"):
        monkeypatch.setattr(container.adapters.accounts(), name, away)
    answer = await client.request(method, path, json={"user_name": "Ann"} if method == "PATCH" else None, headers=user)

    assert (answer.status_code, answer.json()["code"]) == (503, "service.database_away")
    assert "retry-after" in answer.headers

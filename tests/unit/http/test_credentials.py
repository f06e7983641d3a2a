"""Who calls: a route gets its user by declaring a dependency."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from litestar import Request, get, post
from litestar.di import NamedDependency

from domain.errors import StoreAway
from domain.users import User
from entrypoints.http.app import create_app
from entrypoints.wiring.container import Container
from tests.unit import memory
from tests.unit.http.test_app_in_memory import RECORDING, fields


@get("/who")
async def me(user: NamedDependency[User]) -> dict[str, object]:
    """A route that is only for users."""
    return {"user_id": user.user_id, "user_name": user.name}


@post("/notes")
async def notes(request: Request[Any, Any, Any], user: NamedDependency[User]) -> dict[str, int]:
    """A route that reads a body as well."""
    return {"by": user.user_id, "bytes": len(await request.body())}


@pytest.fixture
async def client(container: Container) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the service with these two routes in addition."""
    app: Any = create_app(container)
    app.register(me)
    app.register(notes)
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://here:5000") as client, container.running():
        yield client


async def token_of(client: httpx.AsyncClient) -> str:
    return (await fields(client))["user_access_token"]


@pytest.mark.parametrize("scheme", ["Bearer ", "bearer ", "BEARER   "])
async def test_a_route_gets_its_user_by_declaring_it(client: httpx.AsyncClient, scheme: str) -> None:
    await token_of(client)
    headers = {"Authorization": scheme + await token_of(client)}
    answer = await client.get("/who", headers=headers)
    assert (answer.status_code, answer.json()) == (200, {"user_id": 2, "user_name": "Ann"})
    answer = await client.post("/notes", content=b"hello", headers=headers)
    assert (answer.status_code, answer.json()) == (201, {"by": 2, "bytes": 5})


@pytest.mark.parametrize("authorization", [None, "", "Basic QW5uOng=", "Token x", "Bearer wrong"])
async def test_who_has_no_right_token_is_told_which_scheme_to_use(
    client: httpx.AsyncClient, authorization: str | None
) -> None:
    await token_of(client)
    headers = {} if authorization is None else {"Authorization": authorization}
    for method, path in (("GET", "/who"), ("POST", "/notes")):
        answer = await client.request(method, path, headers=headers)
        assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")
        assert answer.json()["code"] == "auth.wrong_credentials"
        assert ("Authorization is missing" in answer.json()["message"]) == (authorization != "Bearer wrong")


def written(token: str) -> list[str]:
    """The token as programs write it that keep it as a UUID, or everything as JSON, or in a file of Windows."""
    return [token.upper(), f"{{{token.upper()}}}", token.replace("-", ""), f'"{token}"']


async def test_a_token_is_the_same_however_a_program_writes_uuids(client: httpx.AsyncClient) -> None:
    said = await fields(client)
    for token in written(said["user_access_token"]):
        answer = await client.get("/who", headers={"Authorization": f"Bearer {token}"})
        assert (answer.status_code, answer.json()["user_id"]) == (200, 1)
    for token in [*written(said["user_access_token"]), "\ufeff" + said["user_access_token"]]:
        form = {"user_id": "\ufeff1", "user_access_token": token}
        headers = {"Authorization": f"Bearer {said['user_access_token']}"}  # they agree
        file = {"wav_file": ("a.wav", RECORDING)}
        assert (await client.post("/add_track", data=form, files=file, headers=headers)).status_code == 201


@pytest.mark.parametrize("wrong", ["0", "g", "{", "}", "-", "urn:uuid:"])
async def test_another_token_is_none_however_it_is_written(client: httpx.AsyncClient, wrong: str) -> None:
    token = wrong + (await token_of(client))[len(wrong) :]
    for authorization in (f"Bearer {token}" if token[0] != "0" else f"Bearer 1{token}", f"Bearer {token}x"):
        answer = await client.get("/who", headers={"Authorization": authorization})
        assert (answer.status_code, answer.json()["code"]) == (401, "auth.wrong_credentials")


@pytest.mark.parametrize("authorization", ["Bearer", "Bearer ", "Bearer a b", "Bearer \t"])
async def test_a_token_that_cannot_be_one_is_named(client: httpx.AsyncClient, authorization: str) -> None:
    for answer in (
        await client.get("/who", headers={"Authorization": authorization}),
        await client.post("/add_track", files={"wav_file": ("a.wav", b"")}, headers={"Authorization": authorization}),
    ):
        assert (answer.status_code, answer.json()["code"]) == (400, "request.invalid")
        assert "Authorization must be: Bearer" in answer.json()["message"]


async def test_a_store_that_is_away_is_no_wrong_token(
    client: httpx.AsyncClient, container: Container, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(_: bytes) -> None:
        raise StoreAway

    monkeypatch.setattr(memory.users(container), "find_by_token", away)
    answer = await client.get("/who", headers={"Authorization": "Bearer x"})
    assert (answer.status_code, answer.json()["code"]) == (503, "service.database_away")

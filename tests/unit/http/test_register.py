"""`POST /register`, as clients write JSON."""

from collections.abc import AsyncIterator

import httpx
import pytest

from entrypoints.wiring.container import Container
from tests.unit.http.test_app_in_memory import client_of

ANN = '{"user_name": "Аня"}'
SAFELISTED = ["", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"]
"""What pages of other sites may send without asking first; a body without a type is one, too."""


@pytest.fixture
async def client(container: Container) -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(container) as client, container.running():
        yield client


async def registered(client: httpx.AsyncClient, content: bytes, type_: str = "application/json") -> httpx.Response:
    return await client.post("/register", content=content, headers={"Content-Type": type_} if type_ else {})


@pytest.mark.parametrize(
    "type_",
    [
        *("application/json", "application/json;charset=UTF-8", "Application/JSON ; charset=utf-8", "text/json"),
        *("application/x-json", "text/x-json", "application/vnd.api+json", "application/ld+json; charset=utf-8"),
    ],
)
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
async def test_json_is_taken_under_each_of_its_types(client: httpx.AsyncClient, type_: str, mark: bytes) -> None:
    answer = await registered(client, mark + ANN.encode(), type_)
    assert (answer.status_code, answer.json()["status"]) == (201, "success")


@pytest.mark.parametrize("type_", [*SAFELISTED, "application/jsonp", "application/json-seq", "json", "+json"])
async def test_under_another_type_it_is_not(client: httpx.AsyncClient, type_: str) -> None:
    answer = await registered(client, ANN.encode(), type_)
    assert (answer.status_code, answer.json()["code"]) == (415, "request.wrong_type")
    assert 'send application/json, like {"user_name": "Ann"}' in answer.json()["message"]


@pytest.mark.parametrize("encoding", ["cp1251", "koi8-r"])
async def test_another_encoding_is_told_by_what_would_be_right(client: httpx.AsyncClient, encoding: str) -> None:
    answer = await registered(client, ANN.encode(encoding))
    assert (answer.status_code, answer.json()["code"]) == (400, "request.invalid")
    assert 'send {"user_name": "Ann"} in UTF-8' in answer.json()["message"]


@pytest.mark.parametrize("content", [ANN.encode("utf-16"), b"\xef\xbb\xbf\xef\xbb\xbf" + ANN.encode(), b"\xef\xbb\xbf"])
async def test_what_is_no_json_is_told_so(client: httpx.AsyncClient, content: bytes) -> None:
    answer = await registered(client, content)
    assert (answer.status_code, answer.json()["code"]) == (400, "request.invalid")
    assert 'send {"user_name": "Ann"}' in answer.json()["message"]

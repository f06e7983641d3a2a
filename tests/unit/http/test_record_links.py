"""The forms that a link to a record may have."""

import json
import re
from collections.abc import AsyncIterator
from urllib.parse import quote, urlsplit

import httpx
import pytest

from entrypoints.wiring.container import Container
from tests.logs import captured_logs
from tests.unit.http.test_app_in_memory import client_of, upload


@pytest.fixture
async def client(container: Container) -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(container) as client, container.running():
        yield client


def of_another_path(link: str, path: str) -> str:
    parts = urlsplit(link)
    return parts._replace(path=path).geturl()


@pytest.mark.parametrize(
    "name", ["a.mp3", "talk.mp3", quote("запись 1.mp3"), "x", "..mp3", "%2e%2e%2e", "record", "name"]
)
@pytest.mark.parametrize("method", ["GET", "HEAD"])
async def test_a_link_may_end_in_any_file_name(client: httpx.AsyncClient, name: str, method: str) -> None:
    link = await upload(client)
    assert urlsplit(link).path == "/record"
    plain, named = [
        await client.request(method, address) for address in (link, of_another_path(link, f"/record/{name}"))
    ]
    for answer in (plain, named):
        del answer.headers["x-request-id"]
    assert (named.status_code, named.headers, named.content) == (200, plain.headers, plain.content)


@pytest.mark.parametrize("path", ["/record", "/record/talk.mp3"])
async def test_a_link_is_read_however_others_pass_it_on(client: httpx.AsyncClient, path: str) -> None:
    link = of_another_path(await upload(client), path)
    user = link.partition("&")[2]
    others = [
        link.replace("&", "&amp;"),  # escaped twice, as in a feed
        f"{link}&utm_source=mail&fbclid=IwAR0",  # as mails and chats follow who clicks
        link.replace(f"&{user}", "").replace("?", f"?{user}&"),
        re.sub("(?<=id=)[^&]*", lambda uuid: uuid[0].upper(), link),
    ]
    whole = await client.get(link)
    for other in others:
        answer = await client.get(other)
        assert (answer.status_code, answer.content) == (200, whole.content), other


async def test_such_a_link_is_resumed_and_cached_as_any(client: httpx.AsyncClient) -> None:
    link = of_another_path(await upload(client), "/record/talk.mp3")
    whole = await client.get(link)
    part = await client.get(link, headers={"Range": "bytes=10-19"})
    assert (part.status_code, part.content) == (206, whole.content[10:20])
    assert (await client.get(link, headers={"If-None-Match": whole.headers["etag"]})).status_code == 304
    refused = await client.post(link)
    assert (refused.status_code, refused.headers["allow"]) == (405, "GET, HEAD, OPTIONS")


@pytest.mark.parametrize("path", ["/record/a/b.mp3", "/record/a%2Fb.mp3", "/records/a.mp3", "/x/record/a.mp3"])
async def test_other_paths_are_none(client: httpx.AsyncClient, path: str) -> None:
    answer = await client.get(of_another_path(await upload(client), path))
    assert (answer.status_code, answer.json()["code"]) == (404, "route.not_found")


async def test_a_name_opens_nothing(client: httpx.AsyncClient) -> None:
    link = urlsplit(await upload(client))
    stranger = link._replace(path="/record/a.mp3", query=link.query.replace("user=1", "user=2")).geturl()
    answer = await client.get(stranger)
    assert (answer.status_code, answer.json()["code"]) == (404, "record.not_found")
    assert (await client.get("/record/a.mp3")).status_code == 400


async def test_the_log_has_the_path_and_not_the_query(client: httpx.AsyncClient) -> None:
    link = of_another_path(await upload(client), "/record/a%0D%0Ab.mp3")
    with captured_logs("json") as log:
        await client.get(link)
    lines = [json.loads(line) for line in log.getvalue().splitlines()]
    [line] = [line for line in lines if line["event"] == "request"]
    assert line["path"] == "/record/a\r\nb.mp3"
    assert urlsplit(link).query not in str(line)


@pytest.mark.parametrize("path", ["/record", "/record/talk.mp3"])
@pytest.mark.parametrize(
    ("more", "disposition", "policy"),
    [
        ("", "attachment", "sandbox"),
        ("&inline=0", "attachment", "sandbox"),
        ("&inline=1", "inline", "sandbox allow-same-origin"),  # nothing runs, and yet Chromium plays it
    ],
)
async def test_a_link_says_whether_a_browser_plays_or_saves(
    client: httpx.AsyncClient, path: str, more: str, disposition: str, policy: str
) -> None:
    link = of_another_path(await upload(client), path) + more
    for method, headers in (
        ("GET", {}),
        ("HEAD", {}),
        ("GET", {"Range": "bytes=0-9"}),
        ("GET", {"If-None-Match": "*"}),
    ):
        answer = await client.request(method, link, headers=headers)
        assert answer.headers["content-disposition"] == f"{disposition}; filename=\"a.mp3\"; filename*=UTF-8''a.mp3"
        assert answer.headers["content-security-policy"] == policy
        assert answer.headers.get("content-type") == (None if answer.status_code == 304 else "audio/mpeg")
        assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("more", ["&inline", "&inline=", "&inline=2", "&inline=true", "&inline=1&inline=1"])
async def test_another_wish_is_refused(client: httpx.AsyncClient, more: str) -> None:
    answer = await client.get(await upload(client) + more)
    assert (answer.status_code, answer.json()["code"]) == (400, "request.invalid")
    assert "inline must be 1" in answer.json()["message"]


async def test_both_forms_are_described(client: httpx.AsyncClient) -> None:
    paths = (await client.get("/schema/openapi.json")).json()["paths"]
    plain, named = [
        [(found["name"], found["in"], found.get("required", False)) for found in paths[path]["get"]["parameters"]]
        for path in ("/record", "/record/{file_name}")
    ]
    assert plain == [("id", "query", True), ("user", "query", True), ("inline", "query", False)]
    assert named == [("file_name", "path", True), *plain]

"""Pages, styles and scripts that are made once."""

import gzip
from collections.abc import AsyncIterator

import httpx
import pytest
from litestar import Request

from entrypoints.http.requests.encodings import MAX_HEADER_CHARACTERS, takes_gzip
from tests.unit.http.test_app_in_memory import client_of
from tests.unit.memory import in_memory_container

PATHS = ["/assets/page.css", "/assets/swagger-ui-bundle.js", "/schema", "/schema/openapi.json"]


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(in_memory_container()) as client:
        yield client


@pytest.mark.parametrize(
    ("header", "zipped"),
    [
        (None, False),
        ("", False),
        ("identity", False),
        ("gzip", True),
        ("GZIP", True),
        ("x-gzip", True),
        ("deflate, gzip, br, zstd", True),
        ("gzip;q=0", False),
        ("gzip;q=0.0, *", False),
        ("*", True),
        ("*;q=0", False),
        ("br;q=1.0, gzip ; q=0.8, *;q=0.1", True),
        ("gzip;q=0.5, identity", False),
        ("gzip;q=0.5, identity;q=0.5", True),
        ("gzip;q=2", False),
        ("gzip;q=", False),
        ("gzip;level=9", False),
        ("gzipped", False),
        ("gzip," * MAX_HEADER_CHARACTERS, False),
    ],
)
def test_the_form_is_the_one_that_the_client_likes(header: str | None, zipped: bool) -> None:
    headers = [] if header is None else [(b"accept-encoding", header.encode())]
    assert takes_gzip(Request({"type": "http", "headers": headers})) == zipped  # type: ignore[arg-type] # enough


def test_several_fields_are_one_list() -> None:
    headers = [(b"accept-encoding", b"br"), (b"accept-encoding", b"gzip")]
    assert takes_gzip(Request({"type": "http", "headers": headers}))  # type: ignore[arg-type] # enough


@pytest.mark.parametrize("path", PATHS)
async def test_both_forms_hold_the_same_and_are_told_apart(client: httpx.AsyncClient, path: str) -> None:
    plain = await client.get(path, headers={"Accept-Encoding": "identity"})
    async with client.stream("GET", path, headers={"Accept-Encoding": "gzip"}) as zipped:
        raw = b"".join([block async for block in zipped.aiter_raw()])
    assert "content-encoding" not in plain.headers
    assert zipped.headers["content-encoding"] == "gzip"
    assert gzip.decompress(raw) == plain.content
    assert int(zipped.headers["content-length"]) == len(raw)
    assert {plain.headers["vary"], zipped.headers["vary"]} == {"Accept-Encoding"}
    assert plain.headers["etag"] != zipped.headers["etag"]
    assert plain.headers["content-type"] == zipped.headers["content-type"]


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("encoding", ["identity", "gzip"])
async def test_who_has_this_version_is_told_so(client: httpx.AsyncClient, path: str, encoding: str) -> None:
    headers = {"Accept-Encoding": encoding}
    whole = await client.get(path, headers=headers)
    again = await client.get(path, headers=headers | {"If-None-Match": f'"other", W/{whole.headers["etag"]}'})
    assert (again.status_code, again.content) == (304, b"")
    for name in ("etag", "vary", "cache-control", "content-security-policy"):
        assert again.headers.get(name) == whole.headers.get(name)
    assert (await client.get(path, headers=headers | {"If-None-Match": '"other"'})).status_code == 200


@pytest.mark.parametrize("path", PATHS)
async def test_head_tells_what_get_would(client: httpx.AsyncClient, path: str) -> None:
    for encoding in ("identity", "gzip"):
        whole = await client.get(path, headers={"Accept-Encoding": encoding})
        head = await client.head(path, headers={"Accept-Encoding": encoding})
        for answer in (whole, head):
            del answer.headers["x-request-id"]
        assert head.headers == whole.headers


@pytest.mark.parametrize("path", [*PATHS, "/schema/"])
async def test_no_request_makes_what_is_the_same_for_all(
    client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    """It takes a tenth of a second, for which everybody else would wait."""

    def made(*_: object) -> None:
        raise AssertionError("made by a request")

    monkeypatch.setattr("entrypoints.http.description.Document", made)
    monkeypatch.setattr("entrypoints.http.routes.pages.Document", made)
    assert (await client.get(path)).status_code == 200

"""Pages of other sites: none may call, but for those of the origins that are named."""

from collections.abc import AsyncIterator

import httpx
import pytest

from domain.errors import WrongSetting
from entrypoints.settings.settings import Settings
from tests.unit.http.test_app_in_memory import client_of
from tests.unit.http.tus import TusClient
from tests.unit.memory import in_memory_container

ORIGIN = "https://app.example.org"
OTHERS = [
    "https://app.example.org:8443",
    "http://app.example.org",
    "https://appXexample.org",
    "https://app.example.org.evil.example",
    "https://evil.example/https://app.example.org",
    "HTTPS://APP.EXAMPLE.ORG",
    "null",
    "*",
    "",
]
PREFLIGHT = {"Access-Control-Request-Method": "PATCH", "Access-Control-Request-Headers": "upload-offset"}


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    container = in_memory_container(Settings().but(cors_origins=f" {ORIGIN}, http://localhost:8080"))
    async with client_of(container) as client, container.running():
        yield client


def said(answer: httpx.Response) -> set[str]:
    return {name for name in answer.headers if name.startswith("access-control-")}


async def test_a_page_of_a_named_origin_may_upload(client: httpx.AsyncClient) -> None:
    for path in ("/uploads", "/uploads/3b1e1b5a-2b7c-4b8e-9f57-0d5a0a3c1f11", "/add_track", "/register"):
        asked = await client.options(path, headers=PREFLIGHT | {"Origin": ORIGIN})
        assert (asked.status_code, asked.headers["access-control-allow-origin"]) == (204, ORIGIN)
        assert {"PATCH", "HEAD", "DELETE", "POST"} <= set(asked.headers["access-control-allow-methods"].split(", "))
        allowed = asked.headers["access-control-allow-headers"].lower().split(", ")
        assert {"authorization", "content-type", "tus-resumable", "upload-offset", "upload-metadata"} <= set(allowed)
    ann = await TusClient.registered(client)
    ann.headers["Origin"] = ORIGIN
    created = await ann.create(1000)
    seen = created.headers["access-control-expose-headers"].split(", ")
    assert created.headers["access-control-allow-origin"] == ORIGIN
    assert {"Location", "Upload-Offset", "Upload-Expires", "Upload-Track-Location", "Tus-Resumable"} <= set(seen)
    assert created.headers["vary"] == "Origin"
    assert "access-control-allow-credentials" not in created.headers


async def test_a_page_of_a_named_origin_reads_refusals_too(client: httpx.AsyncClient) -> None:
    for path, status in (("/uploads/x", 401), ("/nowhere", 404)):
        answer = await client.head(path, headers={"Origin": "http://localhost:8080", "Tus-Resumable": "1.0.0"})
        assert answer.status_code == status
        assert answer.headers["access-control-allow-origin"] == "http://localhost:8080"


async def test_pages_of_other_origins_are_told_nothing(client: httpx.AsyncClient) -> None:
    for origin in OTHERS:
        answers = [
            await client.options("/uploads", headers=PREFLIGHT | {"Origin": origin}),
            await client.options("/register", headers=PREFLIGHT | {"Origin": origin}),
            await client.get("/health/live", headers={"Origin": origin}),
        ]
        assert [said(answer) for answer in answers] == [set(), set(), set()]
    assert said(await client.get("/health/live")) == set()


async def test_without_the_setting_no_page_is_told_anything() -> None:
    async with client_of(in_memory_container()) as client:
        answer = await client.options("/uploads", headers=PREFLIGHT | {"Origin": ORIGIN})
        assert (said(answer), "vary" in answer.headers) == (set(), False)


@pytest.mark.parametrize(
    "origins", ["*", "https://*.example.org", "app.example.org", "https://a.example/", "null", "https://A.example"]
)
def test_what_is_no_origin_stops_the_start(origins: str) -> None:
    with pytest.raises(WrongSetting, match="CORS_ORIGINS"):
        Settings().but(cors_origins=origins)

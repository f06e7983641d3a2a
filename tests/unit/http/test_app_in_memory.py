"""The whole HTTP service over in-memory adapters: swapping every adapter takes one argument."""

import hashlib
import json
import re
from collections.abc import AsyncIterator, Callable
from typing import Any

import httpx
import pytest

from adapters.memory.converter import InMemoryAudioConverter
from adapters.memory.tracks import InMemoryTrackKeeper, InMemoryTrackRepository
from adapters.memory.users import InMemoryUserRepository
from domain.errors import StoreAway, TrackDamaged, TrackNotFound
from domain.tracks import StoredMp3
from entrypoints.http.app import create_app
from entrypoints.settings.settings import Settings
from entrypoints.wiring.container import Container
from entrypoints.wiring.memory import InMemoryAdapters
from tests.forms import CONTENT_TYPE, form, part
from tests.logs import captured_logs
from tests.unit import memory
from tests.wavs import pcm, tone, wav

RECORDING = wav(pcm(tone(8000)))


def client_of(container: Container) -> httpx.AsyncClient:
    """A client that calls the application without a network."""
    app: Any = create_app(container)  # its types are narrower than those of httpx
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://here:5000")


@pytest.fixture
async def client(container: Container) -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(container) as client, container.running():
        yield client


async def fields(client: httpx.AsyncClient) -> dict[str, str]:
    registered = (await client.post("/register", json={"user_name": "Ann"})).json()
    return {name: str(registered[name]) for name in ("user_id", "user_access_token")}


async def test_one_argument_swaps_every_adapter() -> None:
    container = Container(Settings(), InMemoryAdapters)
    assert isinstance(container.adapters.users(), InMemoryUserRepository)
    assert isinstance(container.adapters.tracks(), InMemoryTrackRepository)
    assert isinstance(container.adapters.converter(), InMemoryAudioConverter)
    async with client_of(container) as client, container.running():
        registered = (await client.post("/register", json={"user_name": "Ann"})).json()
        assert registered.keys() == {"status", "user_id", "user_access_token"}
        form_fields = {"user_id": "1", "user_access_token": registered["user_access_token"]}
        uploaded = await client.post("/add_track", data=form_fields, files={"wav_file": ("TALK.WAV", RECORDING)})
        assert (uploaded.status_code, uploaded.json()) == (201, {"status": "success"})
        downloaded = await client.get(uploaded.headers["location"])
    [mp3] = memory.keeper(container).mp3s.values()
    assert downloaded.content == mp3
    assert downloaded.headers["content-type"] == "audio/mpeg"
    assert downloaded.headers["etag"] == f'"{hashlib.sha256(mp3).hexdigest()}"'
    assert 'filename="TALK.mp3"' in downloaded.headers["content-disposition"]


async def test_the_file_may_come_first(client: httpx.AsyncClient, container: Container) -> None:
    parts = [part(name, value) for name, value in (await fields(client)).items()]
    body = form(part("wav_file", RECORDING, "a.wav"), *parts)
    answer = await client.post("/add_track", content=body, headers={"Content-Type": CONTENT_TYPE})
    assert answer.status_code == 201
    assert memory.spool(container).open_files == []


async def test_a_bearer_token_is_enough(client: httpx.AsyncClient) -> None:
    token = (await fields(client))["user_access_token"]
    files = {"wav_file": ("a.wav", RECORDING)}
    answer = await client.post("/add_track", files=files, headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == 201
    answer = await client.post("/add_track", files=files, headers={"Authorization": "Bearer wrong"})
    assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")


def no_places(container: Container) -> None:
    """As if all were taken, those to wait in, too."""
    application = container.application
    application.upload_places().shares.free = application.waiting_upload_places().shares.free = 0


@pytest.mark.parametrize(
    ("break_it", "status", "code"),
    [
        (lambda container: setattr(memory.spool(container), "disk_is_full", True), 507, "service.disk_full"),
        (lambda container: setattr(memory.converter(container), "problem", "gone"), 503, "service.overloaded"),
        (no_places, 503, "service.overloaded"),
        (lambda container: memory.users(container).kept.clear(), 401, "auth.wrong_credentials"),
    ],
)
async def test_what_is_missing_is_said_and_leaves_nothing(
    client: httpx.AsyncClient, container: Container, break_it: Callable[[Container], None], status: int, code: str
) -> None:
    data = await fields(client)
    break_it(container)
    answer = await client.post("/add_track", data=data, files={"wav_file": ("a.wav", RECORDING)})
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert ("retry-after" in answer.headers) == (status >= 500)
    assert memory.tracks(container).kept == {}
    assert [*memory.spool(container).open_files, *memory.converter(container).open_mp3s] == []


@pytest.mark.parametrize(("trusted", "scheme"), [("127.0.0.1", "https"), ("10.0.0.1", "http")])
async def test_the_page_shows_the_scheme_that_a_trusted_proxy_names(trusted: str, scheme: str) -> None:
    async with client_of(memory.in_memory_container(Settings().but(trusted_proxies=trusted))) as client:
        page = (await client.get("/", headers={"X-Forwarded-Proto": "https"})).text
    assert f"{scheme}://here:5000" in page


async def test_the_page_of_all_calls_brings_what_it_loads(client: httpx.AsyncClient) -> None:
    page = (await client.get("/schema")).text
    loaded = re.findall(r'(?:src|href)="([^"]+)"', page)
    answers = {path: await client.get(path) for path in loaded}
    assert {path.rpartition("/")[2] for path in loaded} == {"swagger-ui.css", "swagger-ui-bundle.js", "schema.js"}
    assert {answer.status_code for answer in answers.values()} == {200}
    assert re.search(r'PACKAGE_VERSION:"5\.\d+', answers["/assets/swagger-ui-bundle.js"].text)


@pytest.mark.parametrize("path", ["/", "/schema", "/schema/", "/schema/openapi.json", "/health/live"])
async def test_where_get_is_there_is_head(client: httpx.AsyncClient, path: str) -> None:
    whole, head, options = [await client.request(method, path) for method in ("GET", "HEAD", "OPTIONS")]
    for answer in (whole, head):
        del answer.headers["x-request-id"]
    assert (head.status_code, head.headers) == (whole.status_code, whole.headers)
    assert {"GET", "HEAD"} <= set(options.headers["allow"].split(", "))


async def test_a_converter_that_is_gone_makes_the_service_not_ready(
    client: httpx.AsyncClient, container: Container
) -> None:
    memory.converter(container).problem = "/usr/bin/ffmpeg is gone"
    answer = await client.get("/health/ready")
    assert (answer.status_code, answer.json()["status"]) == (503, "error")
    assert answer.headers["retry-after"]
    assert "/usr/bin" not in answer.text
    assert (await client.get("/health/live")).status_code == 200


class BreakingKeeper(InMemoryTrackKeeper):
    """Breaks while a record is read, after so many blocks."""

    def __init__(self, tracks: InMemoryTrackRepository, error: Exception, blocks: int) -> None:
        super().__init__(tracks)
        self.error, self.blocks, self.reads = error, blocks, 0

    async def read(self, mp3: StoredMp3, start: int, count: int) -> AsyncIterator[bytes]:
        self.reads += 1
        for _ in range(self.blocks):
            yield b"\xff" * 10
        raise self.error


async def upload(client: httpx.AsyncClient) -> str:
    """The link."""
    data = await fields(client)
    uploaded = await client.post("/add_track", data=data, files={"wav_file": ("a.wav", RECORDING)})
    return str(uploaded.headers["location"])


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (StoreAway(), 503, "service.database_away"),
        (TrackNotFound(), 404, "record.not_found"),
        (TrackDamaged("bytes are gone"), 500, "record.damaged"),
        (RuntimeError("a mistake"), 500, "service.error"),
    ],
)
@pytest.mark.parametrize("headers", [{}, {"Range": "bytes=0-9"}])
async def test_a_download_that_breaks_before_its_first_bytes_is_an_error(
    container: Container, error: Exception, status: int, code: str, headers: dict[str, str]
) -> None:
    with container.adapters.keeper.override(BreakingKeeper(memory.tracks(container), error, 0)):
        async with client_of(container) as client:
            answer = await client.get(await upload(client), headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.headers["content-type"] == "application/json"
    assert not {"etag", "content-disposition", "content-range"} & answer.headers.keys()
    assert container.application.download_places().shares.free == container.settings.admission.max_downloads


async def test_bytes_are_read_once_and_only_where_they_are_sent(container: Container) -> None:
    breaking = BreakingKeeper(memory.tracks(container), StoreAway(), 0)
    with container.adapters.keeper.override(breaking):
        async with client_of(container) as client:
            link = await upload(client)
            assert (await client.head(link)).status_code == 200
            for headers, status in (
                ({"If-None-Match": "*"}, 304),
                ({"If-Match": '"x"'}, 412),
                ({"Range": "bytes=9999999-"}, 416),
            ):
                assert (await client.get(link, headers=headers)).status_code == status
            assert breaking.reads == 0
            await client.get(link)
            assert breaking.reads == 1


@pytest.mark.parametrize(("error", "traces"), [(StoreAway(), 0), (RuntimeError("a mistake"), 1)])
async def test_a_download_that_breaks_is_one_line_of_the_log(
    container: Container, error: Exception, traces: int
) -> None:
    with container.adapters.keeper.override(BreakingKeeper(memory.tracks(container), error, 1)):
        async with client_of(container) as client:
            link = await upload(client)
            # an assertion is how the transport says that the response has no end
            with captured_logs("json") as log, pytest.raises(AssertionError):
                await client.get(link)
    lines = [json.loads(line) for line in log.getvalue().splitlines()]
    broken = [line for line in lines if line["event"] == "response broken off"]
    assert [type(error).__name__ in line["error"] for line in broken] == [True]
    assert sum("exception" in line for line in lines) == traces
    assert [(line["status"], line["sent"], line["whole"]) for line in lines if line["event"] == "request"] == [
        (200, 10, False)
    ]


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("path", ["/register", "/add_track", "/record", "/", "/assets/x", "//", "/é"])
@pytest.mark.parametrize("content_type", ["application/json", CONTENT_TYPE, "\x01", ""])
async def test_no_request_is_answered_with_a_mistake_of_ours(
    client: httpx.AsyncClient, method: str, path: str, content_type: str
) -> None:
    for body in (b"", b"\xff" * 50, b'{"user_name": {}}', form(part("user_id", "\0"))):
        url = httpx.URL("http://here:5000", path=path, params={"id": "\0", "user": "\ufffd"})
        answer = await client.request(method, url, content=body, headers={"Content-Type": content_type})
        assert answer.status_code < 500
        assert answer.status_code < 400 or answer.json().keys() == {"status", "code", "message"}

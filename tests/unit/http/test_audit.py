"""The audit trail tells what succeeded, from which network, and nothing that is secret."""

from collections.abc import AsyncIterator
from ipaddress import ip_network
from uuid import UUID

import httpx
import pytest

from domain.audit import Action, AuditEvent
from entrypoints.http.app import create_app
from entrypoints.http.server.audit import audit_requests
from entrypoints.http.server.client import address_prefix
from entrypoints.settings.settings import Settings
from entrypoints.wiring.container import Container
from tests.unit import memory
from tests.unit.http.test_app_in_memory import client_of
from tests.unit.http.tus import TusClient
from tests.unit.memory import in_memory_container
from tests.wavs import pcm, tone, wav

RECORDING = wav(pcm(tone(8000)))
HERE = "127.0.0.0/24"
UNKNOWN = "00000000-0000-4000-8000-000000000000"


@pytest.fixture
async def client(container: Container) -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(container) as client, container.running():
        yield client


async def told(container: Container) -> list[AuditEvent]:
    """All events, the oldest first."""
    log = container.audit_log
    assert log
    await log.write()
    return [kept.event for kept in memory.audit_trail(container).kept]


class Person:
    """A user with a track."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self.client = client

    async def register(self) -> None:
        answer = (await self.client.post("/register", json={"user_name": "Ann"})).json()
        self.user_id, self.token = answer["user_id"], answer["user_access_token"]

    async def upload(self) -> None:
        answer = await self.client.post("/add_track", files={"wav_file": ("a.wav", RECORDING)}, headers=self.bearer)
        self.link = answer.headers["location"]
        self.track_uuid = UUID(dict(httpx.URL(self.link).params)["id"])

    @property
    def bearer(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}


@pytest.fixture
async def ann(client: httpx.AsyncClient) -> Person:
    ann = Person(client)
    await ann.register()
    await ann.upload()
    return ann


async def test_registration_upload_and_download_are_told(
    container: Container, client: httpx.AsyncClient, ann: Person
) -> None:
    await client.get(ann.link)
    await client.get(ann.link.replace("/record?", "/record//talk.mp3?"))

    now, known = memory.clock(container).now(), (ann.user_id, ann.track_uuid, None, HERE)
    assert await told(container) == [
        AuditEvent(now, Action.REGISTER, ann.user_id, address_prefix=HERE),
        AuditEvent(now, Action.UPLOAD, *known),
        AuditEvent(now, Action.DOWNLOAD_BY_PERMANENT_LINK, *known),
        AuditEvent(now, Action.DOWNLOAD_BY_PERMANENT_LINK, *known),
    ]


async def test_what_is_done_with_an_account_is_told(
    container: Container, client: httpx.AsyncClient, ann: Person
) -> None:
    await client.get("/users/me", headers=ann.bearer)
    await client.patch("/users/me", headers=ann.bearer, json={"user_name": "Bob"})
    await client.get("/users/me/export", headers=ann.bearer)
    ann.token = (await client.post("/users/me/token", headers=ann.bearer)).json()["user_access_token"]
    await client.delete("/users/me", headers=ann.bearer)

    events = (await told(container))[2:]
    assert [event.action for event in events] == [
        Action.CHANGE_USER,
        Action.EXPORT,
        Action.NEW_TOKEN,
        Action.DELETE_USER,
    ]
    assert {(event.user_id, event.track_uuid, event.address_prefix) for event in events} == {(ann.user_id, None, HERE)}


async def test_of_a_link_it_is_told_which_and_whose(
    container: Container, client: httpx.AsyncClient, ann: Person
) -> None:
    links = f"/tracks/{ann.track_uuid}/links"
    made = (await client.post(links, headers=ann.bearer)).json()
    await client.get(made["url"])
    await client.delete(f"{links}/{made['link_id']}", headers=ann.bearer)

    now, known = memory.clock(container).now(), (ann.user_id, ann.track_uuid, made["link_id"], HERE)
    assert (await told(container))[2:] == [
        AuditEvent(now, action, *known) for action in (Action.MAKE_LINK, Action.DOWNLOAD_BY_LINK, Action.REVOKE_LINK)
    ]


async def test_of_a_resumable_upload_it_is_told_which_track_it_became(
    container: Container, client: httpx.AsyncClient, ann: Person
) -> None:
    tus = TusClient(client, ann.token)
    location = await tus.created(len(RECORDING))
    await tus.patch(location, 0, RECORDING[:100])
    link = (await tus.patch(location, 100, RECORDING[100:])).headers["Upload-Track-Location"]

    now, track_uuid = memory.clock(container).now(), UUID(dict(httpx.URL(link).params)["id"])
    assert (await told(container))[2:] == [AuditEvent(now, Action.UPLOAD, ann.user_id, track_uuid, None, HERE)]


@pytest.mark.parametrize(
    ("given", "status", "count"),
    [
        ({"Range": "bytes=0-"}, 206, 1),
        ({"Range": "bytes=0-99"}, 206, 1),
        ({"Range": "bytes=1-"}, 206, 0),
        ({"Range": "bytes=-100"}, 206, 0),
        ({"Range": "bytes=100000000-"}, 416, 0),
        ({"If-Match": '"x"'}, 412, 0),
    ],
)
async def test_a_download_is_one_that_begins_with_the_first_byte(
    container: Container, client: httpx.AsyncClient, ann: Person, given: dict[str, str], status: int, count: int
) -> None:
    assert (await client.get(ann.link, headers=given)).status_code == status

    assert len((await told(container))[2:]) == count


async def test_what_the_client_has_already_is_no_download(
    container: Container, client: httpx.AsyncClient, ann: Person
) -> None:
    etag = (await client.head(ann.link)).headers["etag"]

    assert (await client.get(ann.link, headers={"If-None-Match": etag})).status_code == 304

    assert (await told(container))[2:] == []


async def test_what_is_refused_is_not_told(container: Container, client: httpx.AsyncClient, ann: Person) -> None:
    files = {"wav_file": ("a.wav", b"no recording")}
    answers = [
        await client.post("/register", json={"user_name": ""}),
        await client.post("/add_track", files=files, headers=ann.bearer),
        await client.post("/add_track", files=files, headers={"Authorization": "Bearer wrong"}),
        await client.get(f"/record?id={UNKNOWN}&user={ann.user_id}"),
        await client.delete("/users/me"),
        await client.patch("/users/me", headers=ann.bearer, json={}),
        await client.get("/tracks/../users/me/export"),
        await client.get("/"),
    ]

    assert [answer.status_code for answer in answers] == [400, 415, 401, 404, 401, 400, 401, 200]
    assert (await told(container))[2:] == []


async def test_nothing_secret_is_told(container: Container, client: httpx.AsyncClient, ann: Person) -> None:
    await client.get(ann.link + "&from=127.0.0.1", headers={"User-Agent": "canary", "Cookie": "canary", **ann.bearer})

    everything = repr(await told(container))
    assert not [word for word in (ann.token, "canary", "127.0.0.1", "a.wav", "Ann") if word in everything]


async def test_no_trail_is_kept_where_none_is_wanted() -> None:
    container = in_memory_container(Settings().but(audit_days=0))
    async with client_of(container) as client, container.running():
        await client.post("/register", json={"user_name": "Ann"})

    assert container.audit_log is None
    assert memory.audit_trail(container).kept == []


async def test_what_was_told_is_written_when_the_service_ends(container: Container) -> None:
    async with client_of(container) as client, container.running():
        await client.post("/register", json={"user_name": "Ann"})
        assert memory.audit_trail(container).kept == []

    assert [kept.event.action for kept in memory.audit_trail(container).kept] == [Action.REGISTER]


async def test_a_trail_that_is_away_fails_no_request(container: Container, client: httpx.AsyncClient) -> None:
    memory.audit_trail(container).is_away = True

    assert (await client.post("/register", json={"user_name": "Ann"})).status_code == 201

    memory.audit_trail(container).is_away = False
    assert [event.action for event in await told(container)] == [Action.REGISTER]


@pytest.mark.parametrize(
    ("method", "path", "names", "status", "headers", "expected"),
    [
        ("GET", "/links/-/-", ["abc_-9", "talk.mp3"], 200, {}, (Action.DOWNLOAD_BY_LINK, None, "abc_-9")),
        ("GET", "/links/-/-", ["a b", "talk.mp3"], 200, {}, (Action.DOWNLOAD_BY_LINK, None, None)),
        ("GET", "/tracks/-/audio", [UNKNOWN], 200, {}, (Action.DOWNLOAD_BY_TOKEN, UUID(UNKNOWN), None)),
        ("PATCH", "/tracks/-", [UNKNOWN], 200, {}, (Action.CHANGE_TRACK, UUID(UNKNOWN), None)),
        ("DELETE", "/tracks/-/", [UNKNOWN], 204, {}, (Action.DELETE_TRACK, UUID(UNKNOWN), None)),
        ("DELETE", "/tracks/-", ["none"], 204, {}, (Action.DELETE_TRACK, None, None)),
        ("POST", "/tracks/-/links", [UNKNOWN], 201, {}, (Action.MAKE_LINK, UUID(UNKNOWN), None)),
        ("DELETE", "/tracks/-/links/-", [UNKNOWN, "x"], 204, {}, (Action.REVOKE_LINK, UUID(UNKNOWN), "x")),
        ("PATCH", "/uploads/-", ["u"], 204, {"Upload-Track-Location": "/record"}, (Action.UPLOAD, None, None)),
        ("PATCH", "/uploads/-", ["u"], 204, {"Upload-Offset": "5"}, None),
        ("PATCH", "/uploads/-", ["u"], 422, {"Upload-Track-Location": "/record"}, None),
        ("POST", "/uploads", [], 201, {}, None),
        ("POST", "/add_track", [], 200, {}, None),
        ("GET", "/tracks", [], 200, {}, None),
        ("HEAD", "/tracks/-/audio", [UNKNOWN], 200, {}, None),
        ("GET", "/record/-", ["talk.mp3"], 206, {"Content-Range": "bytes 10-19/20"}, None),
    ],
)
async def test_each_call_is_told_by_its_route_and_what_came_of_it(
    container: Container,
    method: str,
    path: str,
    names: list[str],
    status: int,
    headers: dict[str, str],
    expected: tuple[Action, UUID | None, str | None] | None,
) -> None:
    """Whatever the route says of it: here it says nothing."""

    async def route(scope: object, receive: object, send: object) -> None:
        given = [(name.encode(), value.encode()) for name, value in headers.items()]
        await send({"type": "http.response.start", "status": status, "headers": given})  # type: ignore[operator] # ASGI
        await send({"type": "http.response.body", "body": b"", "more_body": False})  # type: ignore[operator] # ASGI

    sent: list[object] = []

    async def send(message: object) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "method": method,
        "path": path,
        "client": ("192.0.2.77", 5),
        "state": {"path_names": names},
    }
    app = audit_requests(route, container.audit_log, memory.clock(container), [])
    await app(scope, None, send)  # type: ignore[arg-type] # ASGI

    events = await told(container)
    assert len(sent) == 2
    assert [(event.action, event.track_uuid, event.link_id) for event in events] == [expected] * bool(expected)
    assert {event.address_prefix for event in events} <= {"192.0.2.0/24"}


@pytest.mark.parametrize(
    ("peer", "prefix"),
    [
        (("203.0.113.77", 1), "203.0.113.0/24"),
        (("2001:db8:1:2:3:4:5:6", 1), "2001:db8:1::/48"),
        (("::ffff:203.0.113.77", 1), "203.0.113.0/24"),
        (("fe80::1%eth0", 1), "fe80::/48"),
        (("10.0.0.1", 1), None),
        (("::ffff:10.0.0.1", 1), None),
        (("_hidden", 1), None),
        (("", 0), None),
        (None, None),
    ],
)
def test_of_an_address_only_the_network_is_told(peer: tuple[str, int] | None, prefix: str | None) -> None:
    network = ip_network("10.0.0.0/8")

    assert address_prefix(peer, [network]) == prefix


def test_every_call_that_is_told_of_is_one_of_the_service(container: Container) -> None:
    """But for those of parts that may be left out."""
    described = create_app(container).openapi_schema.paths or {}

    assert {"/register", "/add_track", "/record", "/users/me", "/users/me/token", "/users/me/export"} <= set(described)

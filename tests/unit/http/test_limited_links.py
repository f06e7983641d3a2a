"""Links that the owner of a track makes, lists and revokes, and what is downloaded by them."""

import json
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import unquote, urlsplit
from uuid import UUID, uuid4

import httpx
import pytest

from domain.errors import StoreAway
from domain.links import MAX_DOWNLOADS, ONE_DOWNLOAD, Link
from entrypoints.wiring.container import Container
from tests.logs import captured_logs
from tests.unit import memory
from tests.unit.http.test_app_in_memory import RECORDING, client_of

HOUR = timedelta(hours=1)
PLAYER = {"User-Agent": "player/1"}


class Owner:
    """A user with one track."""

    def __init__(self, client: httpx.AsyncClient, token: str, link: str) -> None:
        self.client = client
        self.bearer = {"Authorization": f"Bearer {token}"}
        self.link = link
        self.track_uuid = urlsplit(link).query.partition("&")[0].removeprefix("id=")
        self.links = f"/tracks/{self.track_uuid}/links"

    async def create(self, **wish: object) -> httpx.Response:
        return await self.client.post(self.links, json=wish, headers=self.bearer)

    async def url(self, **wish: object) -> str:
        """Of a new link."""
        answer = await self.create(**wish)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["url"])

    async def items(self) -> list[dict[str, Any]]:
        answer = await self.client.get(self.links, headers=self.bearer)
        assert answer.status_code == 200
        listed: list[dict[str, Any]] = answer.json()["items"]
        return listed

    async def downloads(self) -> list[int | None]:
        """Of each link, the permanent one first."""
        return [item["downloads"] for item in await self.items()]

    async def revoke(self, url: str) -> int:
        link_id = urlsplit(url).path.split("/")[2] if "/links/" in url else self.track_uuid
        return (await self.client.delete(f"{self.links}/{link_id}", headers=self.bearer)).status_code


@pytest.fixture
async def client(container: Container) -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(container) as client, container.running():
        yield client


async def an_owner(client: httpx.AsyncClient, name: str = "Résumé 1.wav") -> Owner:
    registered = (await client.post("/register", json={"user_name": "Ann"})).json()
    bearer = {"Authorization": f"Bearer {registered['user_access_token']}"}
    answer = await client.post("/add_track", files={"wav_file": (name, RECORDING)}, headers=bearer)
    return Owner(client, registered["user_access_token"], answer.headers["location"])


@pytest.fixture
async def owner(client: httpx.AsyncClient) -> Owner:
    return await an_owner(client)


def now(container: Container) -> datetime:
    return memory.clock(container).now()


async def refusal(client: httpx.AsyncClient, url: str, **headers: str) -> tuple[int, str]:
    answer = await client.get(url, headers=headers)
    return answer.status_code, answer.json()["code"]


# Making links


async def test_a_link_is_made_and_told(client: httpx.AsyncClient, container: Container, owner: Owner) -> None:
    end = now(container) + HOUR
    answer = await owner.create(expires_at=end.isoformat(), max_downloads=5, inline=True)
    made = answer.json()
    link_id = made["link_id"]
    assert answer.status_code == 201
    assert answer.headers["cache-control"] == "no-store"
    assert UUID(link_id).version == 4
    assert made == {
        "link_id": link_id,
        "url": f"http://here:5000/links/{link_id}/R%C3%A9sum%C3%A9%201.mp3",
        "created_at": "2026-01-01T00:00:00Z",
        "expires_at": "2026-01-01T01:00:00Z",
        "max_downloads": 5,
        "downloads": 0,
        "inline": True,
    }
    assert answer.headers["location"] == made["url"]
    assert (await client.get(made["url"])).content == (await client.get(owner.link)).content


async def test_a_link_need_not_have_limits(client: httpx.AsyncClient, owner: Owner) -> None:
    json_type = owner.bearer | {"Content-Type": "application/json"}
    for headers, content in ((owner.bearer, b""), (json_type, b""), (json_type, b"{}")):
        made = (await client.post(owner.links, content=content, headers=headers)).json()
        assert (made["expires_at"], made["max_downloads"], made["inline"]) == (None, None, False)
    for number in range(1, 4):
        assert (await client.get(made["url"])).status_code == 200
        assert sorted(map(str, await owner.downloads())) == ["0", "0", str(number), "None"]


NO_LIMITS: list[tuple[dict[str, object], str]] = [
    ({"max_downloads": 0}, "max_downloads"),
    ({"max_downloads": -1}, "max_downloads"),
    ({"max_downloads": MAX_DOWNLOADS + 1}, "max_downloads"),
    ({"max_downloads": 10**40}, "max_downloads"),
    ({"max_downloads": "5"}, "max_downloads"),
    ({"max_downloads": 1.5}, "max_downloads"),
    ({"max_downloads": True}, "max_downloads"),
    ({"max_download": 5}, "max_download"),  # a link that nothing limits is not what was meant
    ({"inline": 1}, "inline"),
    ({"inline": None}, "inline"),
    ({"expires_at": 1893456000}, "expires_at"),
    ({"expires_at": "2027-01-31"}, "expires_at"),
    ({"expires_at": "2027-01-31T12:00:00"}, "expires_at"),  # whose noon?
    ({"expires_at": "2026-01-01T00:00:00Z"}, "expires_at"),  # is now
    ({"expires_at": "2026-01-01T01:00:00+02:00"}, "expires_at"),
    ({"expires_at": "0001-01-01T00:00:00+14:00"}, "expires_at"),
    ({"expires_at": "9999-12-31T23:59:59-14:00"}, "expires_at"),
    ({"expires_at": "2036-01-03T00:00:00Z"}, "expires_at"),
]


async def test_a_limit_that_is_none_is_refused(owner: Owner) -> None:
    for wish, field in NO_LIMITS:
        answer = await owner.create(**wish)
        assert (answer.status_code, answer.json()["code"]) == (400, "request.invalid"), wish
        assert field in str(answer.json()["message"])
    assert len(await owner.items()) == 1
    for most in ({"max_downloads": MAX_DOWNLOADS}, {"expires_at": "2036-01-02T00:00:00Z"}):
        assert (await owner.create(**most)).status_code == 201


async def test_a_body_that_is_no_object_is_refused(client: httpx.AsyncClient, owner: Owner) -> None:
    headers = owner.bearer | {"Content-Type": "application/json"}
    for content in (b"[]", b"null", b"{", b'{"inline": true, "inline": false}', b"\xff", b"[" * 4000):
        answer = await client.post(owner.links, content=content, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (400, "request.invalid"), content
    large = await client.post(owner.links, content=b" " * 5000 + b"{}", headers=headers)
    assert (large.status_code, large.json()["code"]) == (413, "upload.too_large")
    form = await client.post(owner.links, data={"inline": "true"}, headers=owner.bearer)
    assert (form.status_code, form.json()["code"]) == (415, "request.wrong_type")


async def test_the_end_of_a_link_is_told_in_utc(owner: Owner) -> None:
    for zone, told in (("Z", "12:30"), ("+00:00", "12:30"), ("-05:00", "17:30"), ("+05:45", "06:45")):
        answer = await owner.create(expires_at=f"2026-06-01T12:30:00{zone}")
        assert answer.json()["expires_at"] == f"2026-06-01T{told}:00Z"


async def test_a_track_has_a_thousand_links(container: Container, owner: Owner) -> None:
    kept = memory.links(container).kept
    for _ in range(999):
        link = Link(uuid4(), UUID(owner.track_uuid), now(container))
        kept[link.link_id] = link
    url = await owner.url()
    answer = await owner.create()
    assert (answer.status_code, answer.json()["code"]) == (409, "link.too_many")
    assert len(await owner.items()) == 1001
    assert await owner.revoke(url) == 204
    assert (await owner.create()).status_code == 201


# Listing and revoking them


async def test_links_are_listed_after_the_permanent_one(
    client: httpx.AsyncClient, container: Container, owner: Owner
) -> None:
    first = (await owner.create()).json()
    memory.clock(container).advance(HOUR)
    second = (await owner.create(max_downloads=2)).json()
    await client.get(second["url"])
    permanent = {
        "link_id": owner.track_uuid,
        "url": owner.link,
        "created_at": "2026-01-01T00:00:00Z",
        "expires_at": None,
        "max_downloads": None,
        "downloads": None,
        "inline": False,
    }
    answer = await client.get(owner.links, headers=owner.bearer)
    assert answer.json() == {"items": [permanent, second | {"downloads": 1}, first], "next": None}
    assert answer.headers["cache-control"] == "no-store"
    head = await client.head(owner.links, headers=owner.bearer)
    assert (head.status_code, head.headers["content-length"]) == (200, answer.headers["content-length"])


async def test_a_revoked_link_opens_nothing(client: httpx.AsyncClient, owner: Owner) -> None:
    url, other = await owner.url(), await owner.url()
    assert [await owner.revoke(each) for each in (url, url)] == [204, 404]
    assert await refusal(client, url) == (410, "link.revoked")
    assert (await client.head(url)).status_code == 410
    assert [item["url"] for item in await owner.items()] == [owner.link, other]
    assert [(await client.get(each)).status_code for each in (other, owner.link)] == [200, 200]


async def test_the_permanent_link_can_be_revoked(client: httpx.AsyncClient, owner: Owner) -> None:
    url = await owner.url()
    named = owner.link.replace("/record?", "/record/a.mp3?")
    assert [await owner.revoke(owner.link) for _ in range(2)] == [204, 404]
    for link in (owner.link, named, f"{owner.link}&inline=1"):
        assert await refusal(client, link) == (410, "link.revoked")
        assert (await client.head(link)).status_code == 410
    assert await refusal(client, owner.link.replace("user=1", "user=2")) == (404, "record.not_found")
    assert [item["url"] for item in await owner.items()] == [url]
    assert (await client.get(url)).status_code == 200


async def test_whose_token_it_is_not_gets_401(client: httpx.AsyncClient, owner: Owner) -> None:
    url = await owner.url()
    link_id = urlsplit(url).path.split("/")[2]
    for headers in ({}, {"Authorization": "Bearer wrong"}):
        for answer in (
            await client.post(owner.links, headers=headers),
            await client.get(owner.links, headers=headers),
            await client.delete(f"{owner.links}/{link_id}", headers=headers),
        ):
            assert (answer.status_code, answer.json()["code"]) == (401, "auth.wrong_credentials")
    assert (await client.get(url)).status_code == 200


async def test_l3_links_of_another_user_are_as_what_never_was(
    client: httpx.AsyncClient, container: Container, owner: Owner
) -> None:
    url = await owner.url()
    link_id = urlsplit(url).path.split("/")[2]
    thief = await an_owner(client)
    before = dict(memory.tracks(container).kept)

    for method, path in (("GET", "{}"), ("POST", "{}"), ("DELETE", "{}/" + link_id), ("DELETE", "{}/{}")):
        answers = []
        for track_uuid in (owner.track_uuid, str(uuid4()), "nothing", owner.track_uuid.replace("-", "")):
            of = path.format(f"/tracks/{track_uuid}/links", track_uuid)
            answer = await client.request(method, of, headers=thief.bearer)
            del answer.headers["x-request-id"]
            answers.append((answer.status_code, answer.headers, answer.content))
        assert answers[0][0] == 404
        assert all(answer == answers[0] for answer in answers)
    for name in (link_id, str(uuid4()), owner.track_uuid, "nothing"):
        answer = await client.delete(f"{thief.links}/{name}", headers=thief.bearer)  # by their own track
        assert (answer.status_code, answer.json()["code"]) == (404, "link.not_found")

    assert memory.tracks(container).kept == before
    assert len(await owner.items()) == 2
    assert (await client.get(url)).status_code == 200


# Downloading by them


async def test_the_name_in_a_link_changes_nothing(client: httpx.AsyncClient, owner: Owner) -> None:
    url = await owner.url()
    plain = await client.get(url)
    del plain.headers["x-request-id"]
    for name in ("a.mp3", "x", "..mp3", "%D0%B7%D0%B0%20%C2%BF", "%00", "A" * 1000):
        named = await client.get(f"{url.rpartition('/')[0]}/{name}")
        del named.headers["x-request-id"]
        assert (named.status_code, named.headers, named.content) == (200, plain.headers, plain.content), name
    assert unquote(plain.headers["content-disposition"].rpartition("''")[2]) == "Résumé 1.mp3"


@pytest.mark.parametrize("inline", [False, True])
async def test_a_download_is_as_that_of_the_permanent_link(
    client: httpx.AsyncClient, owner: Owner, inline: bool
) -> None:
    url, permanent = await owner.url(inline=inline), f"{owner.link}&inline={inline:d}"
    etag = (await client.get(permanent)).headers["etag"]
    for method, headers, status in (
        ("GET", {}, 200),
        ("HEAD", {}, 200),
        ("GET", {"Range": "bytes=1-9"}, 206),
        ("GET", {"If-None-Match": etag}, 304),
        ("GET", {"Range": "bytes=999999-"}, 416),
        ("GET", {"If-Match": '"x"'}, 412),
    ):
        answers = [await client.request(method, each, headers=headers) for each in (url, permanent)]
        for answer in answers:
            del answer.headers["x-request-id"]
        assert answers[0].status_code == status
        assert answers[0].headers == answers[1].headers
        assert answers[0].content == answers[1].content
    assert answers[0].headers["x-content-type-options"] == "nosniff"


async def test_an_unknown_link_is_404(client: httpx.AsyncClient, owner: Owner) -> None:
    for name in (str(uuid4()), owner.track_uuid, "nothing", "%00", "A" * 500, "00000000000040008000000000000000"):
        assert await refusal(client, f"/links/{name}/a.mp3") == (404, "link.not_found"), name


@pytest.mark.parametrize("gone", ["track", "user"])
async def test_what_is_gone_has_no_links(
    client: httpx.AsyncClient, container: Container, owner: Owner, gone: str
) -> None:
    url, revoked, unknown = await owner.url(), await owner.url(), f"/links/{uuid4()}/a.mp3"
    await owner.revoke(revoked)
    tracks = memory.tracks(container).kept
    if gone == "user":  # all of theirs goes with them
        memory.users(container).kept.clear()
    tracks.clear()
    answers = [await client.get(each) for each in (url, revoked, unknown)]
    assert [answer.status_code for answer in answers] == [404] * 3
    assert len({answer.content for answer in answers}) == 1


async def test_a_track_that_goes_while_its_link_is_opened_is_404(
    client: httpx.AsyncClient, container: Container, owner: Owner
) -> None:
    url = await owner.url()
    memory.keeper(container).mp3s.clear()
    assert await refusal(client, url) == (404, "link.not_found")
    assert await owner.downloads() == [None, 0]


async def test_l2_a_link_ends_at_its_time(client: httpx.AsyncClient, container: Container, owner: Owner) -> None:
    url = await owner.url(expires_at=(now(container) + HOUR).isoformat())
    headers = PLAYER | {"Range": "bytes=0-9"}
    memory.clock(container).advance(HOUR - timedelta(microseconds=1))
    assert (await client.get(url, headers=headers)).status_code == 206
    memory.clock(container).advance(timedelta(microseconds=1))
    answer = await client.get(url, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (410, "link.expired")
    assert "2026-01-01T01:00:00Z" in answer.json()["message"]
    assert await owner.downloads() == [None, 1]


async def test_l1_each_whole_download_counts(client: httpx.AsyncClient, owner: Owner) -> None:
    url = await owner.url(max_downloads=2)
    assert [(await client.get(url, headers=PLAYER)).status_code for _ in range(3)] == [200, 200, 410]
    answer = await client.get(url)
    assert (answer.status_code, answer.json()["code"]) == (410, "link.used_up")
    assert ": 2," in answer.json()["message"]
    assert await owner.downloads() == [None, 2]


async def test_l1_the_ranges_of_one_player_are_one_download(client: httpx.AsyncClient, owner: Owner) -> None:
    url = await owner.url(max_downloads=1)
    for start in range(40):
        answer = await client.get(url, headers=PLAYER | {"Range": f"bytes={start}-{start + 9}"})
        assert answer.status_code == 206
    assert await owner.downloads() == [None, 1]
    assert await refusal(client, url, Range="bytes=0-9", **{"User-Agent": "other"}) == (410, "link.used_up")
    assert await refusal(client, url, **PLAYER) == (410, "link.used_up")  # a new one
    assert (await client.head(url, headers=PLAYER)).status_code == 200
    assert (await client.head(url)).status_code == 410


async def test_l1_a_download_is_gone_on_with_for_half_a_day(
    client: httpx.AsyncClient, container: Container, owner: Owner
) -> None:
    url = await owner.url(max_downloads=1)
    assert (await client.get(url, headers=PLAYER)).status_code == 200
    memory.clock(container).advance(ONE_DOWNLOAD - timedelta(seconds=1))
    assert (await client.get(url, headers=PLAYER | {"Range": "bytes=100-"})).status_code == 206
    memory.clock(container).advance(timedelta(seconds=1))
    assert await refusal(client, url, Range="bytes=100-", **PLAYER) == (410, "link.used_up")


async def test_l1_what_gives_no_sound_counts_nothing(
    client: httpx.AsyncClient, container: Container, owner: Owner
) -> None:
    url = await owner.url(max_downloads=1)
    etag = (await client.get(owner.link)).headers["etag"]
    container.application.download_places().shares.free = 0
    assert (await client.get(url)).status_code == 503
    container.application.download_places().shares.free = 10
    for method, headers, status in (
        ("HEAD", {}, 200),
        ("GET", {"If-None-Match": etag}, 304),
        ("GET", {"If-Match": '"other"'}, 412),
        ("GET", {"Range": "bytes=99999999-"}, 416),
    ):
        assert (await client.request(method, url, headers=headers)).status_code == status
    assert await owner.downloads() == [None, 0]
    assert (await client.get(url)).status_code == 200


async def test_a_store_that_is_away_gives_nothing_uncounted(
    client: httpx.AsyncClient, container: Container, owner: Owner, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = await owner.url()

    async def away(*_: object) -> bool:
        raise StoreAway

    monkeypatch.setattr(memory.links(container), "count", away)
    assert await refusal(client, url) == (503, "service.database_away")


async def test_the_log_has_the_beginning_of_a_link_alone(client: httpx.AsyncClient, owner: Owner) -> None:
    url = await owner.url()
    link_id = urlsplit(url).path.split("/")[2]
    paths = (urlsplit(url).path, f"{owner.links}/{link_id}", f"//links//{link_id.upper()}/a.mp3", f"/LINKS/{link_id}")
    with captured_logs("json") as log:
        for path in paths:
            await client.get(f"http://here:5000{path}")
    lines = [line for line in log.getvalue().lower().splitlines() if json.loads(line)["logger"] != "httpx"]
    assert [json.loads(line)["path"] for line in lines] == [
        f"/links/{link_id[:8]}-…/résumé 1.mp3",
        f"/tracks/{owner.track_uuid[:8]}-…/links/{link_id[:8]}-…",
        f"//links//{link_id[:8]}-…/a.mp3",
        f"/links/{link_id[:8]}-…",
    ]
    assert link_id not in "".join(lines)
    assert owner.track_uuid not in "".join(lines)


# Beside the other calls for tracks


async def test_a_track_without_its_permanent_link_is_still_its_owners(
    client: httpx.AsyncClient, container: Container, owner: Owner
) -> None:
    track = owner.links.removesuffix("/links")
    assert (await client.get(track, headers=owner.bearer)).json()["link"] == owner.link
    assert await owner.revoke(owner.link) == 204
    assert (await client.get(track, headers=owner.bearer)).json()["link"] is None
    [listed] = (await client.get("/tracks", headers=owner.bearer)).json()["items"]
    assert listed["link"] is None
    audio = await client.get(f"{track}/audio", headers=owner.bearer)
    assert (audio.status_code, audio.content) == (200, memory.keeper(container).mp3s[UUID(owner.track_uuid)])


async def test_a_link_goes_on_when_its_track_is_called_otherwise(client: httpx.AsyncClient, owner: Owner) -> None:
    url = await owner.url()
    track = owner.links.removesuffix("/links")
    changed = {"file_name": "talk.mp3", "texts": {"title": "Talk"}}
    assert (await client.patch(track, json=changed, headers=owner.bearer)).status_code == 200
    [_, item] = await owner.items()
    assert item["url"] == url.rpartition("/")[0] + "/talk.mp3"
    old, new, permanent = [await client.get(each) for each in (url, item["url"], owner.link)]
    assert old.content == new.content == permanent.content
    assert old.headers["etag"] == permanent.headers["etag"]
    assert b"Talk" in old.content


async def test_the_links_of_a_removed_track_are_gone(client: httpx.AsyncClient, owner: Owner) -> None:
    url, revoked = await owner.url(), await owner.url()
    await owner.revoke(revoked)
    assert (await client.delete(owner.links.removesuffix("/links"), headers=owner.bearer)).status_code == 204
    for each in (url, revoked):
        assert await refusal(client, each) == (404, "link.not_found")
    answer = await client.get(owner.links, headers=owner.bearer)
    assert (answer.status_code, answer.json()["code"]) == (404, "track.not_found")

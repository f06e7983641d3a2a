"""Links that their owner has limited, against the real service and its database."""

import asyncio
import hashlib
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from urllib.parse import urlsplit

import httpx
import pytest

from tests.e2e.watched import Watched
from tests.server import NO_TLS
from tests.wavs import pcm, tone, wav

RECORDING = wav(pcm(tone(8000)))


class Owner:
    """A user with one track."""

    def __init__(self, watched: Watched) -> None:
        user = watched.server.register()
        self._client = httpx.Client(
            base_url=watched.server.url,
            headers={"Authorization": f"Bearer {user['user_access_token']}"},
            timeout=60,
            trust_env=False,
            verify=NO_TLS,
        )
        self.permanent = watched.server.upload(user, RECORDING)
        self._links = f"/tracks/{self.permanent.partition('id=')[2].partition('&')[0]}/links"

    def url(self, **wish: object) -> str:
        """Of a new link."""
        return str(self._client.post(self._links, json=wish).raise_for_status().json()["url"])

    def downloads(self, url: str) -> int:
        items = self._client.get(self._links).raise_for_status().json()["items"]
        [downloads] = [item["downloads"] for item in items if item["url"] == url]
        return int(downloads)

    def revoke(self, url: str) -> None:
        self._client.delete(f"{self._links}/{urlsplit(url).path.split('/')[2]}").raise_for_status()

    def close(self) -> None:
        self._client.close()


@pytest.fixture
def owner(watched: Watched) -> Iterator[Owner]:
    with closing(Owner(watched)) as owner:
        yield owner


async def at_once(url: str, requests: list[dict[str, str]]) -> Counter[str]:
    """How often each answer came to these requests, given by their headers, each on a connection of its own."""
    limits = httpx.Limits(max_connections=len(requests))
    async with httpx.AsyncClient(timeout=60, limits=limits, trust_env=False, verify=NO_TLS) as client:

        async def answered(headers: dict[str, str]) -> str:
            for _ in range(20):
                if (answer := await client.get(url, headers=headers)).status_code != 503:  # a machine that is busy
                    break
            return str(answer.status_code) if answer.is_success else f"{answer.status_code} {answer.json()['code']}"

        return Counter(await asyncio.gather(*map(answered, requests)))


async def test_l1_of_a_hundred_at_once_one_is_counted_and_answered(owner: Owner) -> None:
    url = owner.url(max_downloads=1)
    answers = await at_once(url, [{"User-Agent": f"client/{number}"} for number in range(100)])
    assert answers == {"200": 1, "410 link.used_up": 99}
    assert owner.downloads(url) == 1


async def test_l1_forty_ranges_of_a_player_at_once_are_one_download(owner: Owner) -> None:
    url = owner.url(max_downloads=1)
    ranges = [{"User-Agent": "player/1", "Range": f"bytes={start}-{start + 99}"} for start in range(0, 4000, 100)]
    assert await at_once(url, ranges) == {"206": 40}
    assert owner.downloads(url) == 1
    other = await at_once(url, [{"User-Agent": f"player/{number}", "Range": "bytes=0-"} for number in range(2, 12)])
    assert other == {"410 link.used_up": 10}


@pytest.mark.parametrize("end", ["revoked", "expired"])
def test_l2_what_has_begun_ends_and_the_next_is_refused(watched: Watched, owner: Owner, end: str) -> None:
    url = owner.url()
    with httpx.Client(timeout=60, trust_env=False, verify=NO_TLS) as client:
        with client.stream("GET", url) as answer:
            assert answer.status_code == 200
            if end == "revoked":
                owner.revoke(url)
            else:
                watched.query("UPDATE links SET expires_at = now() WHERE link_id = %s RETURNING 1", url.split("/")[4])
            assert f'"{hashlib.sha256(answer.read()).hexdigest()}"' == answer.headers["etag"]
        for headers in ({}, {"Range": "bytes=0-9"}):
            refused = client.get(url, headers=headers)
            assert (refused.status_code, refused.json()["code"]) == (410, f"link.{end}")
        assert client.get(watched.server.url + owner.permanent).status_code == 200


def test_what_is_kept_of_clients_names_nobody(watched: Watched, owner: Owner) -> None:
    url = owner.url()
    httpx.get(url, headers={"User-Agent": "a-rare-player/7"}, trust_env=False, verify=NO_TLS).raise_for_status()
    dump = watched.dump()
    assert url.split("/")[4] in dump
    assert "a-rare-player" not in dump


def test_links_end_with_their_track(watched: Watched, owner: Owner) -> None:
    url = owner.url()
    httpx.get(url, trust_env=False, verify=NO_TLS).raise_for_status()
    link_id = url.split("/")[4]
    watched.query(
        "DELETE FROM tracks USING links WHERE links.track_uuid = tracks.track_uuid AND link_id = %s RETURNING 1",
        link_id,
    )
    refused = httpx.get(url, trust_env=False, verify=NO_TLS)
    assert (refused.status_code, refused.json()["code"]) == (404, "link.not_found")
    assert watched.query("SELECT count(*) FROM link_clients WHERE link_id = %s", link_id) == 0


def test_links_of_a_deleted_user_are_as_what_never_was(watched: Watched, owner: Owner) -> None:
    url = owner.url()
    user_id = int(owner.permanent.rpartition("=")[2])
    watched.query("UPDATE users SET deleted_at = now() WHERE user_id = %s RETURNING 1", user_id)
    refused = httpx.get(url, trust_env=False, verify=NO_TLS)
    assert (refused.status_code, refused.json()["code"]) == (404, "link.not_found")

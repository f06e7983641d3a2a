"""A download's place, and the answers to who is refused."""

from contextlib import ExitStack

import httpx
import pytest

from entrypoints.http.error_handlers import RETRY_AFTER_SECONDS, retry_after
from entrypoints.settings.settings import Settings
from entrypoints.wiring.container import Container
from tests.unit import memory
from tests.unit.http.test_app_in_memory import RECORDING, client_of, fields


@pytest.fixture
def container() -> Container:
    """A service with two places for downloads, where three users a minute may register."""
    return memory.in_memory_container(Settings().but(max_downloads=2, register_rate=3))


async def uploaded(client: httpx.AsyncClient) -> str:
    files = {"wav_file": ("a.wav", RECORDING)}
    answer = await client.post("/add_track", data=await fields(client), files=files)
    return str(answer.headers["location"])


async def test_every_download_gives_its_place_back(container: Container) -> None:
    async with client_of(container) as client:
        link = await uploaded(client)
        for headers in ({}, {"Range": "bytes=0-9"}, {"Range": "bytes=99999999-"}, {"If-None-Match": "*"}) * 2:
            assert (await client.get(link, headers=headers)).status_code < 500
        assert container.application.download_places().shares.free == 2


async def test_a_download_without_a_place_is_refused_before_it_starts(container: Container) -> None:
    async with client_of(container) as client:
        link = await uploaded(client)
        with ExitStack() as stack:
            for _ in range(2):
                stack.enter_context(container.application.download_places().take())
            answer = await client.get(link)
            assert (answer.status_code, answer.json()["code"]) == (503, "service.overloaded")
            assert answer.headers["retry-after"]
            assert (await client.head(link)).status_code == 200
        assert (await client.get(link)).status_code == 200


@pytest.mark.parametrize(("trusted", "status"), [("", 429), ("127.0.0.1", 200)])
async def test_h30_one_address_cannot_hold_all_downloads(trusted: str, status: int) -> None:
    """But a proxy that names nobody may."""
    container = memory.in_memory_container(Settings().but(max_downloads=4, trusted_proxies=trusted))
    downloads = container.application.download_places()
    async with client_of(container) as client:
        link = await uploaded(client)
        with ExitStack() as stack:
            for _ in range(3):
                stack.enter_context(downloads.take("address 127.0.0.1"))
            answer = await client.get(link)
            assert answer.status_code == status
            if status == 429:
                assert answer.json()["code"] == "limit.places"
                assert "address 127.0.0.1 holds 3 places for downloads" in answer.json()["message"]
                assert int(answer.headers["retry-after"]) > 0
            assert (await client.head(link)).status_code == 200
    assert (downloads.shares.free, len(downloads.shares.holders())) == (4, 0)


async def test_a_download_that_breaks_gives_its_place_back(container: Container) -> None:
    async with client_of(container) as client:
        link = await uploaded(client)
        memory.keeper(container).mp3s.clear()
        for headers in ({}, {"Range": "bytes=0-9"}, {}):
            assert (await client.get(link, headers=headers)).status_code == 404
        assert container.application.download_places().shares.free == 2


async def test_who_registers_too_often_is_told_when_to_come_back(container: Container) -> None:
    async with client_of(container) as client:
        found = [await client.post("/register", json={"user_name": "Ann"}) for _ in range(4)]
    assert [answer.status_code for answer in found] == [201, 201, 201, 429]
    assert found[3].json()["code"] == "limit.rate"
    assert int(found[3].headers["retry-after"]) >= 60


def test_d10_not_all_are_told_to_come_back_at_the_same_time() -> None:
    found = {int(retry_after()) for _ in range(200)}
    assert len(found) > 1
    assert min(found) >= RETRY_AFTER_SECONDS
    assert max(found) <= RETRY_AFTER_SECONDS * 1.5

"""tus-js-client against the service, whose clock is set by hand: what hours do to an upload."""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from entrypoints.http.app import create_app
from entrypoints.settings.settings import Settings
from entrypoints.wiring.container import Container
from tests.integration.serving import serving
from tests.tus.javascript import Outcome, Upload
from tests.tus.proxy import CuttingProxy
from tests.tus.uploading import Recording, noise, track_of
from tests.unit import memory
from tests.unit.memory import in_memory_container

EXPIRY = timedelta(hours=Settings().uploads.upload_expiry_hours)


@dataclass(frozen=True)
class Service:
    """One whose clock is set by hand, and a user of it."""

    container: Container
    address: tuple[str, int]
    token: str

    async def upload(self, what: Recording, url: str | None = None, cut: int | None = None, tries: int = 3) -> Outcome:
        """What comes of a client that goes on with the upload at the URL, or begins one; its bytes end at `cut`."""
        cuts = [] if cut is None else [cut] + [1] * tries
        with CuttingProxy(self.address, cuts) as proxy:
            at = f"{proxy.url}/uploads"
            begun = f"{at}/{url.rpartition('/')[2]}" if url else None
            client = Upload(at, self.token, what.path, url=begun, retry_delays=[0] * tries)
            return await asyncio.to_thread(client.run)

    def wait(self, time: timedelta) -> None:
        """So much later."""
        memory.clock(self.container).advance(time)

    def wavs(self) -> list[str]:
        """The SHA-256 of what was uploaded of each track."""
        return [track.conversion.wav_sha256.hex() for track in memory.tracks(self.container).kept.values()]


@asynccontextmanager
async def service_of(settings: Settings) -> AsyncIterator[Service]:
    container = in_memory_container(settings)
    async with container.running(), serving(create_app(container)) as address:
        async with httpx.AsyncClient(base_url=f"http://{address[0]}:{address[1]}", trust_env=False) as client:
            registered = (await client.post("/register", json={"user_name": "Ann"})).json()
        yield Service(container, address, registered["user_access_token"])


@pytest.fixture
async def service() -> AsyncIterator[Service]:
    async with service_of(Settings()) as service:
        yield service


@pytest.fixture
def talk(tmp_path: Path) -> Recording:
    return noise(tmp_path, 3_000_000, random.randrange(1 << 32))


async def test_what_was_cut_goes_on_hours_later(service: Service, talk: Recording) -> None:
    cut = await service.upload(talk, cut=2_000_000)
    service.wait(EXPIRY - timedelta(minutes=1))
    done = await service.upload(talk, cut.url)

    assert (cut.succeeded, done.succeeded) == (False, True), [*cut.events, *done.events]
    assert done.answers("POST") == []
    first = next(event["offset"] for event in done.events if event["event"] == "request" and event["method"] == "PATCH")
    assert int(first) > 1_000_000
    assert service.wavs() == [talk.sha256]


async def test_what_has_expired_is_sent_anew_as_a_whole(service: Service, talk: Recording) -> None:
    cut = await service.upload(talk, cut=2_000_000)
    service.wait(EXPIRY + timedelta(minutes=1))
    done = await service.upload(talk, cut.url)

    assert done.succeeded, done.events
    assert done.answers("POST") == [201]
    assert service.wavs() == [talk.sha256]


async def test_the_same_file_sent_again_is_the_same_upload_for_a_day_and_then_a_new_one(
    service: Service, talk: Recording
) -> None:
    done = await service.upload(talk)
    service.wait(timedelta(hours=23))
    again = await service.upload(talk, done.url)
    assert (again.succeeded, again.answers("PATCH")) == (True, [])
    assert track_of(again.link) == track_of(done.link)
    service.wait(timedelta(hours=2))
    later = await service.upload(talk, done.url)

    assert (later.succeeded, later.answers("POST")) == (True, [201])
    assert service.wavs() == [talk.sha256] * 2

"""What stands on a library of tracks, which a wiring may leave out."""

import asyncio
from typing import Any

import httpx
from dependency_injector import providers

from adapters.memory.library import InMemoryTrackLibrary
from domain.library import TrackLibrary
from entrypoints.http.app import create_app
from entrypoints.settings.settings import Settings
from entrypoints.wiring.container import Container
from entrypoints.wiring.memory import InMemoryAdapters


class Asked(InMemoryTrackLibrary):
    """Tells when it is asked to index tracks."""

    async def index(self, limit: int) -> int:
        ASKED.set()
        return 0


ASKED = asyncio.Event()


class Watched(InMemoryAdapters):
    library: providers.Provider[TrackLibrary | None] = providers.Singleton(Asked, InMemoryAdapters.tracks)


class WithoutLibrary(InMemoryAdapters):
    library: providers.Provider[TrackLibrary | None] = providers.Object(None)


async def test_tracks_of_older_versions_are_indexed_while_the_service_runs() -> None:
    async with Container(Settings(), Watched).running(), asyncio.timeout(10):
        await ASKED.wait()


async def test_without_a_library_there_are_no_calls_for_tracks() -> None:
    container = Container(Settings(), WithoutLibrary)
    app: Any = create_app(container)  # its types are narrower than those of httpx
    async with (
        httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://here:5000") as client,
        container.running(),
    ):
        answer = await client.get("/tracks")
        described = (await client.get("/schema/openapi.json")).json()["paths"]

    assert (answer.status_code, answer.json()["code"]) == (404, "route.not_found")
    assert "/record" in described
    assert not {"/tracks", "/tracks/{track_uuid}", "/tracks/{track_uuid}/audio"} & described.keys()

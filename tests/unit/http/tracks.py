"""Users with tracks, for tests of the calls that are for users only."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import httpx

from domain.tracks import StoredMp3, Track
from entrypoints.wiring.container import Container
from tests.unit import memory
from tests.wavs import pcm, tone, wav

RECORDING = wav(pcm(tone(800)))
NEVER = "00000000-0000-4000-8000-000000000000"


@dataclass(frozen=True)
class Owner:
    """A registered user, who calls by the Bearer token."""

    client: httpx.AsyncClient
    headers: dict[str, str]

    @classmethod
    async def registered(cls, client: httpx.AsyncClient, name: str) -> "Owner":
        user = (await client.post("/register", json={"user_name": name})).json()
        return cls(client, {"Authorization": f"Bearer {user['user_access_token']}"})

    async def call(self, method: str, path: str, headers: dict[str, str] | None = None, **more: Any) -> httpx.Response:
        return await self.client.request(method, path, headers={**self.headers, **(headers or {})}, **more)

    async def get(self, path: str, headers: dict[str, str] | None = None, **query: str) -> httpx.Response:
        return await self.call("GET", path, headers, params=query or None)

    async def upload(self, name: str, recording: bytes = RECORDING) -> str:
        """The UUID of the new track."""
        answer = await self.call("POST", "/add_track", files={"wav_file": (name, recording)})
        assert answer.status_code == 201, answer.text
        return httpx.URL(answer.headers["location"]).params["id"]


def known(container: Container) -> dict[UUID, tuple[Track, StoredMp3, bytes]]:
    """All that the store keeps of tracks."""
    tracks, mp3s = memory.tracks(container), memory.keeper(container).mp3s
    return {name: (track, tracks.stored_mp3(track), mp3s[name]) for name, track in tracks.kept.items()}

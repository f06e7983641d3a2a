"""A user with something of everything, for made-up requests that are to find it."""

from dataclasses import dataclass
from typing import Self
from urllib.parse import urlsplit

import httpx

from tests.server import Server
from tests.wavs import pcm, tone, wav

_RECORDING = wav(pcm(tone(8000, rate=8000)), rate=8000)
_TUS = {"Tus-Resumable": "1.0.0"}


@dataclass(frozen=True)
class Owner:
    """Who they are, and what paths may name that is there."""

    token: str
    track_uuid: str
    link_id: str
    upload_id: str

    @classmethod
    def of(cls, server: Server) -> Self:
        """A new one, who has uploaded a recording, made a link, and begun an upload."""
        user = server.register()
        token = user["user_access_token"]
        bearer = {"Authorization": f"Bearer {token}"}
        with server.client() as client:
            link = urlsplit(server.upload(user, _RECORDING)).query
            track_uuid = httpx.QueryParams(link)["id"]
            made = client.post(f"/tracks/{track_uuid}/links", headers=bearer).raise_for_status()
            begun = client.post("/uploads", headers=bearer | _TUS | {"Upload-Length": "100"}).raise_for_status()
        return cls(token, track_uuid, made.json()["link_id"], begun.headers["Location"].rpartition("/")[2])

    @property
    def header(self) -> list[str]:
        """The options that have every request say who sends it."""
        return ["--header", f"Authorization: Bearer {self.token}"]

    def parameters(self) -> str:
        """A part of schemathesis's configuration."""
        values = {"track_uuid": self.track_uuid, "link_id": self.link_id, "upload_id": self.upload_id}
        lines = [f'"path.{name}" = "{value}"' for name, value in values.items()]
        return "\n".join(["", "[parameters]", *lines, ""])

"""A client of resumable uploads, over the application without a network."""

import base64
from collections.abc import AsyncIterator

import httpx

VERSION = {"Tus-Resumable": "1.0.0"}
PIECE = {"Content-Type": "application/offset+octet-stream"}


def named(name: str) -> str:
    """`Upload-Metadata` with this file name."""
    return f"filename {base64.b64encode(name.encode()).decode()}"


async def pieces(*parts: bytes) -> AsyncIterator[bytes]:
    """A body whose length shows only at its end."""
    for part in parts:
        yield part


class TusClient:
    """Speaks tus 1.0.0 as one user."""

    def __init__(self, client: httpx.AsyncClient, token: str) -> None:
        self.client = client
        self.headers = VERSION | {"Authorization": f"Bearer {token}"}

    @classmethod
    async def registered(cls, client: httpx.AsyncClient, name: str = "Ann") -> "TusClient":
        """That of a new user."""
        return cls(client, (await client.post("/register", json={"user_name": name})).json()["user_access_token"])

    async def create(self, length: int | None, body: bytes | None = None, **more: str) -> httpx.Response:
        """`POST /uploads`, with these further headers, `_` in their names for `-`."""
        size = {"Upload-Defer-Length": "1"} if length is None else {"Upload-Length": str(length)}
        headers = self.headers | size | (PIECE if body is not None else {}) | _fields(more)
        return await self.client.post("/uploads", content=body, headers=headers)

    async def created(self, length: int | None, **more: str) -> str:
        """The location of a new upload."""
        answer = await self.create(length, None, **more)
        assert answer.status_code == 201
        return answer.headers["location"]

    async def patch(
        self, location: str, offset: int, body: bytes | AsyncIterator[bytes], **more: str
    ) -> httpx.Response:
        """`PATCH`."""
        headers = self.headers | PIECE | {"Upload-Offset": str(offset)} | _fields(more)
        return await self.client.patch(location, content=body, headers=headers)

    async def head(self, location: str) -> httpx.Response:
        """`HEAD`."""
        return await self.client.head(location, headers=self.headers)

    async def delete(self, location: str) -> httpx.Response:
        """`DELETE`."""
        return await self.client.delete(location, headers=self.headers)

    async def offset(self, location: str) -> int:
        """What HEAD says."""
        return int((await self.head(location)).headers["upload-offset"])


def _fields(more: dict[str, str]) -> dict[str, str]:
    return {name.replace("_", "-"): value for name, value in more.items()}

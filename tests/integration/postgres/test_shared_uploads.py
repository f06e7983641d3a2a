"""Several services on one database take pieces of the same upload."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx

from entrypoints.http.app import create_app
from entrypoints.settings.settings import Settings
from entrypoints.wiring.container import Container
from entrypoints.wiring.postgres import PostgresAdapters
from tests.e2e.watched import connection_url
from tests.tus.uploading import noise


@asynccontextmanager
async def service(folder: Path, database: str) -> AsyncIterator[httpx.AsyncClient]:
    settings = Settings().but(data_dir=str(folder), database_url=connection_url(database), uploads_in="database")
    container = Container(settings, PostgresAdapters)
    app: Any = create_app(container)  # its types are narrower than those of httpx
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://here:5000") as client, container.running():
        yield client


async def test_an_upload_that_one_service_began_ends_at_another_one(tmp_path: Path, database_url: str) -> None:
    talk = noise(tmp_path, 600_000, 13)
    async with service(tmp_path / "one", database_url) as one, service(tmp_path / "other", database_url) as other:
        registered = (await one.post("/register", json={"user_name": "Ann"})).json()
        headers = {"Authorization": f"Bearer {registered['user_access_token']}", "Tus-Resumable": "1.0.0"}
        created = await one.post("/uploads", headers=headers | {"Upload-Length": str(len(talk.content))})
        where = httpx.URL(created.headers["location"]).path
        headers["Content-Type"] = "application/offset+octet-stream"
        first = await one.patch(where, content=talk.content[:400_000], headers=headers | {"Upload-Offset": "0"})
        last = await other.patch(where, content=talk.content[400_000:], headers=headers | {"Upload-Offset": "400000"})
        told = [await service.head(where, headers=headers) for service in (one, other)]
        record = await one.get(last.headers["upload-track-location"])

    assert (first.status_code, first.headers["upload-offset"]) == (204, "400000")
    assert (last.status_code, last.headers["x-audio-sha256"]) == (204, talk.sha256)
    assert {answer.headers["upload-track-location"] for answer in told} == {last.headers["upload-track-location"]}
    assert record.headers["content-type"] == "audio/mpeg"
    assert list((tmp_path / "one").glob("uploads/*")) == []

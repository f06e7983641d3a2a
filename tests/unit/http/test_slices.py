"""What is held for readers who take their time."""

import asyncio
import gc
import tracemalloc
from typing import Any

import pytest

from entrypoints.http.app import create_app
from entrypoints.http.server.slices import SLICE_BYTES, slice_bodies
from tests.unit.memory import in_memory_container

READERS = 200
LARGE = "/assets/swagger-ui-bundle.js"


def scope_of(path: str, *headers: tuple[bytes, bytes]) -> Any:
    address = ("127.0.0.1", 1)
    parts: dict[str, Any] = {
        "type": "http",
        "method": "GET",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
    }
    parts |= {"scheme": "http", "client": address, "server": address, "headers": [(b"host", b"here"), *headers]}
    return parts


async def nothing() -> Any:
    return {"type": "http.request", "body": b"", "more_body": False}


class Reader:
    """Takes one part of a body, then no more until it may go on."""

    def __init__(self, goes_on: asyncio.Event) -> None:
        self.parts: list[Any] = []
        self.began = asyncio.Event()
        self._goes_on = goes_on

    async def take(self, message: Any) -> None:
        if message["type"] == "http.response.body":
            self.parts.append(message["body"])
            self.began.set()
            await self._goes_on.wait()


@pytest.mark.parametrize("path", [LARGE, "/assets/swagger-ui.css", "/schema/openapi.json", "/schema", "/"])
@pytest.mark.parametrize("encoding", [b"identity", b"gzip"])
async def test_h22_slow_readers_hold_slices_of_one_body(path: str, encoding: bytes) -> None:
    app: Any = create_app(in_memory_container())
    goes_on = asyncio.Event()
    readers = [Reader(goes_on) for _ in range(READERS)]

    def read(reader: Reader) -> asyncio.Task[None]:
        return asyncio.create_task(app(scope_of(path, (b"accept-encoding", encoding)), nothing, reader.take))

    first = read(readers[0])  # what is made once is made for this one
    await readers[0].began.wait()
    tracemalloc.start()
    others = [read(reader) for reader in readers[1:]]
    await asyncio.gather(*(reader.began.wait() for reader in readers))
    gc.collect()
    held, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    goes_on.set()
    await asyncio.gather(first, *others)

    assert held < READERS * 32 * 1024  # a request and its task; the largest of the bodies has 1.5 MB
    assert len({b"".join(reader.parts) for reader in readers}) == 1
    assert all(len(part) <= SLICE_BYTES for reader in readers for part in reader.parts)


@pytest.mark.parametrize("size", [0, 1, SLICE_BYTES, SLICE_BYTES + 1, 3 * SLICE_BYTES])
@pytest.mark.parametrize("last", [True, False])
async def test_a_body_is_sent_whole_without_a_copy(size: int, last: bool) -> None:
    body = bytes(size)
    sent: list[Any] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": body, "more_body": not last})

    async def take(message: Any) -> None:
        sent.append(message)

    await slice_bodies(app)({}, nothing, take)  # type: ignore[arg-type] # it looks at no scope
    parts = [message["body"] for message in sent[1:]]
    assert b"".join(parts) == body
    assert [message["more_body"] for message in sent[1:]] == [True] * (len(parts) - 1) + [not last]
    assert all(getattr(part, "obj", body) is body for part in parts)

"""One address that looks up links and tries tokens on many connections, against the real service and its database."""

import asyncio
import re
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit
from uuid import uuid4

import httpx
import pytest

from tests.server import NO_TLS, Server, running_server
from tests.waiting import wait_until
from tests.wavs import pcm, tone, wav

CONNECTIONS = 300
ROUNDS = 5
GREEDY, OTHER = "203.0.113.7", "198.51.100.1"
RECORDING = wav(pcm(tone(80_000)))
FORM = "Content-Type: multipart/form-data; boundary=x\r\nContent-Length: 5\r\nAuthorization: Bearer wrong\r\n"
REFUSALS = {
    "links": "404 record.not_found",
    "tokens": "401 auth.wrong_credentials",
}


def request(kind: str) -> bytes:
    line, fields = (f"GET /record?id={uuid4()}&user=1", "") if kind == "links" else ("POST /add_track", FORM)
    body = "" if kind == "links" else "--x--"
    return f"{line} HTTP/1.1\r\nHost: here\r\nX-Forwarded-For: {GREEDY}\r\n{fields}\r\n{body}".encode()


class Flood:
    """Asks on many connections, again as soon as there is an answer, until it is stopped; counts what it is told."""

    def __init__(self, server: Server, kind: str) -> None:
        self.told: Counter[str] = Counter()
        self._address, self._kind = urlsplit(server.url), kind
        self._stopped = threading.Event()

    @contextmanager
    def running(self) -> Iterator[None]:
        """Meanwhile all connections ask."""
        thread = threading.Thread(target=lambda: asyncio.run(self._ask_on_all()))
        thread.start()
        try:
            wait_until(lambda: self.told.total() > CONNECTIONS)
            yield
        finally:
            self._stopped.set()
            thread.join()

    async def _ask_on_all(self) -> None:
        async with asyncio.TaskGroup() as asking:
            for _ in range(CONNECTIONS):
                asking.create_task(self._ask())

    async def _ask(self) -> None:
        while not self._stopped.is_set():
            reader, writer = await asyncio.open_connection(self._address.hostname, self._address.port)
            try:
                while not self._stopped.is_set():
                    writer.write(request(self._kind))
                    self.told[await answer(reader)] += 1
            except (ConnectionError, asyncio.IncompleteReadError):
                self.told["ended"] += 1
            finally:
                writer.transport.abort()


async def answer(reader: asyncio.StreamReader) -> str:
    """Status and code of the next answer."""
    head = (await reader.readuntil(b"\r\n\r\n")).decode()
    length = re.search(r"^content-length: (\d+)", head, re.MULTILINE | re.IGNORECASE)
    assert length
    body = (await reader.readexactly(int(length[1]))).decode()
    code = re.search(r'"code":"([^"]+)"', body)
    return f"{head.split()[1]} {code[1] if code else ''}".strip()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A service with a PostgreSQL of its own, which believes this machine what it says of its clients."""
    with running_server(tmp_path_factory.mktemp("fair"), TRUSTED_PROXIES="127.0.0.0/8") as server:
        yield server


def calls_of_another(client: httpx.Client, link: str, fields: dict[str, str]) -> list[httpx.Response]:
    """All that one who uses the service asks for."""
    return [
        client.get(link),
        client.get(link, headers={"Range": "bytes=100-199"}),
        client.post("/add_track", data=fields, files={"wav_file": ("a.wav", RECORDING)}),
        client.post("/register", json={"user_name": "Bob"}),
        client.get("/health/ready"),
    ]


@pytest.mark.parametrize("kind", REFUSALS)
def test_h38_one_address_that_looks_up_without_end_keeps_nobody_out(server: Server, kind: str) -> None:
    fields = server.register()
    flood = Flood(server, kind)
    headers = {"X-Forwarded-For": OTHER}
    with httpx.Client(base_url=server.url, timeout=60, trust_env=False, verify=NO_TLS, headers=headers) as client:
        uploaded = client.post("/add_track", data=fields, files={"wav_file": ("a.wav", RECORDING)})
        link = uploaded.headers["location"]
        with flood.running(), client.stream("GET", link) as begun:
            found = [answer for _ in range(ROUNDS) for answer in calls_of_another(client, link, fields)]
            downloaded = sum(len(block) for block in begun.iter_raw())
    statuses = Counter((answer.request.url.path, answer.status_code) for answer in found)
    assert {status for _, status in statuses} <= {200, 201, 206}, statuses
    assert downloaded == int(begun.headers["content-length"])
    assert flood.told[REFUSALS[kind]] > 0
    assert flood.told.keys() <= {REFUSALS[kind], "429 limit.places", "503 service.overloaded", "ended"}, flood.told

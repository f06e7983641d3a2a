"""Clients that take their time: senders of a few bytes a second, readers of a few kilobytes; and ordinary ones."""

import asyncio
import socket
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import httpx

from tests.forms import begun_upload
from tests.server import path_of
from tests.wavs import wav

SEND_BYTES_A_SECOND = 100
READ_BYTES_A_SECOND = 10_000
_READER_WINDOW = 16 * 1024
"""Receive buffer in bytes, so that the system does not read ahead for a slow reader."""
_SENT_BYTES = 10_000_000
"""What a slow sender says it will send."""
_BEGIN = wav(data_size=_SENT_BYTES)
"""Of silence to come."""
REFUSALS = ("429", "503")
"""For want of a place: of those that one address may have, or of any."""
AGAIN = "429 or 503, then again"
"""How an answer is noted after which the client came back."""
_RETRY_SECONDS = 60
_AGAIN_SECONDS = 5


@dataclass
class Seen:
    """What came of the clients: statuses, and how long each client was served, in seconds."""

    answers: Counter[str] = field(default_factory=Counter)
    seconds: list[float] = field(default_factory=list)

    def note(self, answer: str, began: float) -> None:
        self.answers[answer] += 1
        self.seconds.append(time.monotonic() - began)


async def send_slowly(url: str, fields: dict[str, str], seen: Seen, until: float) -> None:
    """Send an upload, credentials first, a few bytes a second, until it is answered or it is `until`."""
    began = time.monotonic()
    reader, writer = await _connect(url)
    try:
        writer.write(begun_upload(fields, _BEGIN, more=_SENT_BYTES))
        answer = asyncio.ensure_future(reader.readline())
        while not answer.done() and time.monotonic() < until:
            writer.write(bytes(SEND_BYTES_A_SECOND))
            with suppress(TimeoutError):
                await asyncio.wait_for(asyncio.shield(answer), 1)
        seen.note(answer.result().decode().split()[1] if answer.done() else "none", began)
        answer.cancel()
    except (OSError, IndexError):
        seen.note("closed", began)
    finally:
        writer.close()


async def read_slowly(url: str, link: str, seen: Seen, until: float) -> None:
    """Read a record, a few kilobytes a second, until it is `until`; where there is no place, try again."""
    began = time.monotonic()
    reader, writer = await _connect(url, _READER_WINDOW)
    try:
        writer.write(f"GET {link} HTTP/1.1\r\nHost: {urlsplit(url).netloc}\r\n\r\n".encode())
        status = (await reader.readline()).decode().split()[1]
        if status in REFUSALS:
            seen.answers[AGAIN] += 1
            await asyncio.sleep(_AGAIN_SECONDS)
            return await read_slowly(url, link, seen, until)
        while time.monotonic() < until:
            if not await reader.read(READ_BYTES_A_SECOND):
                status = "closed"
                break
            await asyncio.sleep(1)
        seen.note(status, began)
    except (OSError, IndexError):
        seen.note("closed", began)
    finally:
        writer.transport.abort()


async def use_normally(url: str, fields: dict[str, str], wav: bytes, up: Seen, down: Seen, until: float) -> None:
    """Upload and download over and over; where the service says to come back later, do so."""
    async with httpx.AsyncClient(base_url=url, timeout=60, trust_env=False) as client:

        async def upload() -> httpx.Response:
            return await client.post("/add_track", data=fields, files={"wav_file": ("a.wav", wav)})

        while time.monotonic() < until:
            answer = await _patiently(upload, up)
            if answer.status_code == 201:
                location = path_of(answer)
                await _patiently(lambda location=location: client.get(location), down)  # type: ignore[misc] # mypy cannot infer a lambda's default
            await asyncio.sleep(0.2)


async def _patiently(call: Callable[[], Awaitable[httpx.Response]], seen: Seen) -> httpx.Response:
    """The answer, after as many `Retry-After` as it takes; noted with the time all of it took."""
    began = time.monotonic()
    answer = await call()
    while str(answer.status_code) in REFUSALS and time.monotonic() < began + _RETRY_SECONDS:
        seen.answers[AGAIN] += 1
        await asyncio.sleep(int(answer.headers["retry-after"]))
        answer = await call()
    seen.note(str(answer.status_code), began)
    return answer


async def _connect(url: str, window: int | None = None) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    address = urlsplit(url)
    connection = socket.socket()
    connection.setblocking(False)
    if window is not None:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, window)
    await asyncio.get_running_loop().sock_connect(connection, (address.hostname, address.port))
    return await asyncio.open_connection(sock=connection, limit=_READER_WINDOW)

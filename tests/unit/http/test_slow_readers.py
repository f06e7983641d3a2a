"""Clients that take their answers too slowly, by a clock that only waiting for them moves."""

import asyncio
import json
from collections.abc import Callable
from typing import Any

import pytest

from domain.output.format import Mp3Quality, mp3_format
from domain.recording.format import SampleEncoding, WavFormat
from entrypoints.http.server.slow_readers import DROP, SMALL_BYTES, end_slow_responses
from entrypoints.settings.requests import Requests
from tests.logs import captured_logs

BLOCK = 8192 * 10
SETTINGS = Requests(min_download_rate=8192, download_grace=30)


class Client:
    """A server's `send` to a client that takes `seconds(number)` for the block with this number.

    The server waits for a block when the next one is sent. Time is the loop's, which passes here alone.
    """

    def __init__(self, monkeypatch: pytest.MonkeyPatch, seconds: Callable[[int], float]) -> None:
        self.now = 0.0
        self.taken = 0
        self.aborted = 0
        self._seconds = seconds
        self._number = 0
        self._waiting = 0
        self._deadline = 0.0
        self._timeout = asyncio.timeout
        monkeypatch.setattr("entrypoints.http.server.slow_readers.asyncio", self)

    def get_running_loop(self) -> Any:
        return self

    def time(self) -> float:
        return self.now

    def timeout(self, seconds: float) -> Any:
        self._deadline = self.now + seconds
        return self._timeout(None)

    async def send(self, message: Any) -> None:
        if self._waiting:
            self._number += 1
            self.now += self._seconds(self._number)
            if self.now > self._deadline:
                self.now = self._deadline
                raise TimeoutError
            self.taken += self._waiting
        self._waiting = len(message.get("body", b""))

    def abort(self) -> None:
        self.aborted += 1


async def answer(client: Client, blocks: int, own_seconds: float = 0, settings: Requests = SETTINGS) -> int:
    """How many blocks an application got to send."""
    sent = 0

    async def application(scope: Any, receive: Any, send: Any) -> None:
        nonlocal sent
        await send({"type": "http.response.start", "status": 200, "headers": []})
        for number in range(blocks):
            client.now += own_seconds
            await send({"type": "http.response.body", "body": bytes(BLOCK), "more_body": number < blocks - 1})
            sent += not client.aborted

    scope: Any = {"type": "http", "path": "/record", "state": {DROP: client.abort}}
    nothing: Any = None
    await end_slow_responses(application, settings)(scope, nothing, client.send)
    return sent


@pytest.mark.parametrize(
    ("seconds", "own_seconds"),
    [
        (lambda number: 0, 0),
        (lambda number: 0, 3600),  # we took hours, the client no time
        (lambda number: 9.9, 0),
        (lambda number: 10, 0),
        (lambda number: 40 * (number == 1), 0),  # the grace, and what the block may take
        (lambda number: 39 * (number % 5 == 0), 0),
    ],
)
async def test_who_is_fast_enough_gets_everything(
    monkeypatch: pytest.MonkeyPatch, seconds: Callable[[int], float], own_seconds: float
) -> None:
    client = Client(monkeypatch, seconds)
    assert await answer(client, 500, own_seconds) == 500
    assert (client.taken, client.aborted) == (500 * BLOCK, 0)


async def test_a_player_may_take_the_smallest_mp3_as_it_plays_it(monkeypatch: pytest.MonkeyPatch) -> None:
    telephone = WavFormat(SampleEncoding.GSM_610, 1, 0, 8000, 65, 320)
    bit_rate = mp3_format(telephone, 1, Mp3Quality(bit_rate=128)).quality.bit_rate
    assert bit_rate == 16
    client = Client(monkeypatch, lambda number: BLOCK * 8 / (bit_rate * 1000))

    assert await answer(client, 500, settings=Requests()) == 500
    assert client.aborted == 0


@pytest.mark.parametrize(
    ("seconds", "blocks", "after"),
    [
        (lambda number: 1e9, 1, 40),
        (lambda number: 11, 31, 330 + 10),
        (lambda number: 20, 4, 70),
        (lambda number: 0 if number < 400 else 1e9, 400, 40),  # what the system took at once is no credit
    ],
)
async def test_h34_who_keeps_us_waiting_is_cut_off_when_the_time_is_up(
    monkeypatch: pytest.MonkeyPatch, seconds: Callable[[int], float], blocks: int, after: float
) -> None:
    client = Client(monkeypatch, seconds)
    with captured_logs("json") as log:
        assert await answer(client, 500) == blocks
    assert client.aborted == 1
    assert client.now == pytest.approx(after)
    [line] = [json.loads(line) for line in log.getvalue().splitlines()]
    assert (line["event"], line["level"], line["sent"]) == ("client too slow", "info", blocks * BLOCK)


async def test_h34_a_client_that_takes_nothing_is_cut_off_by_real_time() -> None:
    aborted = asyncio.Event()
    nothing: Any = None

    async def send(message: Any) -> None:
        if message["type"] == "http.response.body":
            await aborted.wait()

    async def application(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"x", "more_body": True})
        assert aborted.is_set()

    scope: Any = {"type": "http", "path": "/", "state": {DROP: aborted.set}}
    settings = Requests(min_download_rate=1 << 30, download_grace=0)
    await end_slow_responses(application, settings)(scope, nothing, send)


async def test_nothing_but_requests_is_watched() -> None:
    nothing: Any = None
    seen: list[Any] = []

    async def application(scope: Any, receive: Any, send: Any) -> None:
        seen.append(send)

    lifespan: Any = {"type": "lifespan"}
    await end_slow_responses(application, SETTINGS)(lifespan, nothing, nothing)
    assert seen == [None]


@pytest.mark.parametrize(
    ("size", "parts"), [(0, [0]), (SMALL_BYTES, [SMALL_BYTES]), (SMALL_BYTES + 1, [SMALL_BYTES + 1, 0])]
)
async def test_a_small_answer_is_sent_at_once_and_a_larger_one_is_waited_for(size: int, parts: list[int]) -> None:
    sent: list[Any] = []
    nothing: Any = None

    async def application(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": bytes(size), "more_body": False})

    async def send(message: Any) -> None:
        sent.append(message)

    await end_slow_responses(application, SETTINGS)({"type": "http", "state": {}}, nothing, send)  # type: ignore[arg-type] # it looks at no more
    assert [len(message["body"]) for message in sent[1:]] == parts
    assert [message["more_body"] for message in sent[1:]] == [True] * (len(parts) - 1) + [False]

"""How long a body may take."""

import asyncio
from contextlib import aclosing
from typing import Any

import pytest
from litestar import Request

from domain.errors import RecordingTooLarge
from entrypoints.http.errors import ClientGone, UploadTooSlow
from entrypoints.http.requests.body import BodyPace, body_blocks

NEVER = 1e9


class FakeLoopTime:
    """A client and a service that take so many seconds of the loop's time, none of which passes."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = 0.0
        loop = asyncio.get_running_loop()
        monkeypatch.setattr("entrypoints.http.requests.body.asyncio", self)
        self.get_running_loop = lambda: self
        self._loop = loop

    def time(self) -> float:
        return self.now

    def timeout_at(self, moment: float) -> Any:
        self.moment = moment
        return asyncio.timeout(None if moment > self.now else 0)


def request_of(receive: Any) -> Request[Any, Any, Any]:
    """A request of which nothing but its body is looked at."""
    scope: Any = {"type": "http", "headers": []}
    return Request(scope, receive=receive)


async def read(waits: list[tuple[float, int]], pace: BodyPace, own_seconds: float, time: FakeLoopTime) -> int:
    """How many bytes come of a client that keeps the service waiting so many seconds for so many bytes each."""
    messages = [
        (wait, {"type": "http.request", "body": bytes(size), "more_body": n < len(waits) - 1})
        for n, (wait, size) in enumerate(waits)
    ]

    async def receive() -> Any:
        wait, message = messages.pop(0)
        if time.now + wait > time.moment:
            time.now = time.moment
            raise TimeoutError
        time.now += wait
        return message

    request = request_of(receive)
    received = 0
    async with aclosing(body_blocks(request, 1 << 40, RecordingTooLarge(1 << 40), pace)) as body:
        async for block in body:
            received += len(block)
            time.now += own_seconds
    return received


PACE = BodyPace(rate=8192, grace=10, longest=1000)


@pytest.mark.parametrize(
    ("waits", "own_seconds"),
    [
        ([(9.9, 1)], 0),
        ([(0.9, 8192)] * 500, 0),
        ([(1.0, 8192)] * 500, 0),
        ([(10.0, 80_000), (9.0, 1)], 0),
        ([(0.0, 10)] * 20, 40),  # we took 800 seconds, the client none
        ([(0.4, 10)] * 20, 40),
    ],
)
async def test_who_is_fast_enough_is_never_refused(
    monkeypatch: pytest.MonkeyPatch, waits: list[tuple[float, int]], own_seconds: float
) -> None:
    assert await read(waits, PACE, own_seconds, FakeLoopTime(monkeypatch)) == sum(size for _, size in waits)


@pytest.mark.parametrize(
    ("waits", "own_seconds", "after"),
    [
        ([(NEVER, 1)], 0, 10),
        ([(1.0, 100)] * 60, 0, 10.1),
        ([(0.0, 8192 * 5), (NEVER, 1)], 0, 15),
        ([(0.0, 8192 * 5), (NEVER, 1)], 100, 115),
        ([(1.0, 819)] * 60, 40, 411.0),
    ],
)
async def test_who_keeps_us_waiting_is_refused_when_the_time_is_up(
    monkeypatch: pytest.MonkeyPatch, waits: list[tuple[float, int]], own_seconds: float, after: float
) -> None:
    time = FakeLoopTime(monkeypatch)
    with pytest.raises(UploadTooSlow, match="MIN_UPLOAD_RATE"):
        await read(waits, PACE, own_seconds, time)
    assert time.now == pytest.approx(after, abs=0.2)


@pytest.mark.parametrize("afterwards", [[(NEVER, 1)], [(6.0, 8192)] * 60, [(59.0, 8192)] * 2])
async def test_h35_who_was_fast_may_not_pause_for_hours(
    monkeypatch: pytest.MonkeyPatch, afterwards: list[tuple[float, int]]
) -> None:
    time = FakeLoopTime(monkeypatch)
    with pytest.raises(UploadTooSlow, match=r"60 seconds \(MAX_STALLED_SECONDS\)"):
        await read([(0.0, 8192 * 5000), *afterwards], PACE, 0, time)
    assert 60 <= time.now <= 72


async def test_all_of_it_has_an_end_whoever_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    time = FakeLoopTime(monkeypatch)
    with pytest.raises(UploadTooSlow, match="MAX_UPLOAD_SECONDS"):
        await read([(0.5, 100_000)] * 50, PACE, 40, time)
    assert time.now == pytest.approx(PACE.longest, abs=41)


async def test_a_client_that_leaves_is_not_slow() -> None:
    async def receive() -> Any:
        return {"type": "http.disconnect"}

    request = request_of(receive)
    with pytest.raises(ClientGone):
        await anext(body_blocks(request, 1, RecordingTooLarge(1), PACE))

"""Requests that wait since others are served, on real connections."""

import asyncio
import socket
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from application.admission import spacing
from application.admission.spacing import Spacing
from entrypoints.http.server.limit import space_requests
from entrypoints.http.server.refusal import answer_refused
from tests.integration.serving import connected, sent, serving
from tests.sockets import reset_on_close
from tests.waiting import wait_until

SELDOM = 0.001
"""Requests a second of one client: so few that within a test there is one."""
SECONDS = 20


class Service:
    """Answers 204, and knows which paths it has answered."""

    def __init__(self) -> None:
        self.spacing = Spacing(SELDOM, 0, time.monotonic)
        self.answered: list[str] = []

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        self.answered.append(scope["path"])
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body", "body": b"", "more_body": False})

    async def waits(self, count: int) -> None:
        """Return when so many requests wait."""
        await asyncio.to_thread(wait_until, lambda: sum(self.spacing.waiting().values()) == count)


@asynccontextmanager
async def served() -> AsyncIterator[tuple[Service, tuple[str, int]]]:
    """The service and its address, while somebody else is served."""
    service = Service()
    with service.spacing.presence("address 198.51.100.1"):
        async with serving(space_requests(answer_refused(service), service.spacing, ())) as address:
            yield service, address


async def asked(connection: socket.socket, path: str) -> None:
    await sent(connection, f"GET {path} HTTP/1.1\r\nHost: a\r\n\r\n".encode())


async def answer(connection: socket.socket) -> bytes:
    async with asyncio.timeout(SECONDS):
        return await asyncio.get_running_loop().sock_recv(connection, 1 << 12)


async def test_h42_who_left_while_waiting_is_not_answered_and_in_nobodys_way() -> None:
    async with served() as (service, address), connected(address) as first:
        await asked(first, "/first")
        assert (await answer(first)).startswith(b"HTTP/1.1 204")
        async with connected(address) as leaving:
            await asked(leaving, "/left")
            await service.waits(1)
            reset_on_close(leaving)
        await service.waits(0)
        assert service.answered == ["/first"]


@pytest.mark.parametrize("end", [socket.SHUT_RDWR, socket.SHUT_WR])
async def test_h42_who_waits_for_too_long_is_told_so_and_forgotten(end: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spacing, "WAIT_SECONDS", 0.1)
    async with served() as (service, address), connected(address) as first, connected(address) as second:
        await asked(first, "/first")
        await answer(first)
        await asked(second, "/second")
        second.shutdown(end)
        if end == socket.SHUT_WR:
            assert (await answer(second)).startswith(b"HTTP/1.1 503")
        await asked(first, "/third")  # which is told later, as it came later
        assert (await answer(first)).startswith(b"HTTP/1.1 503")
        await service.waits(0)
        assert service.answered == ["/first"]


async def test_h42_health_is_told_while_others_wait() -> None:
    async with served() as (service, address), connected(address) as first, connected(address) as second:
        await asked(first, "/first")
        await answer(first)
        await asked(second, "/second")
        await service.waits(1)
        await asked(first, "/health/live")
        assert (await answer(first)).startswith(b"HTTP/1.1 204")
        assert service.answered == ["/first", "/health/live"]

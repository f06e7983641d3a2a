"""Two users of a service in memory."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from entrypoints.http.app import create_app
from entrypoints.wiring.container import Container
from tests.unit.http.tracks import Owner


@pytest.fixture
async def ann(container: Container) -> AsyncIterator[Owner]:
    """A user of the running service."""
    app: Any = create_app(container)  # its types are narrower than those of httpx
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://here:5000") as client, container.running():
        yield await Owner.registered(client, "Ann")


@pytest.fixture
async def bob(ann: Owner) -> Owner:
    """Another one."""
    return await Owner.registered(ann.client, "Bob")

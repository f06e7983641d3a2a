"""What is looked at before a request is answered: its turn, and whether there is room for it."""

import asyncio
from typing import Any

import pytest

from application.admission.pace import Pace
from application.admission.places import Places
from application.admission.spacing import Spacing
from domain.errors import Overloaded
from entrypoints.http.server.limit import begin_in_turns, limit_requests, mark_spare, space_requests
from tests.unit.http.test_slices import nothing, scope_of


async def ignored(_: Any) -> None:
    """Sends nothing."""


def from_address(address: str) -> Any:
    return scope_of("/record") | {"client": (address, 1), "state": {}}


async def test_h40_another_client_is_answered_before_those_of_one_that_came_at_once() -> None:
    begun: list[str] = []

    async def app(scope: Any, *_: Any) -> None:
        begun.append(scope["client"][0])

    in_turns: Any = begin_in_turns(app, Pace(), ())
    requests = [asyncio.create_task(in_turns(from_address("203.0.113.7"), nothing, ignored)) for _ in range(300)]
    await asyncio.sleep(0)
    other = asyncio.create_task(in_turns(from_address("198.51.100.1"), nothing, ignored))
    await asyncio.wait([other])
    assert len(begun) <= 5
    await asyncio.gather(*requests)
    assert len(begun) == 301


async def test_h42_who_is_to_be_told_that_there_are_too_many_connections_does_not_wait() -> None:
    told: list[str] = []

    async def app(scope: Any, *_: Any) -> None:
        told.append(scope["path"])

    spacing = Spacing(0.001, 0, lambda: 0.0)
    spaced: Any = space_requests(app, spacing, ())
    with spacing.presence("address 198.51.100.1"):
        await spaced(from_address("203.0.113.7"), nothing, ignored)
        waiting = asyncio.create_task(spaced(from_address("203.0.113.7"), nothing, ignored))
        await asyncio.sleep(0)
        spare = from_address("203.0.113.7") | {"path": "/spare"}
        mark_spare(spare)
        await spaced(spare, nothing, ignored)
        assert told == ["/record", "/spare"]
        waiting.cancel()
        await asyncio.wait([waiting])
    assert spacing.waiting() == {}


@pytest.mark.parametrize(
    ("path", "method", "refused"),
    [
        ("/record", "GET", True),
        ("/record/talk.mp3", "GET", True),
        ("/record", "HEAD", False),
        ("/records", "GET", False),
        ("/", "GET", False),
    ],
)
async def test_h38_a_download_that_will_find_no_place_is_refused_before_it_is_looked_up(
    path: str, method: str, refused: bool
) -> None:
    downloads = Places(1, "downloads")
    seen: list[Any] = []

    async def app(scope: Any, *_: Any) -> None:
        seen.append(scope["state"].get("refused"))

    limited: Any = limit_requests(app, Places(10, "requests"), downloads, ())
    scope = scope_of(path) | {"method": method, "state": {}}
    await limited(scope, nothing, ignored)
    with downloads.take("address 203.0.113.7"):
        await limited(scope, nothing, ignored)
    assert seen[0] is None
    assert isinstance(seen[1], Overloaded) == refused

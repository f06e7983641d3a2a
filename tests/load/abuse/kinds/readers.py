"""Clients that take what they asked for as slowly as they are allowed to."""

import asyncio
from collections.abc import Awaitable, Callable

from tests.load.abuse.attack import Attack, Meets
from tests.load.abuse.client import Client, receive, send
from tests.load.abuse.requests import get

_WINDOW = 4096
"""Receive buffer in bytes."""
_STATUS_BYTES = 12
_ASKED = 4
"""How often each reader asks for it, at once: the system's own buffers hold the first answer or two."""
_READERS = 400
_AGAIN_SECONDS = 0.5
"""Who finds no place is back so soon."""
_SECONDS = 20.0
"""Longer than the grace that a slow client may have."""


async def _read(client: Client, path: bytes, bytes_a_second: int, *fields: bytes) -> None:
    """Take so many bytes a second of what is at the path, until there is no more."""
    with await client.connect(_WINDOW) as connection:
        await send(connection, get(path, client.target.host, *fields) * _ASKED)
        status = await receive(connection, _STATUS_BYTES)
        client.note(status)
        while status.endswith(b"200"):
            await asyncio.sleep(1)
            if not await receive(connection, bytes_a_second):
                client.seen["cut off"] += 1
                return


async def _read_page(client: Client, path: bytes) -> None:
    """As most browsers and some programs: one half compressed, the other not."""
    await _read(client, path, 1000, *([b"Accept-Encoding: gzip"] if client.rounds % 2 else []))


async def script(client: Client) -> None:
    """The largest of the assets."""
    await _read_page(client, b"/assets/swagger-ui-bundle.js")


async def schema(client: Client) -> None:
    """The description of the API."""
    await _read_page(client, b"/schema/openapi.json")


async def record_at_55(client: Client) -> None:
    """Enough to have taken something each minute."""
    await _read(client, client.target.record, 55)


async def record_at_22k(client: Client) -> None:
    """More than any minimum rate asks for."""
    await _read(client, client.target.record, 22_000)


def _attack(kind: str, name: str, what: str, reading: Callable[[Client], Awaitable[None]]) -> Attack:
    return Attack(
        kind, name, f"400 readers {what}", reading, Meets(("200", "cut off")), _READERS, _AGAIN_SECONDS, _SECONDS
    )


ATTACKS = (
    _attack("pages", "slow-script", "of /assets/swagger-ui-bundle.js at 1 KB/s, half of them compressed", script),
    _attack("pages", "slow-schema", "of /schema/openapi.json at 1 KB/s, half of them compressed", schema),
    _attack("records", "records-55", "of records at 55 B/s each, from one address", record_at_55),
    _attack("records", "records-22k", "of records at 22 KB/s each, from one address", record_at_22k),
)

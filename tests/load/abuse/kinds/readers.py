"""Clients that take what they asked for as slowly as they are allowed to."""

from collections.abc import Awaitable, Callable

from tests.load.abuse.attack import Attack, Meets
from tests.load.abuse.client import SMALL_WINDOW, Client, send
from tests.load.abuse.requests import get

_ASKED = 4
"""How often each reader asks for it, at once: the system's own buffers hold the first answer or two."""
_READERS = 400
_LITTLE_BYTES = 250_000
"""Some more than the system takes for a client that reads nothing, so that the service has sent all but the last."""
_MANY, _ADDRESSES = 3000, 10
"""Of 4,096 connections, 10 addresses get nearly 400 each."""
_AGAIN_SECONDS = 0.5
"""Who finds no place is back so soon."""
_MANY_AGAIN_SECONDS = 5.0
_MANY_ARRIVALS = 300
"""Of so many; it is not how many come at once that is tried here, but what each leaves behind."""
_SECONDS = 20.0
"""Longer than the grace that a slow client may have."""


async def _read(client: Client, path: bytes, bytes_a_second: int, *fields: bytes, asked: int = _ASKED) -> None:
    """Take so many bytes a second of what is at the path, until there is no more."""
    with await client.connect(SMALL_WINDOW) as connection:
        await send(connection, get(path, client.target.host, *fields) * asked)
        await client.take_slowly(connection, bytes_a_second)


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


async def _take_last(client: Client, path: bytes, *fields: bytes) -> None:
    """Ask for little once, and take a byte a second of it, or none."""
    await _read(client, path, client.rounds % 2, *fields, asked=1)


async def last_of_record(client: Client) -> None:
    """Of so much of a record that the last of it waits in the service."""
    await _take_last(client, client.target.record, b"Range: bytes=0-%d" % (_LITTLE_BYTES - 1))


async def last_of_script(client: Client) -> None:
    """Compressed, it is as little."""
    await _take_last(client, b"/assets/swagger-ui-bundle.js", b"Accept-Encoding: gzip")


def _attack(kind: str, name: str, what: str, reading: Callable[[Client], Awaitable[None]]) -> Attack:
    return Attack(
        kind, name, f"400 readers {what}", reading, Meets(("200", "cut off")), _READERS, _AGAIN_SECONDS, _SECONDS
    )


def _attack_by_many(name: str, what: str, reading: Callable[[Client], Awaitable[None]], status: str) -> Attack:
    what = f"3,000 readers of {what} who take a byte a second or none, from 10 addresses"
    meets = Meets((status, "cut off"))
    return Attack(
        "last-bytes", name, what, reading, meets, _MANY, _MANY_AGAIN_SECONDS, _SECONDS, _ADDRESSES, _MANY_ARRIVALS
    )


ATTACKS = (
    _attack("pages", "slow-script", "of /assets/swagger-ui-bundle.js at 1 KB/s, half of them compressed", script),
    _attack("pages", "slow-schema", "of /schema/openapi.json at 1 KB/s, half of them compressed", schema),
    _attack("records", "records-55", "of records at 55 B/s each, from one address", record_at_55),
    _attack("records", "records-22k", "of records at 22 KB/s each, from one address", record_at_22k),
    _attack_by_many("last-of-record", "250 KB of a record", last_of_record, "206"),
    _attack_by_many("last-of-script", "/assets/swagger-ui-bundle.js, compressed", last_of_script, "200"),
)

"""Requests that are refused for little, and whose heads are as long as may be and never the same."""

from collections.abc import Awaitable, Callable
from functools import cache

from tests.load.abuse.attack import Attack, Meets
from tests.load.abuse.client import Client
from tests.load.abuse.requests import get

_LONG = 60_000
"""Bytes; with the rest of a head below MAX_HEAD_BYTES."""
_SHORT = 1_900
"""With the rest of the target below 2,048, which is more than any call needs."""
_OTHERS = (b"/nothing", b"/assets/nothing", b"/", b"/health/live")
_PLACES = tuple(place for other in _OTHERS for place in (b"/record", other))
"""Every other one is the call that has a query."""
_FIELDS = (
    (b"Cookie: ", b"a%x=%x; "),
    (b"Content-Type: multipart/form-data; ", b"a%x=%x; "),
    (b"Host: ", b"a%x.%x."),
    (b"X-Forwarded-For: ", b"10.%x.1.1, 127.0.%x.1, "),
    (b"Accept: ", b"text/a%x;q=0.%x, "),
    (b"If-None-Match: ", b'"%x", W/"%x", '),
    (b"Authorization: Bearer ", b"a%x.%x"),
)


@cache
def _repeated(pattern: bytes, size: int) -> bytes:
    """The pattern with one number after the other, up to a size."""
    made, number = bytearray(), 0
    while len(made) < size:
        made += pattern % (number, number)
        number += 1
    return bytes(made[:size])


def _place(client: Client) -> bytes:
    return _PLACES[client.rounds % len(_PLACES)]


async def _query(client: Client, size: int) -> None:
    target = _place(client) + b"?id=" + client.unique + b"&" + _repeated(b"%x=%x&", size)
    await client.ask(get(target, client.target.host))


async def _path(client: Client, size: int) -> None:
    pattern = (b"/%x/%x", b"%%C3%%A9%x%x")[client.rounds % 2]
    await client.ask(get(_place(client) + client.unique + _repeated(pattern, size), client.target.host))


async def long_queries(client: Client) -> None:
    """A query of thousands of pairs."""
    await _query(client, _LONG)


async def short_queries(client: Client) -> None:
    """A query of hundreds of pairs."""
    await _query(client, _SHORT)


async def long_paths(client: Client) -> None:
    """A path of thousands of parts, or of as many characters that are written in percents."""
    await _path(client, _LONG)


async def short_paths(client: Client) -> None:
    """The same, of hundreds."""
    await _path(client, _SHORT)


async def long_fields(client: Client) -> None:
    """One field that fills the head."""
    name, pattern = _FIELDS[client.rounds % len(_FIELDS)]
    value = name + client.unique + _repeated(pattern, _LONG)
    host = value.removeprefix(b"Host: ") if name == b"Host: " else client.target.host
    await client.ask(get(_place(client), host, *([] if name == b"Host: " else [value])))


def _attack(name: str, what: str, asking: Callable[[Client], Awaitable[None]], meets: Meets) -> Attack:
    return Attack("heads", name, what, asking, meets, clients=8)


_TOO_LONG = Meets(("414",))
_HALF_ARE_RIGHT = Meets(("200", "404"), 0.3)
"""The rest is `/record` without a track."""

ATTACKS = (
    _attack("long-queries", "GETs of all kinds, each with another query of 60 KB", long_queries, _TOO_LONG),
    _attack("short-queries", "the same with queries of 1,900 bytes", short_queries, _HALF_ARE_RIGHT),
    _attack("long-paths", "GETs of paths that are not there, each another one of 60 KB", long_paths, _TOO_LONG),
    _attack("short-paths", "the same with paths of 1,900 bytes", short_paths, Meets(("404",))),
    _attack(
        "long-fields",
        "60 KB of cookies, content types, hosts, forwarded addresses, tags, tokens",
        long_fields,
        _HALF_ARE_RIGHT,
    ),
)

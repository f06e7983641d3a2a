"""Thousands of connections, each with as long a head as may be: of a request that is being answered, or was."""

from collections.abc import Awaitable, Callable
from functools import cache

from tests.load.abuse.attack import Attack, Meets
from tests.load.abuse.client import SMALL_WINDOW, Client, receive, send
from tests.load.abuse.requests import FORM, get, head

_KIND = "large-heads"
_HEAD_BYTES = 62_000
"""With the rest of a head below MAX_HEAD_BYTES."""
_FIELDS = (1, 80)
"""The head is one long field, or so many; the service takes 100."""
_CLIENTS, _ADDRESSES = 3000, 10
"""Of 4,096 connections, 10 addresses get nearly 400 each."""
_ANSWER_BYTES = 4096
_BODY_BYTES = 100_000_000
_PLACES = (b"/health/live", b"/nothing")
_ARRIVALS = 300
"""It is not how many come at once that is tried here, but what each leaves behind."""
_SOON_SECONDS, _LATER_SECONDS = 0.5, 5.0
"""After which come again those that the service has closed, as it does with any that are idle, and those it refused."""
_SECONDS = 20.0
_ANSWERED = Meets(("200", "404"), 0.3)
_AWAITED = Meets(("under way", "408", "200"), 0.01)
"""Of the others, there may be any number that the service ends, as too much waits in all of them."""


@cache
def _filling(fields: int) -> bytes:
    """So many fields, which have the size of the head together."""
    return b"\r\n".join(b"X-Filling-%d: %s" % (number, b"x" * (_HEAD_BYTES // fields)) for number in range(fields))


def _fields(client: Client) -> bytes:
    return _filling(_FIELDS[client.rounds // 2 % len(_FIELDS)])


async def idle(client: Client) -> None:
    """Be answered, and stay until the service closes."""
    request = get(_PLACES[client.rounds % 2], client.target.host, _fields(client))
    with await client.connect() as connection:
        await send(connection, request)
        client.note(await receive(connection, _ANSWER_BYTES))
        while await receive(connection, _ANSWER_BYTES):
            pass


async def awaited(client: Client) -> None:
    """Send nothing of the body that was announced, or take nothing of the record that was asked for."""
    host, fields = client.target.host, _fields(client)
    body = (b"Content-Type: " + FORM, b"Content-Length: %d" % _BODY_BYTES)
    upload = head(b"POST", b"/add_track", host, fields, *body)
    with await client.connect(SMALL_WINDOW) as connection:
        if client.rounds % 2:
            await send(connection, upload)
            with client.under_way():
                client.note(await receive(connection, _ANSWER_BYTES))
        else:
            await send(connection, get(client.target.record, host, fields))
            await client.take_slowly(connection, 0)


def _attack(
    name: str, what: str, asking: Callable[[Client], Awaitable[None]], meets: Meets, again_seconds: float
) -> Attack:
    return Attack(_KIND, name, f"3,000 {what}", asking, meets, _CLIENTS, again_seconds, _SECONDS, _ADDRESSES, _ARRIVALS)


ATTACKS = (
    _attack(
        "idle-heads", "connections that are idle after a head of 62 KB was answered", idle, _ANSWERED, _SOON_SECONDS
    ),
    _attack(
        "awaited-heads",
        "heads of 62 KB whose body is awaited, or whose answer is not read",
        awaited,
        _AWAITED,
        _LATER_SECONDS,
    ),
)

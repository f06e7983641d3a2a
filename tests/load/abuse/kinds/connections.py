"""Connections that are cut, left, or opened for nothing."""

from collections.abc import Awaitable, Callable

from tests.load.abuse.attack import Attack, Meets
from tests.load.abuse.client import Client, receive, send
from tests.load.abuse.requests import credentials_first, get, upload
from tests.sockets import reset_on_close
from tests.wavs import wav

_PIPELINED = 15
"""And half of one more; the service takes 16."""
_RECORDING = wav(bytes(200_000))
_SOME_BYTES = 100_000
_LEFT = 5000
_CLIENTS = 8
_AGAIN_SECONDS = 0.1
"""It is not the number of calls that is tried here, but what each leaves behind."""


async def _cut(client: Client, request: bytes, taken: int) -> None:
    """Send it, take so much of what comes, and be gone."""
    with await client.connect() as connection:
        reset_on_close(connection)
        await send(connection, request)
        if taken:
            client.note(await receive(connection, taken))
        else:
            client.seen["cut"] += 1


async def cut_pipelines(client: Client) -> None:
    """Requests that wait for the answer to the one before them."""
    request = get(client.target.record, client.target.host)
    await _cut(client, request * _PIPELINED + request[: len(request) // 2], _SOME_BYTES)


async def left(client: Client) -> None:
    """Not a byte of a request, until the service closes."""
    with await client.connect() as connection:
        client.seen["opened"] += 1
        await receive(connection, 1)


async def resets(client: Client) -> None:
    """In the middle of an upload, and of a download."""
    if client.rounds % 2:
        await _cut(client, get(client.target.record, client.target.host), _SOME_BYTES)
    else:
        whole = upload(client.target.host, credentials_first(client.user, _RECORDING))
        await _cut(client, whole[: len(whole) // 2], 0)


def _attack(
    name: str, what: str, cutting: Callable[[Client], Awaitable[None]], meets: Meets, clients: int = _CLIENTS
) -> Attack:
    return Attack("connections", name, what, cutting, meets, clients, _AGAIN_SECONDS)


ATTACKS = (
    _attack("cut-pipelines", "15 downloads and a half are asked for at once, and cut", cut_pipelines, Meets(("200",))),
    _attack(
        "left",
        "5,000 connections are left, and opened again where they are closed",
        left,
        Meets(("opened",), 0.4),
        _LEFT,
    ),
    _attack("resets", "uploads and downloads are cut by RST in the middle", resets, Meets(("200", "cut"))),
)

"""Connections that are cut, left, or opened for nothing."""

import socket
import struct

from tests.load.abuse.attack import Attack
from tests.load.abuse.client import Client, receive, send
from tests.load.abuse.requests import credentials_first, get, upload
from tests.wavs import wav

_PIPELINED = 15
"""And half of one more; the service takes 16."""
_RECORDING = wav(bytes(1_000_000))
_SOME_BYTES = 100_000
_RESET = struct.pack("ii", 1, 0)
"""SO_LINGER of no time: what is on its way is thrown away, and the other side gets RST (socket(7))."""
_LEFT = 5000
_CLIENTS = 8


async def _cut(client: Client, request: bytes, taken: int) -> None:
    """Send it, take so much of what comes, and be gone."""
    with await client.connect() as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
        await send(connection, request)
        client.note(await receive(connection, taken) if taken else b"HTTP/1.1 cut")


async def cut_pipelines(client: Client) -> None:
    """Requests that wait for the answer to the one before them."""
    request = get(client.target.record, client.target.host)
    await _cut(client, request * _PIPELINED + request[: len(request) // 2], _SOME_BYTES)


async def left(client: Client) -> None:
    """Not a byte of a request, until the service closes."""
    with await client.connect() as connection:
        client.note(b"HTTP/1.1 opened")
        await receive(connection, 1)


async def resets(client: Client) -> None:
    """In the middle of an upload, and of a download."""
    if client.rounds % 2:
        await _cut(client, get(client.target.record, client.target.host), _SOME_BYTES)
    else:
        whole = upload(client.target.host, credentials_first(client.user, _RECORDING))
        await _cut(client, whole[: len(whole) // 2], 0)


ATTACKS = (
    Attack("connections", "cut-pipelines", "15 downloads and a half at once, which are cut", cut_pipelines, _CLIENTS),
    Attack(
        "connections", "left", "5,000 connections that are left, and opened again where they are closed", left, _LEFT
    ),
    Attack("connections", "resets", "uploads and downloads that are cut by RST in the middle", resets, _CLIENTS),
)

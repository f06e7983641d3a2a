"""Bodies in pieces of a byte, to where a body is wanted and to where none is."""

import asyncio
from collections.abc import Awaitable, Callable
from functools import cache

from entrypoints.http.server.pieces import FREE_PIECES, MIN_PIECE_BYTES
from tests.forms import text_parts
from tests.load.abuse.attack import Attack, Meets
from tests.load.abuse.client import Client, receive, send
from tests.load.abuse.requests import (
    CHUNKED,
    FILE_HEAD,
    FORM,
    FORM_END,
    LAST_CHUNK,
    head,
    in_one_chunk,
    in_silent_chunks,
)
from tests.wavs import wav

CHUNKS = 200_000
"""1.2 MB on the wire, 4.4 MB where each has 16 bytes."""
SEGMENTS = 4000
_SEGMENT_SECONDS = 0.001
_ANSWER_BYTES = 4096
_JSON, _ANYTHING = b"application/json", b"application/octet-stream"
_REFUSED = ((b"POST", b"/register", _JSON), (b"GET", b"/record", _ANYTHING), (b"POST", b"/nothing", _ANYTHING))
_AGAIN_SECONDS = 0.05
_TOO_SMALL = f"a body in more than {FREE_PIECES} pieces of less than {MIN_PIECE_BYTES} bytes"
_TAKEN_IN_TURN = Meets(("201",), 0.3, _TOO_SMALL)
"""Each other upload, whose chunks are just large enough; the rest ends its connection."""
_ENDED = Meets(("400",), 0.5, _TOO_SMALL)
"""Chunks of a byte end the connection; a reset may overtake the answer."""
_WAITED_FOR = Meets(("under way", "200", "404", "408"), 0.3)
"""Segments are fewer than that; most of these bodies have no end, others are answered before it and may be reset."""


def _upload(client: Client, chunk_bytes: int) -> bytes:
    """The beginning of an upload, up to the sound; chunked."""
    body = text_parts(client.user) + FILE_HEAD + wav(data_size=CHUNKS * chunk_bytes)
    return head(b"POST", b"/add_track", client.target.host, b"Content-Type: " + FORM, CHUNKED) + in_one_chunk(body)


def _refused(client: Client) -> bytes:
    """The head of a request that wants no such body; chunked."""
    method, path, kind = _REFUSED[client.rounds % len(_REFUSED)]
    path = client.target.record if method == b"GET" else path
    return head(method, path, client.target.host, b"Content-Type: " + kind, CHUNKED)


@cache
def _chunks(size: int) -> bytes:
    return in_silent_chunks(CHUNKS, size) + in_one_chunk(b"\r\n" + FORM_END) + LAST_CHUNK


async def _in_chunks(client: Client, begin: bytes, chunk_bytes: int) -> None:
    """Send it all, whatever is answered meanwhile, then look what was."""
    with await client.connect() as connection:
        await send(connection, begin + _chunks(chunk_bytes))
        client.note(await receive(connection, _ANSWER_BYTES))


async def _in_segments(client: Client, begin: bytes) -> None:
    """The same, each byte in a segment of its own."""
    with await client.connect() as connection, client.under_way():
        for byte in (begin + _chunks(1)[:SEGMENTS])[:SEGMENTS]:
            await send(connection, bytes([byte]))
            await asyncio.sleep(_SEGMENT_SECONDS)
        client.note(await receive(connection, _ANSWER_BYTES))


async def uploaded_chunks(client: Client) -> None:
    """The sound of a recording."""
    chunk_bytes = (1, MIN_PIECE_BYTES)[client.rounds % 2]
    await _in_chunks(client, _upload(client, chunk_bytes), chunk_bytes)


async def refused_chunks(client: Client) -> None:
    """What is read only so that the refusal is."""
    await _in_chunks(client, _refused(client), 1)


async def segments(client: Client) -> None:
    """Of the one and of the other."""
    await _in_segments(client, _refused(client) if client.rounds % 2 else _upload(client, 1))


def _attack(name: str, what: str, sending: Callable[[Client], Awaitable[None]], meets: Meets, clients: int) -> Attack:
    return Attack("pieces", name, what, sending, meets, clients, _AGAIN_SECONDS)


ATTACKS = (
    _attack("uploaded-chunks", "uploads in 200,000 chunks of a byte, or of 16", uploaded_chunks, _TAKEN_IN_TURN, 4),
    _attack(
        "refused-chunks",
        "chunks of a byte to /register, to GET /record, to what is not there",
        refused_chunks,
        _ENDED,
        4,
    ),
    _attack(
        "segments", "both in TCP segments of a byte, heads too, up to 1,000/s on each of 16", segments, _WAITED_FOR, 16
    ),
)

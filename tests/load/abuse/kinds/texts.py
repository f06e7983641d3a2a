"""Recordings that are short and have as much around their sound as a file may have, each by a user with a token."""

import struct
from collections.abc import Callable
from functools import cache

from domain.tags import ID3_FRAMES
from tests.load.abuse.attack import Attack, Meets
from tests.load.abuse.client import Client
from tests.load.abuse.requests import credentials_first, upload
from tests.wavs import Chunk, wav

_NAMES = (b"ICMT", b"INAM", b"IART", b"ISFT")
LISTS = 16
"""Of 64 KiB each: a MB of texts."""
_LIST_BYTES = 64 * 1024
TINY_CHUNKS = 100_000
_CHUNKS_TAKEN = 990
"""Up to 1,000 may come before the sound."""
_NOTHING = b"\x01" * 232
"""Characters that are looked at, and of which nothing is left."""
_LINES = b"\n\x0b" * 116
"""A comment of lines, each of which is looked at on its own."""
_MARKS = "e\u0301\u0323\u0302\u0330".encode() * 400
_ALTERNATING = "a\u0323\u0301".encode() * 800
_ID3_FRAME_HEAD = struct.Struct(">4sI2s")
_ID3_HEAD_BYTES = 10
_CLIENTS = 8
_TAKEN = Meets(("201",))


def _info(text: bytes, *names: bytes) -> Chunk:
    """A list of as many such texts as there is room for, by these names or by some that count."""
    one = b"".join(name + struct.pack("<I", len(text)) + text for name in names or _NAMES)
    return b"LIST", (b"INFO" + one * (_LIST_BYTES // len(one)))[:_LIST_BYTES]


def _id3(text: bytes) -> Chunk:
    """A tag of version 2.3 that is full of texts."""
    body = b"\x03" + text
    frames = b"".join(_ID3_FRAME_HEAD.pack(name.encode(), len(body), b"\0\0") + body for name in ID3_FRAMES)
    frames *= (_LIST_BYTES - _ID3_HEAD_BYTES) // len(frames)
    size = bytes(len(frames) >> shift & 0x7F for shift in (21, 14, 7, 0))
    return b"id3 ", b"ID3\x03\x00\x00" + size + frames


_AROUND: dict[str, Callable[[], list[Chunk]]] = {
    "tiny": lambda: [_info(b"")] * LISTS,
    "nothing": lambda: [_info(_NOTHING)] * LISTS,
    "lines": lambda: [_info(_LINES, b"ICMT")] * LISTS,
    "marks": lambda: [_info(_MARKS), _info(_ALTERNATING)] * (LISTS // 2),
    "id3": lambda: [_id3(_NOTHING * 5)] * LISTS,
    "chunks": lambda: [(b"junk", b""), (b"LIST", b"")] * (_CHUNKS_TAKEN // 2),
    "bomb": lambda: [(b"junk", b""), (b"LIST", b"")] * (TINY_CHUNKS // 2),
}


@cache
def _recording(around: str, *, behind: bool) -> bytes:
    """A second of silence, with these chunks before or behind it."""
    chunks = _AROUND[around]()
    return wav(bytes(16_000), before=[] if behind else chunks, after=chunks if behind else [])


async def _send(client: Client, *kinds: str) -> None:
    """One recording of each kind, before and behind the sound in turn."""
    kind = kinds[client.rounds // 2 % len(kinds)]
    recording = _recording(kind, behind=bool(client.rounds % 2))
    await client.ask(upload(client.target.host, credentials_first(client.user, recording)))


async def info_texts(client: Client) -> None:
    """Thousands of tiny texts, or hundreds of which nothing is left, some of them in many lines."""
    await _send(client, "tiny", "nothing", "lines")


async def combining_marks(client: Client) -> None:
    """Texts that have to be put in order."""
    await _send(client, "marks")


async def id3_frames(client: Client) -> None:
    """Tags that are full of frames."""
    await _send(client, "id3")


async def tiny_chunks(client: Client) -> None:
    """As many chunks as are taken, and many more."""
    await _send(client, "chunks", "bomb")


ATTACKS = (
    Attack(
        "texts",
        "info-texts",
        "uploads with 1 MB of tiny and of empty texts in INFO lists",
        info_texts,
        _TAKEN,
        _CLIENTS,
    ),
    Attack(
        "texts", "combining-marks", "uploads with 1 MB of combining marks in texts", combining_marks, _TAKEN, _CLIENTS
    ),
    Attack("texts", "id3-frames", "uploads with 1 MB of frames in ID3 tags", id3_frames, _TAKEN, _CLIENTS),
    Attack(
        "texts",
        "tiny-chunks",
        "uploads of 990 and of 100,000 empty chunks",
        tiny_chunks,
        Meets(("201", "422")),
        _CLIENTS,
    ),
)

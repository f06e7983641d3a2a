"""Builds the chunks in which recorders and editors write about a recording."""

import struct
from collections.abc import Iterable

from tests.wavs import Chunk

BEXT_TEXTS = (256, 32, 32, 10, 8)
CART_TEXTS = (4, 64, 64, 64, 64, 64, 64, 64, 10, 8, 10, 8, 64, 64, 64)
NO_LOUDNESS = 0x7FFF


def order(*, big_endian: bool) -> str:
    return ">" if big_endian else "<"


def bext(
    *texts: bytes,
    time_reference: int = 0,
    version: int = 2,
    umid: bytes = b"",
    loudness: Iterable[int] = (NO_LOUDNESS,) * 5,
    history: bytes = b"",
    big_endian: bool = False,
) -> bytes:
    """The body of a `bext` chunk: description, originator, its reference, date, time; loudness in hundredths."""
    head = b"".join(text.ljust(size, b"\0") for text, size in zip(texts, BEXT_TEXTS, strict=True))
    low, high = time_reference & 0xFFFFFFFF, time_reference >> 32
    numbers = struct.pack(f"{order(big_endian=big_endian)}IIH", low, high, version)
    levels = struct.pack(f"{order(big_endian=big_endian)}5h", *loudness)
    return head + numbers + umid.ljust(64, b"\0") + levels + bytes(180) + history


def cart(
    *texts: bytes,
    level: int = 0,
    timers: Iterable[tuple[bytes, int]] = (),
    url: bytes = b"",
    tag_text: bytes = b"",
    big_endian: bool = False,
) -> bytes:
    """The body of a `cart` chunk: its texts from version to user definition, and what comes behind them."""
    head = b"".join(text.ljust(size, b"\0") for text, size in zip(texts, CART_TEXTS, strict=True))
    layout = order(big_endian=big_endian)
    posts = b"".join(name + struct.pack(f"{layout}I", value) for name, value in timers).ljust(64, b"\0")
    return head + struct.pack(f"{layout}i", level) + posts + bytes(276) + url.ljust(1024, b"\0") + tag_text


def cue(*samples: int, names: Iterable[int] | None = None, big_endian: bool = False) -> bytes:
    """The body of a `cue ` chunk with points at these samples, called 1, 2, 3… unless they have other names."""
    layout = order(big_endian=big_endian)
    points = zip(names or range(1, len(samples) + 1), samples, strict=True)
    body = b"".join(struct.pack(f"{layout}II4sIII", name, at, b"data", 0, 0, at) for name, at in points)
    return struct.pack(f"{layout}I", len(samples)) + body


def note(name: bytes, point: int, text: bytes, *, big_endian: bool = False) -> Chunk:
    """A `labl` or `note` of a point."""
    return name, struct.pack(f"{order(big_endian=big_endian)}I", point) + text


def region(point: int, length: int, text: bytes = b"", *, page: int = 0, big_endian: bool = False) -> Chunk:
    """An `ltxt` that makes a region of a point."""
    return b"ltxt", struct.pack(f"{order(big_endian=big_endian)}II4s4H", point, length, b"rgn ", 0, 0, 0, page) + text


def adtl(*chunks: Chunk, big_endian: bool = False, pad: bool = True) -> Chunk:
    """A `LIST` chunk of type `adtl`."""
    layout = order(big_endian=big_endian)
    return b"LIST", b"adtl" + b"".join(
        name + struct.pack(f"{layout}I", len(body)) + body + bytes(len(body) % 2 if pad else 0) for name, body in chunks
    )


def cset(page: int, *, big_endian: bool = False) -> Chunk:
    """A `CSET` chunk that declares a code page."""
    return b"CSET", struct.pack(f"{order(big_endian=big_endian)}4H", page, 0, 0, 0)

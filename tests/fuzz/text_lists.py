"""Chunks of texts, right or wrong in every way that a writer of texts can be wrong."""

import struct
from collections.abc import Callable
from random import Random

from tests.passports import adtl, bext, cart, cset, cue, note, region
from tests.texts import frame, id3
from tests.wavs import Chunk

_NAMES = (b"INAM", b"IART", b"ICMT", b"ICRD", b"ISFT", b"ITRK", b"IGNR", b"ZZZZ", b"labl", b"LIST", b"\0\0\0\0")
_FRAMES = (b"TIT2", b"TPE1", b"TRCK", b"TYER", b"TDAT", b"TIME", b"TDRC", b"COMM", b"TXXX", b"APIC", b"T\0\0\0")
_TEXTS = (
    b"",
    b"\0",
    b"A title",
    b"a\0b\0c\0",
    b" \1\x1b\n\r\t ",
    "Größe, ы, 日本".encode(),
    "Песня".encode("cp1251"),
    "ab".encode("utf-16-le"),
    b"\xff\xfe" + "Größe".encode("utf-16-le") + b"\xd8",
    b"\xed\xa0\x80\xff\xc0",
    "a\u0301\u200b\u202e".encode() * 30,
    b"2026-99-99",
    b"9" * 300,
    b"Recorded at 19:17:30 05/12/2019 (UTC-5) by AudioMoth 24E144085F253D3B at medium gain",
    b"x" * 5000,
)
_MAX_TEXTS = 40


def text_chunk(random: Random, order: str) -> Chunk:
    """A chunk's name of four bytes and its body, in this order of bytes."""
    return random.choice(_KINDS)(random, order)


def _text(random: Random) -> bytes:
    text = random.choice(_TEXTS)
    return text if random.random() < 0.9 else text[: random.randrange(len(text) + 1)]


def _list(random: Random, order: str) -> Chunk:
    """Of type `INFO` most often; sizes and pads of its texts may lie."""
    kind = random.choice((b"INFO", b"INFO", b"INFO", b"adtl", b"exif", b"", b"IN"))
    chunks = []
    for _ in range(random.choice((0, 1, 2, 5, _MAX_TEXTS))):
        text = _text(random)
        lies = random.random() < 0.1
        size = random.choice((0, len(text) + 1, 0x7FFFFFFF, 0xFFFFFFFF)) if lies else len(text)
        pad = bytes(len(text) % 2) if random.random() < 0.8 else bytes(random.randrange(4))
        chunks.append(random.choice(_NAMES) + struct.pack(f"{order}I", size) + text + pad)
    return b"LIST", kind + b"".join(chunks)


def _tag(random: Random, order: str) -> Chunk:
    """An ID3v2 tag, of which size, version, flags and frames may lie."""
    version = random.choice((2, 3, 4, 4, 9))
    frames = []
    for _ in range(random.choice((0, 1, 5, _MAX_TEXTS))):
        name = random.choice(_FRAMES)[: 3 if version == 2 else 4]
        size = random.randbytes(4) if random.random() < 0.1 and version != 2 else None
        body = bytes([random.choice((0, 1, 2, 3, 9))]) + _text(random)
        frames.append(frame(min(version, 4), name, body, random.choice((0, 0, 0, 0xFFFF)), size))
    size_of_all = random.choice((None, None, None, 0, 5, (1 << 28) - 1))
    return b"id3 ", id3(version, *frames, flags=random.choice((0, 0, 0, 0x40, 0x80, 0xFF)), size=size_of_all)


def _notes(random: Random, order: str) -> Chunk:
    big_endian = order == ">"
    chunks = [
        random.choice((note(b"labl", point, _text(random), big_endian=big_endian), region(point, 9, _text(random))))
        for point in random.choices(range(5), k=random.choice((1, 3, _MAX_TEXTS)))
    ]
    return adtl(*chunks, big_endian=big_endian, pad=random.random() < 0.8)


def _points(random: Random, order: str) -> Chunk:
    body = cue(*random.choices((0, 1, 5, 1600, 0xFFFFFFFF), k=random.choice((0, 1, 3, 300))), big_endian=order == ">")
    claimed = struct.pack(f"{order}I", random.choice((0, 1, 0xFFFFFFFF)))
    return b"cue ", body if random.random() < 0.7 else claimed + body[4:]


def _broadcast(random: Random, order: str) -> Chunk:
    texts = [_text(random)[:size] for size in (256, 32, 32, 10, 8)]
    body = bext(*texts, version=random.choice((0, 1, 2, 0xFFFF)), history=_text(random), big_endian=order == ">")
    return b"bext", body[: random.choice((len(body), 256, 340, 348, 412, 602))]


def _cart(random: Random, order: str) -> Chunk:
    body = cart(*[_text(random)[:8] for _ in range(15)], tag_text=_text(random), big_endian=order == ">")
    return b"cart", body[: random.choice((len(body), 4, 684, 700, 1024, 2048))]


def _markup(random: Random, order: str) -> Chunk:
    element = random.choice(
        (b"<A>%s</A>", b"<A><B>%s", b"</A>%s", b'<A b="%s"/>', b"<!DOCTYPE a [%s]>", b"&%s;", b"%s")
    )
    head = random.choice((b"", b"<?xml version='1.0' encoding='UTF-16'?>", b"\xef\xbb\xbf"))
    return b"iXML", head + b"<BWFXML>" + b"".join(element.replace(b"%s", _text(random)) for _ in range(5))


def _detector(random: Random, order: str) -> Chunk:
    lines = (random.choice((b"Note:", b"Make: ", b":", b"", b"a|b:")) + _text(random) for _ in range(8))
    return b"guan", b"\n".join(lines)


def _code_page(random: Random, order: str) -> Chunk:
    return cset(random.choice((0, 1, 932, 1200, 1251, 1252, 65001, 0xFFFF)), big_endian=order == ">")


_KINDS: tuple[Callable[[Random, str], Chunk], ...] = (
    _list,
    _list,
    _tag,
    _notes,
    _points,
    _broadcast,
    _cart,
    _markup,
    _detector,
    _code_page,
)

"""WAVs whose chunks cost a reader as much as they can: each with some sound, and what is said of it in one form.

`COSTLY_CHUNKS` makes chunks by name; all of a form together are about a megabyte where that costs most, else as small
as can be.
"""

from collections.abc import Callable, Iterable

from domain.recording.parser import MAX_CHUNKS as MOST_CHUNKS
from domain.recording.passport.cues import MAX_POINTS
from domain.recording.passport.entries import MAX_PIECES
from domain.recording.texts import MAX_CHUNK_BYTES, MAX_CHUNKS, MAX_TEXTS
from domain.tag_texts import MAX_COMMENT_LENGTH, MAX_TEXT_LENGTH
from tests.passports import adtl, cart, cset, cue, note, region
from tests.passports import bext as whole_bext
from tests.texts import bext, frame, id3, info
from tests.wavs import Chunk

_INFO_NAMES = (b"INAM", b"IART", b"IPRD", b"IPRT", b"IGNR", b"ICRD", b"IMUS", b"ICOP", b"IENG", b"ISFT", b"ICMT")
_ID3_NAMES = (
    b"TIT2",
    b"TPE1",
    b"TPE2",
    b"TALB",
    b"TRCK",
    b"TCON",
    b"TCOM",
    b"TPUB",
    b"TCOP",
    b"TENC",
    b"TSSE",
    b"COMM",
)
_FULL = MAX_CHUNK_BYTES - 1024
_CONTROLS = b"\1\2\3\4\5\6\7" * 700
_MARKS = "".join(map(chr, [*range(0x300, 0x34F), *range(0x483, 0x488), *range(0x591, 0x5BE)]))
"""Of many classes, which are in the wrong order when they are turned round."""


_MARKED = ("a" + _MARKS[::-1]).encode()
_CONTROLS_IN_XML = "\u0085\u200b\u2060\ufeff".encode() * 100


def _labels(text: bytes) -> Iterable[Chunk]:
    """As many as are looked at in a recording."""
    return (note(b"labl", number, text) for number in range(MAX_PIECES))


def _bext() -> bytes:
    """Full of what is removed."""
    return whole_bext(
        b"\1" * 256, b"\1" * 32, b"\1" * 32, b"\1" * 10, b"\1" * 8, umid=b"u" * 64, history=_CONTROLS * 10
    )


def _lists(text: bytes, size: int = 240) -> list[Chunk]:
    """Lists that are full of this text, for every name in turn, cut to `size` bytes and as often as there is room."""
    cut = (text * (size // len(text) + 1))[:size]
    names = (_INFO_NAMES * MAX_TEXTS)[: min(MAX_TEXTS, _FULL // (size + 9))]
    return [(b"LIST", info(*((name, cut) for name in names)))] * MAX_CHUNKS


def _tags(version: int, text: bytes, size: int = 240, flags: int = 0) -> list[Chunk]:
    """The same in ID3v2 tags."""
    cut = (text * (size // len(text) + 1))[:size]
    names = (_ID3_NAMES * MAX_TEXTS)[: min(MAX_TEXTS, _FULL // (size + 20))]
    made = id3(version, *(frame(version, name[: 3 if version == 2 else 4], cut) for name in names), flags=flags)
    return [(b"id3 ", made)] * MAX_CHUNKS


COSTLY_CHUNKS: dict[str, Callable[[], Iterable[Chunk]]] = {
    "plain texts": lambda: _lists(b"A song in plain words. ", 4000),
    "tiny texts": lambda: _lists(b"x", 2),
    "tiny texts of nothing": lambda: _lists(b" \1", 2),
    "control characters": lambda: _lists(_CONTROLS),
    "long texts of nothing": lambda: _lists(_CONTROLS, 4000),
    "line ends": lambda: _lists(b"\n"),
    "line ends, long": lambda: _lists(b"\n", 4000),
    "white space": lambda: _lists(b"\t \x0b\x0c"),
    "format characters": lambda: _lists("\u200b\u2060".encode()),
    "between letters": lambda: _lists("a\u200b".encode()),
    "joiners": lambda: _lists("\u200c\u200d".encode()),
    "combining marks": lambda: _lists(("a" + _MARKS[::-1]).encode()),
    "different characters": lambda: _lists("".join(map(chr, range(0x4E00, 0x5800))).encode()),
    "unassigned characters": lambda: _lists("".join(map(chr, range(0xE000, 0xF000))).encode()),
    "invalid UTF-8": lambda: _lists(b"\x81\xff"),
    "ID3v2.2": lambda: _tags(2, b"\0x", 3),
    "ID3v2.3": lambda: _tags(3, b"\0x", 3),
    "ID3v2.4": lambda: _tags(4, b"\3x", 3),
    "ID3v2.3, long": lambda: _tags(3, b"\0" + _CONTROLS, 4000),
    "ID3v2.4, unsynchronised": lambda: _tags(4, b"\xff\0", flags=0x80),
    "UTF-16": lambda: _tags(3, b"\1\xff\xfe" + "Größe".encode("utf-16-le") * 400, 4000),
    "broken UTF-16": lambda: _tags(3, b"\1\xff\xfe" + b"\x00\xd8" * 2000, 4000),
    "bext": lambda: [(b"bext", bext(b"\1" * 256, b"\1" * 32, b"\1" * 10, b"\1" * 8))] * MAX_CHUNKS,
    "a code page behind all": lambda: [*_lists("Ж".encode("cp1251"), 4000)[1:], cset(1251)],
    "bext, each text": lambda: [(b"bext", _bext())] * MAX_CHUNKS,
    "cart": lambda: [(b"cart", cart(b"0101", *[_CONTROLS[:64]] * 14, tag_text=_CONTROLS * 12))] * MAX_CHUNKS,
    "iXML": lambda: [(b"iXML", b"<BWFXML>" + b"<a>b</a>" * (_FULL // 8))],
    "iXML, long": lambda: [(b"iXML", b"<BWFXML>" + b"<a>" + _CONTROLS_IN_XML * 50)],
    "iXML of nothing": lambda: [(b"iXML", b"<BWFXML>" + b"<a/>" * (_FULL // 4))] * MAX_CHUNKS,
    "iXML, attributes": lambda: (
        [(b"iXML", b"<B " + b" ".join(b'a%d=""' % number for number in range(6000)) + b"/>")] * MAX_CHUNKS
    ),
    "iXML, references": lambda: [(b"iXML", b"<a>" + b"&amp;" * (_FULL // 5))] * MAX_CHUNKS,
    "GUANO": lambda: [(b"guan", b"".join(b"%d:\1\n" % number for number in range(10_000)))] * MAX_CHUNKS,
    "GUANO, long": lambda: [(b"guan", b"".join(b"%d:%s\n" % (number, _CONTROLS[:4000]) for number in range(16)))],
    "points": lambda: [(b"cue ", cue(*range(2_600)))] * MAX_CHUNKS,
    "labels": lambda: [(b"cue ", cue(*range(255))), *[adtl(*_labels("Ж".encode("cp1251")))] * (MAX_CHUNKS - 1)],
    "labels of nothing": lambda: [adtl(*_labels(b"\1"))] * MAX_CHUNKS,
    "regions": lambda: [(b"cue ", cue(*range(255))), adtl(*(region(number, 5, _MARKED) for number in range(600)))],
    "loops": lambda: [(b"smpl", b"\1" * _FULL)] * MAX_CHUNKS,
    "an AudioMoth": lambda: [(b"LIST", info((b"ICMT", (b"Recorded at  by AudioMoth at battery was " * 100)[:4000])))],
    "tiny chunks": lambda: [(b"junk", b"")] * (MOST_CHUNKS - 2),
    "tiny chunks, padded": lambda: [(b"junk", b"x")] * (MOST_CHUNKS - 2),
    "tiny lists": lambda: [(b"LIST", b"INFO")] * (MOST_CHUNKS - 2),
    "tiny lists of others": lambda: [(b"LIST", b"adtl")] * (MOST_CHUNKS - 2),
}


def every_chunk() -> list[Chunk]:
    """One of each kind, as full as it is read, of what takes most memory: wide characters, points and their notes."""
    points = range(1, MAX_POINTS + 1)
    regions = [region(point, 70_000, b"\xc3\xa9t%d" % point, page=65001) for point in points]
    notes = [note(kind, point, b"n%d" % point) for point in points for kind in (b"labl", b"note")]
    texts = [frame(4, name, b"\3" + _wide(MAX_TEXT_LENGTH)) for name in _ID3_NAMES[:-1]]
    return [
        (b"id3 ", id3(4, *texts, frame(4, b"COMM", b"\3eng\0" + _wide(MAX_COMMENT_LENGTH)))),
        (
            b"LIST",
            info(*((name, _wide(MAX_TEXT_LENGTH)) for name in _INFO_NAMES), (b"ICMT", _wide(MAX_COMMENT_LENGTH))),
        ),
        (b"bext", whole_bext(_wide(256), b"a" * 32, b"b" * 32, b"2020-01-01", b"10:00:00", history=b"h" * 4000)),
        (b"cue ", cue(*(70_000 + point for point in points))),
        adtl(*regions, *notes),
        (b"smpl", b"\1" * _FULL),
        (b"cart", cart(b"0101", *[b"x" * 64] * 14, tag_text=b"y" * 4000)),
        (b"iXML", b"<BWFXML>" + b"".join(b"<a%d>%d</a%d>" % (n, n, n) for n in range(3000))),
        (b"guan", b"".join(b"k%d:%d\n" % (n, n) for n in range(4000))),
    ]


def _wide(size: int) -> bytes:
    """So many bytes of UTF-8 of which one character makes Python keep each in four bytes."""
    last = "\U0001d11e".encode()
    return b"a" * (size - len(last)) + last

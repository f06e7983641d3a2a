"""The texts of ID3v2 tags of versions 2.2 to 2.4.

Sources: the informal standards *ID3 tag version 2* (1998), *ID3 tag version 2.3.0* (1999), and *ID3 tag version 2.4.0*
with its *Native Frames* (2000), https://id3.org. Sizes of 28 bits lie in four bytes of 7 bits ("synchsafe").
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from domain.raw_text import UTF_8, UTF_16, UTF_16_BIG_ENDIAN, RawText
from domain.recording.budget import Budget
from domain.tags import ID3_FRAMES

_HEAD_BYTES = 10
_PADDING = re.compile(rb"\0*\Z")
_FIELDS = {**ID3_FRAMES, "COMM": "comment"}
_DATE_FRAMES = ("TYER", "TDAT", "TIME")
_SHORT_FRAMES = {
    "TT2": "TIT2",
    "TP1": "TPE1",
    "TP2": "TPE2",
    "TAL": "TALB",
    "TRK": "TRCK",
    "TCO": "TCON",
    "TCM": "TCOM",
    "TPB": "TPUB",
    "TCR": "TCOP",
    "TEN": "TENC",
    "TSS": "TSSE",
    "TYE": "TYER",
    "TDA": "TDAT",
    "TIM": "TIME",
    "COM": "COMM",
}
"""Names of version 2.2, and what later versions call them."""
_LONGEST_DATE = 40
"""In characters, of one of the frames."""
_DECODERS = {b"\1": UTF_16, b"\2": UTF_16_BIG_ENDIAN}
"""By a text's first byte; 0 is ISO 8859-1, which often is another encoding, and 3 UTF-8, where it is that."""
_UTF_8 = b"\3"
_SINGLE = ("TRCK", *_DATE_FRAMES, "TDRC")
"""Of which the first value counts."""
_UNSYNCHRONISED, _EXTENDED = 0x80, 0x40  # flags of a tag; in version 2.2 the second means compression


def read_id3(tag: bytes, budget: Budget) -> Iterator[tuple[str, RawText]]:
    """Fields and texts of the tag that these bytes begin with; what is broken, packed, encrypted or cut is left out.

    A comment with a description of its own is none. Several values of a text are kept, as version 2.4 has them (section
    4.2), and writers of 2.3, too. As many frames as `budget` has are looked at. The date comes last.
    """
    dates: dict[str, str] = {}
    for name, text in _texts(tag, budget):
        if name in _FIELDS:
            yield _FIELDS[name], text
        elif not dates.get(name):
            dates[name] = text.decoded(_LONGEST_DATE)
    if any(dates.values()):
        yield "date", RawText(_date(dates).encode())
        yield "date", RawText(dates.get("TYER", "").encode())  # right, too, where the day is not


def _date(texts: dict[str, str]) -> str:
    """Of version 2.4 as it is, of the others put together from year, `DDMM` and `HHMM`."""
    year, day, time = (texts.get(name, "") for name in _DATE_FRAMES)
    return texts.get("TDRC") or f"{year}-{day[2:4]}-{day[:2]}T{time[:2]}:{time[2:4]}"


@dataclass(frozen=True, slots=True)
class _Layout:
    """Where versions differ: bytes of a frame's head, and the flags of a frame in its last byte."""

    name_bytes: int
    head_bytes: int
    unreadable: int
    """Compression and encryption."""
    grouped: int
    unsynchronised: int
    has_length: int


_LAYOUTS = {
    2: _Layout(3, 6, 0, 0, 0, 0),
    3: _Layout(4, 10, 0xC0, 0x20, 0, 0),
    4: _Layout(4, 10, 0x0C, 0x40, 0x02, 0x01),
}


def _texts(tag: bytes, budget: Budget) -> Iterator[tuple[str, RawText]]:
    """Names of frames as later versions call them, and their texts."""
    if tag[:3] != b"ID3" or len(tag) < _HEAD_BYTES or tag[3] not in _LAYOUTS:
        return
    version, flags = tag[3], tag[5]
    if version == 2 and flags & _EXTENDED:
        return
    body = tag[_HEAD_BYTES : _HEAD_BYTES + _synchsafe(tag[6:10])]
    if flags & _UNSYNCHRONISED and version < 4:
        body = body.replace(b"\xff\x00", b"\xff")
    at = _extended_head_bytes(body, version) if flags & _EXTENDED else 0
    for name, frame in _frames(body, at, version, flags, budget):
        if name == "COMM":
            yield from ((name, text) for text in _comment(frame))
        elif name in _FIELDS or name in _DATE_FRAMES or name == "TDRC":
            yield name, _text(frame[:1], frame[1:], several=name not in _SINGLE)


def _extended_head_bytes(body: bytes, version: int) -> int:
    """In version 2.4 its size counts itself."""
    return _synchsafe(body[:4]) if version == 4 else 4 + int.from_bytes(body[:4], "big")


def _frames(body: bytes, at: int, version: int, tag_flags: int, budget: Budget) -> Iterator[tuple[str, bytes]]:
    """Whole frames up to the padding, without what their flags put before the text.

    In version 2.4 frames are unsynchronised one by one; some writers say so of the tag alone.
    """
    layout = _LAYOUTS[version]
    while budget.take():
        head = body[at : at + layout.head_bytes]
        name = head[: layout.name_bytes].decode("latin-1")
        if len(head) < layout.head_bytes or not name.isalnum():
            return
        size = _frame_size(body, at, layout) if version == 4 else _plain_size(head, layout)
        at += layout.head_bytes + size
        frame = body[at - size : at]
        if len(frame) == size and not head[-1] & layout.unreadable:
            unsynchronised = (version == 4 and tag_flags & _UNSYNCHRONISED) or head[-1] & layout.unsynchronised
            frame = frame[_prefix_bytes(head[-1], layout) :]
            yield _SHORT_FRAMES.get(name, name), frame.replace(b"\xff\0", b"\xff") if unsynchronised else frame


def _plain_size(head: bytes, layout: _Layout) -> int:
    return int.from_bytes(head[layout.name_bytes :][: layout.name_bytes], "big")


def _frame_size(body: bytes, at: int, layout: _Layout) -> int:
    """Synchsafe in version 2.4, but for writers that did not know it: told by what lies behind the frame."""
    head = body[at : at + layout.head_bytes]
    plain, safe = _plain_size(head, layout), _synchsafe(head[4:8])
    if max(head[4:8]) > 127:
        return plain
    begins = at + layout.head_bytes
    return plain if not _may_end(body, begins + safe) and _may_end(body, begins + plain) else safe


def _may_end(body: bytes, at: int) -> bool:
    """Whether a frame may end here: at the end of all, before padding, or before a frame."""
    name = body[at : at + 4]
    return at <= len(body) and ((name.isalnum() and name.isupper()) or bool(_PADDING.match(body, at)))


def _prefix_bytes(flags: int, layout: _Layout) -> int:
    """Bytes of a frame before its content: the number of its group, and its length."""
    return (1 if flags & layout.grouped else 0) + (4 if flags & layout.has_length else 0)


def _comment(frame: bytes) -> list[RawText]:
    """The text of a comment without a description (encoding, three letters of language, description, text)."""
    encoding, rest = frame[:1], frame[4:]
    if encoding not in _DECODERS:
        return [_text(encoding, rest[1:])] if rest[:1] == b"\0" else []
    marked = rest[:2] in (b"\xff\xfe", b"\xfe\xff")
    rest = rest[2:] if marked else rest
    return [_text(encoding, rest[2:])] if rest[:2] == b"\0\0" else []


def _text(encoding: bytes, text: bytes, *, several: bool = False) -> RawText:
    decoder = UTF_8 if encoding == _UTF_8 and _is_utf_8(text) else _DECODERS.get(encoding)
    return RawText(text, decoder, several)


def _is_utf_8(text: bytes) -> bool:
    try:
        text.decode()
    except UnicodeDecodeError:
        return False
    return True


def _synchsafe(size: bytes) -> int:
    return sum((byte & 0x7F) << 7 * place for place, byte in enumerate(reversed(size)))

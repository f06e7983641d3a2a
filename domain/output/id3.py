"""Writing texts and chapters as an ID3v2.3 tag.

Sources: the informal standards *ID3 tag version 2.3.0* (1999) and *ID3v2 Chapter Frame Addendum 1.0* (2005),
https://id3.org.
"""

import struct
from collections.abc import Iterator, Sequence

from domain.output.chapters import Chapter
from domain.tags import ID3_FRAMES, Tags

TAG_HEAD_BYTES = _FRAME_HEAD_BYTES = 10
_OF_CHAPTERS = (b"CTOC", b"CHAP")
_LANGUAGE = b"und"  # ISO 639-2: undetermined
_CONTENTS = b"toc\0"
_TOP_LEVEL_AND_ORDERED = 3
_BY_TIME = 0xFFFFFFFF
"""In place of a position in bytes: the time counts."""


def write_id3(tags: Tags, chapters: Sequence[Chapter] = ()) -> bytes:
    """A tag of version 2.3 without padding, or nothing where there are neither texts nor chapters (at most 255).

    Text that is not ASCII is UTF-16: what is declared as ISO 8859-1 many players read in their own code page. The tag
    is not unsynchronised; who reads tags by their size finds no frame in them, and few read it otherwise.
    """
    return _tag(_text_frames(tags) + _chapter_frames(chapters))


def rewrite_id3(tag: bytes, tags: Tags) -> bytes:
    """A tag with these texts and the chapters of `tag`, which `write_id3` made, or is empty."""
    return _tag(_text_frames(tags) + b"".join(frame for frame in _frames(tag) if frame[:4] in _OF_CHAPTERS))


def tag_size(head: bytes) -> int:
    """How many bytes of an MP3 are its tag, told by its first `TAG_HEAD_BYTES` (ID3v2.3, 3.1); 0 where it has none."""
    if len(head) < TAG_HEAD_BYTES or not head.startswith(b"ID3"):
        return 0
    return TAG_HEAD_BYTES + sum((byte & 0x7F) << shift for byte, shift in zip(head[6:10], (21, 14, 7, 0), strict=True))


def _tag(frames: bytes) -> bytes:
    return b"ID3\x03\0\0" + _as_synchsafe(len(frames)) + frames if frames else b""


def _frames(tag: bytes) -> Iterator[bytes]:
    """The frames of a tag, each with its head: a name, a size in 32 bits, 16 flags (ID3v2.3, 3.3)."""
    place = TAG_HEAD_BYTES
    while place < len(tag):
        end = place + _FRAME_HEAD_BYTES + int.from_bytes(tag[place + 4 : place + 8], "big")
        yield tag[place:end]
        place = end


def _text_frames(tags: Tags) -> bytes:
    texts = {name: getattr(tags, field) for name, field in ID3_FRAMES.items()}
    if texts["TCON"].isdigit():
        texts["TCON"] = f"({texts['TCON']})"  # a number in ID3v1's list of genres
    frames = b"".join(_frame(name, _encoded(text)) for name, text in texts.items())
    return frames + _date_frames(tags.date) + _comment_frames(tags)


def _date_frames(date: str) -> bytes:
    year, day, time = date[:4], date[8:10] + date[5:7], date[11:13] + date[14:16]
    return _frame("TYER", _encoded(year)) + _frame("TDAT", _encoded(day)) + _frame("TIME", _encoded(time))


def _comment_frames(tags: Tags) -> bytes:
    """The comment that players show is the one without a description of its own."""
    first = tags.comment or tags.description
    second = tags.description if tags.description != first else ""
    return _frame("COMM", _encoded_comment("", first)) + _frame("COMM", _encoded_comment("description", second))


def _chapter_frames(chapters: Sequence[Chapter]) -> bytes:
    """A table of contents and the chapters, each with its title.

    A chapter's time is in milliseconds; the sample, which is exact, is in a text of its own (`TXXX`, `sample`).
    """
    names = [f"chp{number}".encode() + b"\0" for number in range(len(chapters))]
    contents = _CONTENTS + bytes([_TOP_LEVEL_AND_ORDERED, len(names)]) + b"".join(names) if names else b""
    return _frame("CTOC", contents) + b"".join(map(_chapter_frame, names, chapters))


def _chapter_frame(name: bytes, chapter: Chapter) -> bytes:
    times = struct.pack(">IIII", chapter.start, chapter.end, _BY_TIME, _BY_TIME)
    sample = b"\0sample\0" + str(chapter.sample).encode()
    return _frame("CHAP", name + times + _frame("TIT2", _encoded(chapter.title)) + _frame("TXXX", sample))


def _frame(name: str, body: bytes) -> bytes:
    return name.encode() + struct.pack(">IH", len(body), 0) + body if body else b""


def _encoded(text: str) -> bytes:
    if not text:
        return b""
    return b"\0" + text.encode() if text.isascii() else b"\1\xff\xfe" + text.encode("utf-16-le")


def _encoded_comment(description: str, text: str) -> bytes:
    if not text:
        return b""
    if text.isascii():
        return b"\0" + _LANGUAGE + description.encode() + b"\0" + text.encode()
    wide = b"\xff\xfe" + description.encode("utf-16-le") + b"\0\0\xff\xfe" + text.encode("utf-16-le")
    return b"\1" + _LANGUAGE + wide


def _as_synchsafe(size: int) -> bytes:
    return bytes(size >> shift & 0x7F for shift in (21, 14, 7, 0))

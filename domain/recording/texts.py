"""The text tags in a WAV's chunks.

Sources: *Multimedia Programming Interface and Data Specifications 1.0* (IBM and Microsoft, 1991), chapter 2, for the
`INFO` list; EBU Tech 3285 for `bext`; the ID3v2 informal standards for `id3 `. Names that the list does not have
(`IPRT`, `ITRK`, `IALB`…) are those that editors and players write. None of them names an encoding for text.
"""

import struct
from collections.abc import Iterator

from domain.recording.id3 import read_id3
from domain.tags import TagCollector, Tags
from domain.text import RawText

MAX_CHUNK_BYTES = 64 * 1024
"""Of a chunk this much is read; pictures come behind the texts."""
MAX_CHUNKS = 16
"""Of texts in one file."""
MAX_TEXTS = 256
"""Of one `INFO` list."""
_INFO_FIELDS = {
    b"INAM": "title",
    b"IART": "artist",
    b"IPRD": "album",
    b"IALB": "album",
    b"IPRT": "track",
    b"ITRK": "track",
    b"IGNR": "genre",
    b"ICRD": "date",
    b"IMUS": "composer",
    b"ICOP": "copyright",
    b"ITCH": "encoded_by",
    b"IENG": "encoded_by",
    b"ISFT": "software",
    b"ICMT": "comment",
}
_BEXT_DESCRIPTION, _BEXT_ORIGINATOR, _BEXT_REFERENCE = 256, 32, 32
_BEXT_DATE, _BEXT_TIME = 10, 8


class TagReader:
    """Collects texts chunk by chunk: those of `id3 ` count before those of `INFO`, and these before those of `bext`.

    Of chunks of one kind the first that says something counts. A chunk that is broken gives what can be read of it;
    there are no errors. Memory is bounded by the texts of three `Tags`, and time by those that `TagCollector` looks at.
    """

    def __init__(self) -> None:
        self._left = MAX_CHUNKS
        self._id3, self._info, self._bext = TagCollector(), TagCollector(), TagCollector()

    @property
    def tags(self) -> Tags:
        return self._id3.tags.over(self._info.tags).over(self._bext.tags)

    def wants(self, name: bytes) -> bool:
        """Whether a chunk of this name is to be read, as far as `MAX_CHUNK_BYTES`."""
        return self._left > 0 and name in (b"LIST", b"list", b"bext", b"id3 ", b"ID3 ")

    def read(self, name: bytes, body: bytes, *, big_endian: bool) -> Iterator[None]:
        """Take the texts of a chunk from the first bytes of its body. Yields after each text that was looked at."""
        if name in (b"LIST", b"list") and body[:4] != b"INFO":
            return
        self._left -= 1
        if name in (b"id3 ", b"ID3 "):
            yield from self._id3.take(read_id3(body))
        elif name == b"bext":
            yield from self._bext.take(_bext_texts(body))
        else:
            yield from self._info.take(_info_texts(body, ">I" if big_endian else "<I"))


def _info_texts(body: bytes, size_format: str) -> Iterator[tuple[str, RawText]]:
    """Whole texts of the list. Some writers leave out the pad byte behind a text of odd size."""
    at = 4
    for _ in range(MAX_TEXTS):
        head = body[at : at + 8]
        if len(head) < 8:
            return
        (size,) = struct.unpack(size_format, head[4:])
        at += 8 + size
        if at <= len(body) and head[:4] in _INFO_FIELDS:
            yield _INFO_FIELDS[head[:4]], RawText(body[at - size : at])
        if size % 2 and not body[at : at + 4].isalnum():
            at += 1


def _bext_texts(body: bytes) -> Iterator[tuple[str, RawText]]:
    """Description, originator, originator's reference (which says nothing to a listener), date, time."""
    description, rest = body[:_BEXT_DESCRIPTION], body[_BEXT_DESCRIPTION:]
    yield "description", RawText(description)
    yield "encoded_by", RawText(rest[:_BEXT_ORIGINATOR])
    moment = rest[_BEXT_ORIGINATOR + _BEXT_REFERENCE :][: _BEXT_DATE + _BEXT_TIME]
    date, time = (part.partition(b"\0")[0] for part in (moment[:_BEXT_DATE], moment[_BEXT_DATE:]))
    yield "date", RawText(date + b" " + time)

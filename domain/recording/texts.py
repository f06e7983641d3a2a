"""The text tags in a WAV's chunks.

Sources: *Multimedia Programming Interface and Data Specifications 1.0* (IBM and Microsoft, 1991), chapter 2, for the
`INFO` list; EBU Tech 3285 for `bext`; the ID3v2 informal standards for `id3 `. Names that the list does not have
(`IPRT`, `ITRK`, `IALB`…) are those that editors and players write. None of them names an encoding for text, but `CSET`
may name one for all (chapter 2, too): a code page, then country, language and dialect, 16 bits each.
"""

from collections.abc import Iterator

from domain.code_pages import DEFAULT_CODE_PAGE, CodePage, code_page
from domain.passport import Marker, Passport
from domain.raw_text import RawText
from domain.recording.budget import Budget
from domain.recording.id3 import read_id3
from domain.recording.lists import chunks_of_list
from domain.recording.passport.markers import markers_of
from domain.recording.passport.reader import PassportReader
from domain.recording.passport.texts import texts_of
from domain.tags import TagCollector, Tags

MAX_CHUNK_BYTES = 64 * 1024
"""Of a chunk this much is read; pictures come behind the texts."""
MAX_CHUNKS = 16
"""Of texts in one file."""
MAX_TEXTS = 512
"""Of one file, in all its lists and tags together, whatever they hold; real ones have a few dozen."""
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
_LISTS = (b"LIST", b"list")
_TEXTS = (b"INFO", b"bext", b"id3 ", b"ID3 ", b"CSET")
"""Chunks and lists of which `Tags` are made, or that are needed for it."""
_BEXT_DESCRIPTION, _BEXT_ORIGINATOR, _BEXT_REFERENCE = 256, 32, 32
_BEXT_DATE, _BEXT_TIME = 10, 8


class TagReader:
    """Collects texts chunk by chunk, and the passport, of which some are texts, too.

    Those of `id3 ` count before those of `INFO`, these before those of `bext`, and these before those of the other
    chunks. Of chunks of one kind the first that says something counts. A chunk that is broken gives what can be read of
    it; there are no errors. Memory is bounded by the texts of four `Tags`, by what `TagCollector` and `PassportReader`
    keep, and time by the texts that they look at.
    """

    def __init__(self, page: CodePage = DEFAULT_CODE_PAGE) -> None:
        """`page` is that of texts which are not UTF-8, where the file declares none."""
        self._left = MAX_CHUNKS
        self._default = self._page = page
        self._id3, self._info, self._bext, self._other = (TagCollector() for _ in range(4))
        self._passport = PassportReader()
        self._texts = Budget(MAX_TEXTS)

    @property
    def tags(self) -> Tags:
        """Complete after `finish`."""
        return self._id3.tags.over(self._info.tags).over(self._bext.tags).over(self._other.tags)

    @property
    def passport(self) -> Passport:
        """Complete after `finish`; nothing before."""
        return self._passport.passport

    def markers(self, block_bytes: int, block_samples: int) -> tuple[Marker, ...]:
        """Where points are marked in a recording of such blocks, as in `markers_of`. Complete after `finish`."""
        return markers_of(self.passport.get("cue", ()), block_bytes, block_samples)

    def wants(self, name: bytes) -> bool:
        """Whether a chunk of this name is to be read, as far as `MAX_CHUNK_BYTES`."""
        return self._left > 0 and (name in _LISTS or name in _TEXTS or self._passport.wants(name))

    def read(self, name: bytes, body: bytes, *, big_endian: bool) -> Iterator[None]:
        """Take the texts of a chunk from the first bytes of its body. Yields after each text that was looked at."""
        kind = body[:4] if name in _LISTS else name
        if kind not in _TEXTS and not self._passport.wants(kind):
            return
        self._left -= 1
        if kind in (b"id3 ", b"ID3 "):
            yield from self._id3.take(read_id3(body, self._texts), self._page)
        elif kind == b"INFO":
            yield from self._info.take(_info_texts(body, self._texts, big_endian=big_endian), self._page)
        elif kind == b"bext":
            yield from self._bext.take(_bext_texts(body), self._page)
        elif kind == b"CSET":
            yield from self._read_code_page(body, big_endian=big_endian)
        if self._passport.wants(kind):
            yield from self._passport.read(kind, body, self._default, big_endian=big_endian)

    def begin_part(self, first_sample: int) -> None:
        """The chunks that follow are of a part of the recording that begins with this sample per channel."""
        self._passport.begin_part(first_sample)

    def finish(self) -> Iterator[None]:
        """The end of the file. Yields after each text that was looked at."""
        yield from self._passport.finish(self._page, self.tags.comment)
        for name, text in texts_of(self.passport):
            if text.strip():
                self._other.put(name, text)
                yield

    def _read_code_page(self, body: bytes, *, big_endian: bool) -> Iterator[None]:
        """Heed the first page that is known, for the texts before it, too."""
        page = code_page(int.from_bytes(body[:2], "big" if big_endian else "little"), declared=True)
        if page and not self._page.declared:
            self._page = page
            for collector in (self._id3, self._info, self._bext):
                yield from collector.read_again(page)


def _info_texts(body: bytes, budget: Budget, *, big_endian: bool) -> Iterator[tuple[str, RawText]]:
    """Whole texts of the list."""
    for name, text in chunks_of_list(body, budget, big_endian=big_endian):
        if name in _INFO_FIELDS:
            yield _INFO_FIELDS[name], RawText(text)


def _bext_texts(body: bytes) -> Iterator[tuple[str, RawText]]:
    """Description, originator, originator's reference (which says nothing to a listener), date, time."""
    description, rest = body[:_BEXT_DESCRIPTION], body[_BEXT_DESCRIPTION:]
    yield "description", RawText(description)
    yield "encoded_by", RawText(rest[:_BEXT_ORIGINATOR])
    moment = rest[_BEXT_ORIGINATOR + _BEXT_REFERENCE :][: _BEXT_DATE + _BEXT_TIME]
    date, time = (part.partition(b"\0")[0] for part in (moment[:_BEXT_DATE], moment[_BEXT_DATE:]))
    yield "date", RawText(date + b" " + time)

"""Collects a recording's passport chunk by chunk."""

from collections.abc import Callable, Iterator
from typing import Any

from domain.code_pages import CodePage
from domain.passport import Passport
from domain.raw_text import RawText
from domain.recording.passport.audiomoth import read_audiomoth
from domain.recording.passport.bext import read_bext
from domain.recording.passport.cart import read_cart
from domain.recording.passport.cues import CueReader
from domain.recording.passport.entries import Entries, Entry, Room, Steps, cleaned
from domain.recording.passport.guano import read_guano
from domain.recording.passport.ixml import read_ixml
from domain.recording.passport.sampler import read_instrument, read_sampler

_NAMES = {
    b"bext": "bext",
    b"iXML": "iXML",
    b"guan": "GUANO",
    b"cue ": "cue",
    b"smpl": "smpl",
    b"inst": "inst",
    b"cart": "cart",
}
_OF_PIECES = (b"iXML", b"guan", b"cue ", b"adtl")
"""Those that may have any number of them; the others are fixed."""
_BINARY: dict[bytes, Callable[..., Entries]] = {
    b"bext": read_bext,
    b"smpl": read_sampler,
    b"inst": read_instrument,
    b"cart": read_cart,
}


class PassportReader:
    """Of chunks of one kind the first that says something counts; what is broken gives what can be read of it.

    There are no errors. Memory is bounded by `entries.MAX_PASSPORT_BYTES`. Texts are cleaned at the end, when it is
    known which code page the file declares.
    """

    def __init__(self) -> None:
        self._room = Room()
        self._found: dict[str, Entries] = {}
        self._cues = CueReader(self._room)
        self.passport: Passport = {}
        """Complete after `finish`."""

    def wants(self, name: bytes) -> bool:
        """Whether a chunk of this name, or a list of this type, is to be read."""
        if name in _OF_PIECES and not self._room.pieces.left:
            return False
        return name == b"adtl" or (name in _NAMES and _NAMES[name] not in self._found)

    def read(self, name: bytes, body: bytes, page: CodePage, *, big_endian: bool) -> Iterator[None]:
        """Take the first bytes of the body of a chunk or list. Yields where others may have a turn.

        `page` is that of notes which are not in UTF-8, as they ought to be.
        """
        if name == b"cue ":
            self._cues.read_points(body, big_endian=big_endian)
        elif name == b"adtl":
            yield from self._cues.read_notes(body, big_endian=big_endian)
        else:
            entries = yield from self._entries(name, body, page, big_endian)
            if entries:
                self._found[_NAMES[name]] = entries

    def begin_part(self, first_sample: int) -> None:
        """The points that follow count from this sample."""
        self._cues.first_sample = first_sample

    def finish(self, page: CodePage, comment: str) -> Iterator[None]:
        """Clean all that was found. Yields after each text.

        `page` is that of texts of unknown encoding, `comment` that of the recording.
        """
        passport: dict[str, Any] = {}
        found: dict[str, Entry] = {**self._found, "cue": self._cues.entries}
        for name, entry in found.items():
            if (made := (yield from cleaned(entry, page))) is not None:
                passport[name] = made
        if moth := read_audiomoth(comment):
            passport["AudioMoth"] = moth
        self.passport = passport

    def _entries(
        self,
        name: bytes,
        body: bytes,
        page: CodePage,
        big_endian: bool,
    ) -> Steps:
        if not body.strip(b"\0"):
            return {}
        if name in _BINARY:
            return _BINARY[name](body, self._room, big_endian=big_endian)
        text = RawText(_from_its_text_on(body)).decoded(len(body), page)
        yield
        return (yield from (read_ixml if name == b"iXML" else read_guano)(text, self._room))


def _from_its_text_on(body: bytes) -> bytes:
    """Without the NULs before it; of UTF-16 these are characters of two bytes, and an odd one belongs to the text."""
    zeros = len(body) - len(body.lstrip(b"\0"))
    wide = body[zeros + 1 : zeros + 2] == b"\0"
    return body[zeros - zeros % 2 if wide else zeros :]

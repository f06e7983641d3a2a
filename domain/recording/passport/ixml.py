"""The production notes of film sound recorders, `iXML`.

Source: *iXML Specification* 3.01 (http://www.ixml.info): one element `BWFXML`, which holds elements of text and of
elements. The parser is expat as it comes with Python, told to refuse a document type, without which XML has no entity
to resolve or expand and nothing to fetch.
"""

import re
from typing import NoReturn
from xml.parsers import expat

from domain.raw_text import UTF_8
from domain.recording.passport.entries import Entries, Entry, Room, Steps

MAX_DEPTH = 8
MAX_ATTRIBUTES = 256
"""Of one chunk; expat hands over those of one element at once."""
MAX_NAME_LENGTH = 64
PIECE_LENGTH = 2048
"""So many characters are parsed, and then others may have a turn."""
_ROOT = "BWFXML"
_BARE_AMPERSAND = re.compile("&(?!(?:amp|lt|gt|quot|apos|#[0-9]{1,7}|#x[0-9A-Fa-f]{1,6});)")
"""What writers forget to escape, and entities that are none of XML's own."""
MAX_MENDED = 100
_CDATA = "<![CDATA["
_NO_CHARACTER = re.compile("[\0-\x08\x0b\x0c\x0e-\x1f]")
"""Of XML 1.0 (section 2.2)."""
_ATTRIBUTE = re.compile("=[ \t\r\n]*[\"']")


class _EnoughError(Exception):
    """There is something in it that is not read."""


class _Tree:
    """Becomes a tree of entries while expat calls it."""

    def __init__(self, room: Room) -> None:
        self.root: Entries = {}
        self._room = room
        self._open: list[tuple[str, Entries]] = [("", self.root)]
        self._text: list[str] = []

    def refuse(self, *_: object) -> NoReturn:
        raise _EnoughError

    def start(self, name: str, _: dict[str, str]) -> None:
        if len(self._open) > MAX_DEPTH or len(name) > MAX_NAME_LENGTH or not self._has_room():
            raise _EnoughError
        self._open.append((name, {}))
        self._text.clear()

    def _has_room(self) -> bool:
        """For one more element, which is taken before what it holds, so that it can be kept with that."""
        return self._room.pieces.take() and self._room.take(1)

    def text(self, data: str) -> None:
        self._text.append(data)

    def end(self, _: str = "") -> None:
        name, entries = self._open.pop()
        text = "" if entries else "".join(self._text)
        self._text.clear()
        entry: Entry | None = entries or self._room.text(text.encode(), UTF_8)
        if entry is not None:
            _add(self._open[-1][1], name, entry)

    def close(self) -> Entries:
        """What was read, with what was not ended."""
        while len(self._open) > 1:
            self.end()
        return self.root


def _add(entries: Entries, name: str, entry: Entry) -> None:
    """Several of one name become a list."""
    before = entries.get(name)
    if before is None:
        entries[name] = entry
    elif isinstance(before, list):
        before.append(entry)
    else:
        entries[name] = [before, entry]


def read_ixml(text: str, room: Room) -> Steps:
    """Texts and elements by their names, those of one name in a list; of XML that is broken what stands before that.

    Attributes, which iXML has none of, are left out, but are pieces that are looked at, as elements are. What is behind
    `MAX_DEPTH`, `MAX_ATTRIBUTES` or the last piece is not read. Yields after each `PIECE_LENGTH` characters.
    """
    tree = _Tree(room)
    parser = _parser(tree)
    text = _with_few_attributes(_mended(text.strip("\ufeff \t\r\n\0")), room)
    try:
        for at in range(0, len(text), PIECE_LENGTH):
            parser.Parse(text[at : at + PIECE_LENGTH], False)
            yield
    except (expat.ExpatError, _EnoughError):
        pass
    root = tree.close()
    inner = root.get(_ROOT)
    return inner if isinstance(inner, dict) else root


def _mended(text: str) -> str:
    """Without what would end the reading, though nobody could mean anything else by it."""
    plain = _NO_CHARACTER.sub("", text, count=MAX_MENDED)
    return plain if _CDATA in plain else _BARE_AMPERSAND.sub("&amp;", plain, count=MAX_MENDED)


def _with_few_attributes(text: str, room: Room) -> str:
    """The text up to the first attribute that is too many."""
    for count, found in enumerate(_ATTRIBUTE.finditer(text)):
        if count == MAX_ATTRIBUTES or not room.pieces.take():
            return text[: found.start()]
    return text


def _parser(tree: _Tree) -> expat.XMLParserType:
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = tree.start
    parser.EndElementHandler = tree.end
    parser.CharacterDataHandler = tree.text
    # A document type alone can declare entities; nothing asks for external ones.
    parser.StartDoctypeDeclHandler = tree.refuse
    parser.EntityDeclHandler = tree.refuse
    parser.ExternalEntityRefHandler = tree.refuse
    parser.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_NEVER)
    return parser

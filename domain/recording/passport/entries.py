"""What a chunk says while it is not cleaned yet: JSON with raw texts as its leaves, and how much of it is kept."""

import struct
from collections.abc import Generator, Sequence
from typing import Any, TypeAlias, Union

from domain.code_pages import CodePage
from domain.raw_text import LONGEST_CHARACTER, Decoder, RawText
from domain.recording.budget import Budget
from domain.tag_texts import MAX_COMMENT_LENGTH, clean_lines

MAX_PASSPORT_BYTES = 64 * 1024
"""Of all that is kept of one recording, as `Room` counts."""
MAX_PIECES = 1024
"""Of one recording: three notes of each of 255 points, as many as an MP3 has room for, and 259 others."""
PIECES_AT_ONCE = 128
"""So many are looked at, and then others may have a turn."""
CHARACTERS_AT_ONCE = 2000
"""Of texts that are cleaned, and then others may have a turn."""
TEXT_CHARACTERS = 50
"""What a text counts for beside its own."""
ENTRY_BYTES = 32
"""What an entry counts for beside its text."""
MAX_LENGTH = MAX_COMMENT_LENGTH
"""Of a text, in characters."""
_NOTHING = b"\0 \t\r\n"

Entry: TypeAlias = Union[int, float, RawText, "Entries", Sequence["Entry"]]
Entries: TypeAlias = dict[str, Entry]
Steps: TypeAlias = Generator[None, None, Entries]
"""Yields where others may have a turn, and returns what was found."""


class Room:
    """How much more of a recording's passport may be looked at, and kept."""

    def __init__(self) -> None:
        self.pieces = Budget(MAX_PIECES)
        self._left = MAX_PASSPORT_BYTES

    def text(self, data: bytes, decoder: Decoder | None = None) -> RawText | None:
        """These bytes as a text; None where they are zeros and white space, or there is no room for them."""
        data = data.strip(_NOTHING)[: LONGEST_CHARACTER * MAX_LENGTH]
        return RawText(data, decoder) if data and self.take(1, len(data)) else None

    def take(self, entries: int, text_bytes: int = 0) -> bool:
        """Whether there is room for so many more entries with a text of so many bytes, which is taken then."""
        size = entries * ENTRY_BYTES + text_bytes
        fits = size <= self._left
        if fits:
            self._left -= size
        return fits


def fixed_texts(body: bytes, fields: tuple[tuple[str, int], ...], room: Room) -> Entries:
    """Texts by their names and sizes, as they lie one behind the other: those that say something."""
    found: Entries = {}
    at = 0
    for name, size in fields:
        if text := room.text(body[at : at + size].partition(b"\0")[0]):
            found[name] = text
        at += size
    return found


def numbers(body: bytes, layout: str, names: tuple[str, ...], room: Room) -> Entries:
    """Numbers with which the body begins, by a layout of `struct`; none where it is too short."""
    if len(body) < struct.calcsize(layout) or not room.take(len(names)):
        return {}
    return dict(zip(names, struct.unpack_from(layout, body), strict=True))


def cleaned(entry: Entry, page: CodePage) -> Generator[None, None, Any]:
    """JSON of an entry without what says nothing, or None. Yields where others may have a turn."""
    made = _cleaned(entry, page)
    done = 0
    while True:
        try:
            done += TEXT_CHARACTERS + next(made)
        except StopIteration as end:
            return end.value
        if done >= CHARACTERS_AT_ONCE:
            yield
            done = 0


def _cleaned(entry: Entry, page: CodePage) -> Generator[int, None, Any]:
    """Yields after each text that was cleaned how many characters it had."""
    made: Any
    if isinstance(entry, RawText):
        length, made = _clean_text(entry, page)
        yield length
        return made
    if isinstance(entry, dict):
        named: dict[str, Any] = {}
        for name, value in entry.items():
            # most are texts and numbers, which need no generator of their own
            if isinstance(value, RawText):
                length, made = _clean_text(value, page)
                yield length
            else:
                made = value if isinstance(value, int) else (yield from _cleaned(value, page))
            if made is not None:
                named[name] = made
        return named or None
    if isinstance(entry, Sequence):
        listed = []
        for value in entry:
            listed += [(yield from _cleaned(value, page))]
        return [made for made in listed if made is not None] or None
    return entry


def _clean_text(text: RawText, page: CodePage) -> tuple[int, str | None]:
    """How many characters it had, and what is left of them; None: nothing."""
    decoded = text.decoded(MAX_LENGTH, page)
    return len(decoded), clean_lines(decoded, MAX_LENGTH) or None

"""Text from outside, made fit to be stored and shown."""

import codecs
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass

_JOINERS = "\u200c\u200d"  # format characters, but Persian and some emoji are written with them
_MAX_MARKS = 30  # in a row (UAX #15, section 13): putting more of them in order takes time by the square
_MAY_COMBINE = re.compile("[\u0300-\U0010ffff]")  # what lies below is in NFC, and combines with nothing
_WHITE_SPACE = "\t\n\v\f\r\x1c\x1d\x1e\x1f\x85\xa0\u1680" + "".join(map(chr, range(0x2000, 0x200B)))
_WHITE_SPACE += "\u2028\u2029\u202f\u205f\u3000"
_UNDEFINED = b"\x81\x8d\x8f\x90\x9d"  # in Windows-1252
_LONGEST_CHARACTER = 4
"""Bytes of a character in UTF-8 and UTF-16."""
_MOST_FAULTS = 1000
"""In UTF-16, of which each is an exception of its own, of a microsecond."""


def writable(text: str, also: str = "") -> str:
    """The text in NFC, without control, format and unassigned characters, and without towers of combining marks.

    Characters in `also` stay. Takes time by the length of the text, whatever it holds.
    """
    if text.isascii() and text.isprintable():
        return text
    characters = set(text)
    kept = {character for character in characters if _is_writable(character) or character in also}
    if len(kept) < len(characters):
        text = "".join([character for character in text if character in kept])
    return unicodedata.normalize("NFC", _without_towers(text, kept)) if _MAY_COMBINE.search(text) else text


def _is_writable(character: str) -> bool:
    """What Python calls printable, spaces of all kinds, and what joins letters."""
    return character.isprintable() or character in _JOINERS or unicodedata.category(character) == "Zs"


def _without_towers(text: str, characters: set[str]) -> str:
    marks = {character for character in characters if unicodedata.combining(character)}
    if not marks:
        return text
    kept, row = [], 0
    for character in text:
        row = row + 1 if character in marks else 0
        if row <= _MAX_MARKS:
            kept.append(character)
    return "".join(kept)


def spaced(text: str, but: str = "") -> str:
    """The text with a space in place of each other white space, those in `but` excepted."""
    for character in _WHITE_SPACE:
        if character not in but:
            text = text.replace(character, " ")
    return text


def decoded(data: bytes) -> str:
    """Text of unknown encoding, up to its first NUL: UTF-8 if it is that, else Windows-1252.

    UTF-8 that was cut within a character is recognised where it holds another one that is not ASCII.
    """
    data = data.partition(b"\0")[0]
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        if error.reason == "unexpected end of data" and not data[: error.start].isascii():
            return data[: error.start].decode()
        # An error handler would be called for each undefined byte.
        return data.translate(None, _UNDEFINED).decode("cp1252")


Decoder = Callable[[bytes, str, bool], tuple[str, int]]
"""One of `codecs`, such as `codecs.utf_16_decode`: bytes, how to take errors, whether they are all; text and length."""


@dataclass(frozen=True, slots=True)
class RawText:
    """A text as it lies in a file, to be decoded where it counts. Without a decoder its encoding is unknown."""

    data: bytes
    decoder: Decoder | None = None

    def decoded(self, most: int) -> str:
        """Up to the first NUL, and not more of it than holds `most` characters.

        Of UTF-16 that is broken only so much is read as can hold `_MOST_FAULTS` faults.
        """
        data = self.data[: _LONGEST_CHARACTER * (most + 1)]
        if self.decoder is None:
            return decoded(data)
        try:
            text = self.decoder(data, "strict", False)[0]
        except UnicodeDecodeError:
            text = self.decoder(data[: 2 * _MOST_FAULTS], "ignore", False)[0]
        return text.partition("\0")[0]


UTF_16: Decoder = codecs.utf_16_decode
UTF_16_BIG_ENDIAN: Decoder = codecs.utf_16_be_decode

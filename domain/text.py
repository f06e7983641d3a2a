"""Text from outside, made fit to be stored and shown."""

import re
import unicodedata

_JOINERS = "\u200c\u200d"  # format characters, but Persian and some emoji are written with them
_MAX_MARKS = 30  # in a row (UAX #15, section 13): putting more of them in order takes time by the square
_MAY_COMBINE = re.compile("[\u0300-\U0010ffff]")  # what lies below is in NFC, and combines with nothing
_WHITE_SPACE = "\t\n\v\f\r\x1c\x1d\x1e\x1f\x85\xa0\u1680" + "".join(map(chr, range(0x2000, 0x200B)))
_WHITE_SPACE += "\u2028\u2029\u202f\u205f\u3000"


def writable(text: str, also: str = "") -> str:
    """The text in NFC, without control, format and unassigned characters, and without towers of combining marks.

    Characters in `also` stay. Takes time by the length of the text, whatever it holds.
    """
    if text.isascii() and text.isprintable():
        return text
    if not text.isprintable():
        text = _kept(text, also)
    return unicodedata.normalize("NFC", _without_towers(text)) if _MAY_COMBINE.search(text) else text


def _kept(text: str, also: str) -> str:
    characters = set(text)
    kept = {character for character in characters if _is_writable(character) or character in also}
    return text if len(kept) == len(characters) else "".join([character for character in text if character in kept])


def _is_writable(character: str) -> bool:
    """What Python calls printable, spaces of all kinds, and what joins letters."""
    return character.isprintable() or character in _JOINERS or unicodedata.category(character) == "Zs"


def _without_towers(text: str) -> str:
    marks = {character for character in set(text) if unicodedata.combining(character)}
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
    if text.isprintable():  # which of all white space only a space is
        return text
    for character in _WHITE_SPACE:
        if character not in but:
            text = text.replace(character, " ")
    return text

"""Text from outside, made fit to be stored and shown."""

import unicodedata

_UNWRITABLE = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}  # Unicode categories: controls, bidi marks, surrogates…
_JOINERS = "\u200c\u200d"  # format characters, but Persian and some emoji are written with them
_MAX_MARKS = 30  # in a row (UAX #15, section 13): putting more of them in order takes time by the square


def writable(text: str) -> str:
    """The text in NFC, without control, format and unassigned characters, and without towers of combining marks."""
    kept: list[str] = []
    marks = 0
    for character in text:
        if character not in _JOINERS and unicodedata.category(character) in _UNWRITABLE:
            continue
        marks = marks + 1 if unicodedata.combining(character) else 0
        if marks <= _MAX_MARKS:
            kept.append(character)
    return unicodedata.normalize("NFC", "".join(kept))


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
        return data.decode("cp1252", "ignore")

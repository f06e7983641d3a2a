"""Text as it lies in a file, and what it says in the encoding that it has, as far as that is known."""

import codecs
import re
from collections.abc import Callable
from dataclasses import dataclass

from domain.code_pages import DEFAULT_CODE_PAGE, CodePage

LONGEST_CHARACTER = 4
"""Bytes of a character in UTF-8 and UTF-16."""
_MOST_FAULTS = 20
"""In UTF-16, of which each is an exception of its own, and has what follows decoded again."""
_MARKS = (b"\xff\xfe", b"\xfe\xff")
"""Of UTF-16, by which it says its order of bytes."""
_LETTERS_HIGH = bytes(range(7))
_HIGH = _LETTERS_HIGH + b" !"
"""High bytes of the letters of Europe and the Near East in UTF-16, and of their punctuation and signs."""
_COMMON = re.compile("[ -~\u00a0-\u06ff\u0900-\u0e7f\u2010-\u203a\u3001-\u30fe\u4e00-\u9fff\uac00-\ud7a3]")
_LOOKED_AT = 256
"""Bytes of UTF-16 without a mark, to find out its order."""
_MOST_VALUES = 16
"""Of one text; the last one has what is left."""


def decoded(data: bytes, page: CodePage = DEFAULT_CODE_PAGE) -> str:
    """Text whose own words say nothing of its encoding, up to its first NUL.

    In the page if the file declares it; else UTF-8 if it is that, and if not, in the page. UTF-8 that was cut within a
    character is recognised where it holds another one that is not ASCII.
    """
    data = data.partition(b"\0")[0]
    if page.declared:
        return page.decode(data)
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        if error.reason == "unexpected end of data" and not data[: error.start].isascii():
            return data[: error.start].decode()
        return page.decode(data)


Decoder = Callable[[bytes, str, bool], tuple[str, int]]
"""One of `codecs`, such as `codecs.utf_16_be_decode`: bytes, how to take errors, whether they are all; text, length."""


@dataclass(frozen=True, slots=True)
class RawText:
    """A text as it lies in a file, to be decoded where it counts. Without a decoder its encoding is unknown."""

    data: bytes
    decoder: Decoder | None = None
    several: bool = False
    """Whether there may be more values behind a NUL. Else nothing that counts is there."""

    def decoded(self, most: int, page: CodePage = DEFAULT_CODE_PAGE) -> str:
        """Up to the first NUL, or all values with `/` between them; not more than holds `most` characters.

        `page` is that of texts whose encoding is unknown. Of UTF-16 that is broken, what lies
        between its first `_MOST_FAULTS` faults is read.
        """
        text = self._decoded(self.data[: LONGEST_CHARACTER * (most + 1)], page)
        return _joined(text.split("\0", _MOST_VALUES)) if self.several else text.partition("\0")[0]

    def cut(self, most: int) -> "RawText":
        """The same, with no more bytes than `most` characters may take in a code page of one or two bytes each."""
        return RawText(self.data[: 2 * (most + 1)], self.decoder, self.several)

    @property
    def is_undecided(self) -> bool:
        """Whether another code page would make another text of it."""
        return self.decoder is None and not self.data.isascii()

    def _decoded(self, data: bytes, page: CodePage) -> str:
        decoder = self.decoder or (None if self.several else _wide_decoder(data))
        if decoder is None:
            values = data.split(b"\0", _MOST_VALUES) if self.several else [data]
            return "\0".join(decoded(value, page) for value in values)
        try:
            return decoder(data, "strict", False)[0]
        except UnicodeDecodeError:
            return _around_faults(data, _utf_16_order(data) if decoder is utf_16_decode else decoder)


def _around_faults(data: bytes, decoder: Decoder) -> str:
    """What can be read of UTF-16 between the first faults, without its mark."""
    text = ""
    for _ in range(_MOST_FAULTS):
        try:
            text += decoder(data, "strict", False)[0]
            break
        except UnicodeDecodeError as error:
            text += decoder(data[: error.start], "strict", False)[0]
            data = data[error.end :]
    return text.removeprefix("\ufeff")


def _joined(values: list[str]) -> str:
    """Each value once, those that say nothing left out (*ID3 tag version 2.3.0*, section 4.2.1, has the stroke)."""
    return "/".join(dict.fromkeys(filter(None, (value.strip("\ufeff ") for value in values))))


def _wide_decoder(data: bytes) -> Decoder | None:
    """UTF-16 where bytes of unknown encoding have its mark, or every other byte is one that no other text has there."""
    if data[:2] in _MARKS:
        return utf_16_decode
    if len(data.translate(None, _LETTERS_HIGH)) == len(data):
        return None  # as of most texts: spaces and signs alone are never enough
    end = data.find(b"\0\0")
    text = data if end < 0 else data[: end + end % 2]
    first, second = text[0::2], text[1::2]
    if len(second) < 2 or _are_high(first) == _are_high(second):
        return None
    return codecs.utf_16_be_decode if _are_high(first) else codecs.utf_16_le_decode


def _are_high(data: bytes) -> bool:
    """Whether these may be the high bytes of characters, and cannot be spaces between letters."""
    spaces = data.count(b" ") + data.count(b"!")
    return not data.translate(None, _HIGH) and 2 * spaces < len(data)


def utf_16_decode(data: bytes, errors: str = "strict", final: bool = False) -> tuple[str, int]:
    """UTF-16 by its mark, and without one in the order of bytes that gives more letters that people write with."""
    if data[:2] in _MARKS:
        return codecs.utf_16_decode(data, errors, final)
    return _utf_16_order(data)(data, errors, final)


def _utf_16_order(data: bytes) -> Decoder:
    """The decoder that takes the mark, if there is one, for a character, which is none to be shown."""
    if data[:2] in _MARKS:
        return codecs.utf_16_le_decode if data[:2] == _MARKS[0] else codecs.utf_16_be_decode
    start = data[:_LOOKED_AT]
    little, big = (_common(decode, start) for decode in (codecs.utf_16_le_decode, codecs.utf_16_be_decode))
    if little == big:
        little, big = start[1::2].count(b"\0"), start[0::2].count(b"\0")
    return codecs.utf_16_be_decode if big > little else codecs.utf_16_le_decode


def _common(decode: Decoder, data: bytes) -> int:
    """How many letters that people write with are in the text, up to its first NUL."""
    return len(_COMMON.findall(decode(data, "replace", False)[0].partition("\0")[0]))


UTF_8: Decoder = codecs.utf_8_decode
UTF_16: Decoder = utf_16_decode
UTF_16_BIG_ENDIAN: Decoder = codecs.utf_16_be_decode

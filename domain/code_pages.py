"""Code pages: how a byte above 127 becomes a letter, where a file or an operator names the page.

Sources: Microsoft, *Code Page Identifiers* (Windows documentation) for the numbers; *Multimedia Programming Interface
and Data Specifications 1.0* (IBM and Microsoft, 1991), chapter 2, for the chunk `CSET` and its page 1004. The codecs
are those of Python's standard library.
"""

import re
from dataclasses import dataclass
from functools import lru_cache

_DOS = (437, 720, 737, 775, 850, 852, 855, 857, 858, 860, 861, 862, 863, 864, 865, 866, 869)
_WINDOWS = (874, 1250, 1251, 1252, 1253, 1254, 1255, 1256, 1257, 1258)
_SEVERAL_BYTES = {
    932: "cp932",
    936: "gbk",
    949: "cp949",
    950: "cp950",
    1361: "johab",
    20932: "euc_jp",
    51932: "euc_jp",
    51949: "euc_kr",
    54936: "gb18030",
    65001: "utf-8",
}
"""Those in which a character may take more than one byte."""
_CODECS = {number: f"cp{number}" for number in (*_DOS, *_WINDOWS)} | _SEVERAL_BYTES
_CODECS |= {28590 + part: f"iso8859_{part}" for part in (1, 2, 3, 4, 5, 6, 7, 8, 9, 13, 15)}
_CODECS |= {1004: "cp1252", 20127: "cp1252", 20866: "koi8_r", 21866: "koi8_u"}
_CODECS |= {10000: "mac_roman", 10006: "mac_greek", 10007: "mac_cyrillic", 10029: "mac_latin2"}
_CODECS |= {10079: "mac_iceland", 10081: "mac_turkish"}
_NAMES = {"utf8": 65001, "koi8r": 20866, "koi8u": 21866, "gbk": 936, "gb18030": 54936, "shiftjis": 932, "ascii": 20127}
"""Of pages that are rather known by name, without hyphens and underscores."""


@dataclass(frozen=True, slots=True)
class CodePage:
    """How bytes that are not ASCII become text. It is a `domain.raw_text.Decoder`, too."""

    number: int
    codec: str
    undefined: bytes
    """Bytes that are no character of it, where each character is one byte."""
    declared: bool
    """Whether the file itself names it. Else what is valid UTF-8 is that."""

    def decode(self, data: bytes) -> str:
        """The text, without bytes that are no character. Takes time by its length, whatever it holds."""
        # An error handler would be called for each byte of a page of single bytes that is not defined.
        return data.translate(None, self.undefined).decode(self.codec, "ignore")

    def __call__(self, data: bytes, _errors: str = "", _final: bool = True) -> tuple[str, int]:
        return self.decode(data), len(data)


@lru_cache(maxsize=128)
def code_page(number: int, *, declared: bool = False) -> CodePage | None:
    """The page of this number; None where it is not known, as 0, by which `CSET` says nothing."""
    codec = _CODECS.get(number)
    if codec is None:
        return None
    return CodePage(number, codec, b"" if number in _SEVERAL_BYTES else _undefined(codec), declared)


def parse_code_page(name: str) -> CodePage:
    """The page of a number or name, as `1251`, `cp1251`, `windows-1251`, `ISO-8859-5`, `KOI8-R`. Raises ValueError."""
    plain = re.sub("[-_ ]", "", name).lower()
    numbered = re.fullmatch(r"(?:cp|windows|ibm|iso(?=8859))?([0-9]{1,5})", plain)
    number = _NAMES.get(plain) or (int(numbered[1]) if numbered else 0)
    if latin := re.fullmatch(r"iso8859([0-9]{1,2})", plain):
        number = 28590 + int(latin[1])
    page = code_page(number)
    if page is None:
        raise ValueError("must be a code page, such as 1252, 1251, 932, 866 or ISO-8859-2")
    return page


def _undefined(codec: str) -> bytes:
    return bytes(byte for byte in range(256) if not bytes([byte]).decode(codec, "ignore"))


DEFAULT_CODE_PAGE = CodePage(1252, "cp1252", _undefined("cp1252"), declared=False)
"""Of text whose file says nothing and that is not UTF-8."""

"""The file name in a Content-Disposition, in all the ways in which clients write it."""

import binascii
import re
from urllib.parse import unquote_to_bytes

from entrypoints.http.requests.parameters import parameters

_EXTENDED = re.compile(r"([A-Za-z0-9._:-]+)'[A-Za-z0-9-]*'(.*)")
_CHARSET = re.compile(
    r"utf-?8|us-ascii|iso-8859-\d{1,2}|(?:windows-|cp)\d{3,4}|koi8-[ru]|gb2312|gbk|gb18030|big5|euc-(?:jp|kr)|shift_jis"
    r"|iso-2022-jp",
    re.IGNORECASE,
)
"""Of text, and of nothing else that Python calls a codec."""
_WORD = re.compile(r"=\?([A-Za-z0-9._:-]+)(?:\*[A-Za-z0-9-]*)?\?([BbQq])\?([^?]*)\?=")
_WORDS = re.compile(rf"{_WORD.pattern}(?:[ \t]*{_WORD.pattern})*")
_WHOLLY_ESCAPED = re.compile(r"(?:[A-Za-z0-9._~!'()*-]|%[0-9A-Fa-f]{2})+")
_ESCAPED_BEYOND_ASCII = re.compile(r"(?:%[89A-Fa-f][0-9A-Fa-f])+")
_ESCAPED_BY_BROWSERS = {"%22": '"', "%0D": "\r", "%0A": "\n"}


def file_name_of(disposition: str) -> str | None:
    """The file name that a Content-Disposition tells, None where it tells none.

    `disposition` is its value, each character one byte (ISO 8859-1), as HTTP gives it. `filename*` (RFC 8187) counts
    before `filename`, as RFC 6266 says, unless it cannot be read. In `filename` are understood, beside what
    `parameters` does: raw UTF-8, else Windows-1252; encoded words (RFC 2047), as .NET and Spring write them; `%22`,
    `%0D` and `%0A` of browsers (WHATWG HTML, multipart form data); and percent escapes of UTF-8 beyond ASCII, as
    aiohttp writes them. Who writes encoded words writes no such escapes. A path is left in it.
    """
    found = parameters(disposition)
    if name := _extended(found.get("filename*", "")):
        return name
    plain = _text(found.get("filename", ""))
    said = _words_decoded(plain)
    return (said if said != plain else _unescaped(plain)) or None


def _extended(value: str) -> str | None:
    """What an extended value says (RFC 8187, 3.2), None where it is none."""
    match = _EXTENDED.fullmatch(value)
    return match and _decoded(unquote_to_bytes(match[2].encode("latin-1")), match[1])


def _text(value: str) -> str:
    """The characters that these bytes stand for: UTF-8 if they are that, else Windows-1252."""
    data = value.encode("latin-1")
    return _decoded(data, "utf-8") or data.decode("cp1252", "ignore")


def _words_decoded(name: str) -> str:
    """The name without encoded words (RFC 2047); white space between two of them is part of neither (6.2)."""
    return _WORDS.sub(lambda words: _joined(words[0]) or words[0], name) if "=?" in name else name


def _joined(words: str) -> str | None:
    """What encoded words say, None where one cannot be read. A character may be cut between two of one charset."""
    said: list[tuple[str, bytes]] = []
    for charset, kind, text in _WORD.findall(words):
        data = _word_data(kind.upper(), text)
        if data is None:
            return None
        if said and said[-1][0] == charset.lower():
            data = said.pop()[1] + data
        said.append((charset.lower(), data))
    texts = [_decoded(data, charset) for charset, data in said]
    return None if None in texts else "".join(text for text in texts if text)


def _word_data(kind: str, text: str) -> bytes | None:
    """The bytes that an encoded word says (RFC 2047, 4), None where it is broken."""
    try:
        if kind == "B":
            return binascii.a2b_base64(text + "=" * (-len(text) % 4))
        return binascii.a2b_qp(text, header=True)
    except ValueError:  # what is wrong with Base64 is one, too
        return None


def _unescaped(name: str) -> str:
    """The name without percent escapes, as far as it is certain that they are none of its own.

    Nobody can tell whether `100%25.wav` was written by a program that escapes or is called so. What gives text beyond
    ASCII was escaped, and then the whole name was, if nothing in it had to be and was not.
    """
    if "%" not in name:
        return name
    if _WHOLLY_ESCAPED.fullmatch(name) and (whole := _decoded(unquote_to_bytes(name), "utf-8")) and not whole.isascii():
        return whole
    name = _ESCAPED_BEYOND_ASCII.sub(lambda run: _decoded(unquote_to_bytes(run[0]), "utf-8") or run[0], name)
    return re.sub("%22|%0D|%0A", lambda escape: _ESCAPED_BY_BROWSERS[escape[0]], name)


def _decoded(data: bytes, charset: str) -> str | None:
    """The text, None where it is none in this charset, or the charset is not one of text."""
    if not _CHARSET.fullmatch(charset):
        return None
    try:
        return data.decode(charset)
    except (UnicodeDecodeError, LookupError):
        return None

"""The parameters of a header field, such as `; name="wav_file"`, in all the ways in which clients write them."""

import re

_PARAMETER = re.compile(r';[ \t]*([^\s;="]+)[ \t]*=[ \t]*("(?:\\.|[^"\\])*"(?=[ \t]*(?:;|$))|[^;]*)')
_JSON = re.compile(r"(?:application|text)/(?:x-)?json|application/.+\+json")


def parameters(field: str) -> dict[str, str]:
    """The parameters of a field, by their names in small letters; of two of one name the last counts.

    Quotes are taken off, and quoted pairs of `"` and `\\` (RFC 9110, 5.6.4) undone: any other backslash is one of a
    Windows path. A value without quotes, or with some inside that nobody has escaped, goes on to the next semicolon,
    where the RFC would have it end at the first character that is none of a token.
    """
    return {match[1].lower(): _unquoted(match[2].strip()) for match in _PARAMETER.finditer(f";{field}")}


def media_type(content_type: str) -> str:
    """The type that a Content-Type names, in small letters, without its parameters; empty where it names none."""
    return content_type.partition(";")[0].strip().lower()


def is_json(media_type: str) -> bool:
    """Whether a body of this type is JSON, by all its names and by any that ends in `+json` (RFC 6839, 3.1)."""
    return _JSON.fullmatch(media_type) is not None


def _unquoted(value: str) -> str:
    if not value.startswith('"'):
        return value
    return re.sub(r'\\(["\\])', r"\1", value[1:].removesuffix('"'))

"""From the environment's text to a section."""

import re
from collections.abc import Mapping
from typing import TypeVar

import msgspec

from domain.errors import WrongSetting
from entrypoints.settings.section import SECRET, Section

S = TypeVar("S", bound=Section)

_SHOWN_CHARACTERS = 99


def read_section(kind: type[S], environment: Mapping[str, str]) -> S:
    """A section from environment variables; an empty one counts as not set. Raises `WrongSetting`."""
    values = {}
    for field in msgspec.structs.fields(kind):
        if text := environment.get(field.encode_name, "").strip():
            values[field.encode_name] = _converted(field.encode_name, field.type, text)
    return msgspec.convert(values, kind)


def _converted(name: str, kind: object, text: str) -> object:
    expected = msgspec.inspect.type_info(kind)
    # Digits alone make a number; msgspec would take 5e3 for one, too.
    is_number = isinstance(expected, msgspec.inspect.IntType) and re.fullmatch("-?[0-9]{1,99}", text)
    try:
        return msgspec.convert(int(text) if is_number else text, kind)
    except msgspec.ValidationError as error:
        found = "something else" if _is_secret(expected) else repr(text[:_SHOWN_CHARACTERS])
        raise WrongSetting(name, f"must be {_expectation(expected)}; it is {found}") from error


def _is_secret(kind: msgspec.inspect.Type) -> bool:
    return isinstance(kind, msgspec.inspect.Metadata) and kind.extra == SECRET


def _expectation(kind: msgspec.inspect.Type) -> str:
    match kind:
        case msgspec.inspect.IntType(ge=lowest, le=highest):
            return f"a whole number from {lowest} to {highest}"
        case msgspec.inspect.LiteralType(values=values):
            return "one of " + ", ".join(map(str, values))
        case msgspec.inspect.Metadata(extra_json_schema={"description": description}):
            return str(description)
        case _:
            return "text"

"""Texts that somebody writes for a track in place of what the recording says about itself."""

from collections.abc import Mapping
from dataclasses import replace

from domain.errors import InvalidText
from domain.tag_texts import cleaned
from domain.tags import Tags

_RULES = {
    "date": "a day of the calendar as YYYY, YYYY-MM-DD or YYYY-MM-DDThh:mm",
    "track": "a number, or number and count, of at most 4 digits each: 3 or 3/12",
}
"""Of the fields that do not take any text."""


def with_texts(texts: Tags, new: Mapping[str, str | None]) -> Tags:
    """The texts with the new ones, by the names of the fields, in place of theirs; None and "" take one away.

    The new ones are made fit as those of a recording are (`domain.tag_texts`). Raises `InvalidText` where a date or a
    track number is none.
    """
    return replace(texts, **{name: _fit(name, text or "") for name, text in new.items()})


def _fit(name: str, text: str) -> str:
    clean = cleaned(name, text)
    if not clean and text.strip() and name in _RULES:
        raise InvalidText(name, _RULES[name])
    return clean

"""Texts of tags, made fit for the field that they are in."""

import re
from datetime import date

from domain.text import spaced, writable

MAX_TEXT_LENGTH = 1000
MAX_COMMENT_LENGTH = 4000
"""In characters; what is longer is cut."""
_COMMENTS = ("comment", "description")
_TRACK = re.compile(r"(\d{1,4})(?:/(\d{1,4}))?", re.ASCII)
_DATE = re.compile(
    r"(\d{4})(?:[-_:./ ]?(\d\d)[-_:./ ]?(\d\d)(?:[T ](\d\d)[-_:. ]?(\d\d))?|[-_:./ ](\d\d))?(?!\d)", re.ASCII
)


def most_characters(name: str) -> int:
    """Of a field of `domain.tags.Tags`."""
    return MAX_COMMENT_LENGTH if name in _COMMENTS else MAX_TEXT_LENGTH


def cleaned(name: str, text: str) -> str:
    """What a field of `domain.tags.Tags` is, of a text as it lies in a file; empty where that is none."""
    most = most_characters(name)
    if name in _COMMENTS:
        return clean_lines(text, most)
    line = clean_line(text, most)
    if name == "date":
        return _date(line)
    return _track(line) if name == "track" else line


def clean_line(text: str, most: int) -> str:
    """The text up to its first NUL in one line of at most `most` characters, fit to be stored and shown."""
    text = text.partition("\0")[0][:most]
    return text.strip() if _is_plain(text) else writable(spaced(text)).strip()[:most].strip()


def clean_lines(text: str, most: int) -> str:
    """The same in as many lines as it has."""
    text = text.partition("\0")[0][:most]
    if _is_plain(text):
        return text.strip()
    text = writable(spaced("\n".join(text.splitlines()), "\n"), "\n")
    return "\n".join(map(str.strip, text.split("\n")))[:most].strip()


def _is_plain(text: str) -> bool:
    """Whether it is one line of which nothing is removed, as most are; there may be spaces around it."""
    return text.isascii() and text.isprintable()


def _date(text: str) -> str:
    """What of the text is a date (EBU Tech 3285 allows `-`, `_`, `:`, `.` and space between its parts).

    A month or day of 0 is one that is not known; a day that no calendar has makes it no date.
    """
    found = _DATE.match(text)
    if not found or found[1] == "0000":
        return ""
    year, month, day, hour, minute, only_month = found.groups()
    if not month:
        return year if not only_month or only_month <= "12" else ""
    if "00" in (month, day):
        return year
    try:
        day_of_calendar = date(int(year), int(month), int(day)).isoformat()
    except ValueError:
        return ""
    return f"{day_of_calendar}T{hour}:{minute}" if hour and hour <= "23" and minute <= "59" else day_of_calendar


def _track(text: str) -> str:
    found = _TRACK.fullmatch(text.replace(" ", ""))
    return found[0] if found else ""

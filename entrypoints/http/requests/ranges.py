"""Conditional and range requests on one MP3 (RFC 9110, sections 13 and 14)."""

import re
from collections.abc import Mapping

from entrypoints.http.errors import RangeUnsatisfiable, RecordChanged

MAX_HEADER_CHARACTERS = 4096
"""A longer If-Match or If-None-Match is not looked at; no client needs one."""
MAX_RANGE_CHARACTERS = 256


def not_modified(headers: Mapping[str, str], etag: str) -> bool:
    """Whether the client has this version already. Raises `RecordChanged` where If-Match wants another."""
    if (wanted := headers.get("if-match")) is not None and not names_tag(wanted, etag, weakly=False):
        raise RecordChanged(etag)
    known = headers.get("if-none-match")
    return known is not None and names_tag(known, etag, weakly=True)


def requested_range(headers: Mapping[str, str], etag: str, size: int) -> range | None:
    """The bytes asked for, or None for all of them. Raises `RangeUnsatisfiable`.

    Several ranges, malformed ones and other units count as none (RFC 9110, 14.2), and so does a range whose `If-Range`
    is not the present ETag: a date never is, since no Last-Modified is sent (13.1.5).
    """
    text = headers.get("range", "")
    if len(text) > MAX_RANGE_CHARACTERS or headers.get("if-range", etag).strip() != etag:
        return None
    match = re.fullmatch(r"bytes=[ \t]*([0-9]*)-([0-9]*)[ \t]*", text, re.IGNORECASE)
    if match is None or not (match[1] or match[2]):
        return None
    if not match[1]:
        first, last = max(0, size - int(match[2])), size - 1
    else:
        first, last = int(match[1]), min(size - 1, int(match[2] or size))
        if match[2] and int(match[2]) < first:
            return None
    if first >= size or (not match[1] and int(match[2]) == 0):
        raise RangeUnsatisfiable(size, etag)
    return range(first, last + 1)


def names_tag(header: str, etag: str, *, weakly: bool) -> bool:
    """Whether a list of entity tags names this one (RFC 9110, 8.8.3)."""
    if header.strip() == "*":
        return True
    tags = re.findall(r'(W/)?("[^"]*")', header[:MAX_HEADER_CHARACTERS])
    return any(tag == etag and (weakly or not weak) for weak, tag in tags)

"""Which of two forms of a resource a client likes better (RFC 9110, 12.5.1)."""

import re
from typing import Any

from litestar import Request

MAX_HEADER_CHARACTERS = 1024
"""A longer Accept counts as none; no client needs one."""
_RANGE = re.compile(r"[ \t]*([^\s;,/]+/[^\s;,/]+)[ \t]*(?:;[^,]*?[ \t]*[qQ]=([01](?:\.[0-9]{0,3})?)[^,]*|;[^,]*)?")


def prefers(request: Request[Any, Any, Any], media_type: str, to: str) -> bool:
    """Whether the client likes `media_type` better than the type `to`, which it gets where it likes both the same."""
    header = ",".join(request.headers.getall("accept", []))
    if len(header) > MAX_HEADER_CHARACTERS:
        return False
    found = [match for said in header.split(",") if (match := _RANGE.fullmatch(said))]
    weights = {match[1].lower(): float(match[2] or 1) for match in found}
    return _weight(weights, media_type) > _weight(weights, to)


def _weight(weights: dict[str, float], media_type: str) -> float:
    """That of the most specific range which has the type in it."""
    kind = media_type.partition("/")[0]
    return next((weights[name] for name in (media_type, f"{kind}/*", "*/*") if name in weights), 0.0)

"""Which form of a body a client takes (RFC 9110, 12.5.3)."""

import re
from typing import Any

from litestar import Request

MAX_HEADER_CHARACTERS = 1024
"""A longer Accept-Encoding counts as none; no client needs one."""
_CODING = re.compile(r"[ \t]*([^\s;,]+)[ \t]*(?:;[ \t]*[qQ][ \t]*=[ \t]*([01](?:\.[0-9]{0,3})?)[ \t]*)?")


def takes_gzip(request: Request[Any, Any, Any]) -> bool:
    """Whether the client takes gzip, and likes it as well as the body as it is."""
    header = ",".join(request.headers.getall("accept-encoding", []))
    if len(header) > MAX_HEADER_CHARACTERS:
        return False
    found = (_CODING.fullmatch(coding) for coding in header.split(","))
    weights = {match[1].lower(): float(match[2] or 1) for match in found if match}
    gzip = weights.get("gzip", weights.get("x-gzip", weights.get("*", 0)))  # one and the same (8.4.1.3)
    return gzip > 0 and gzip >= weights.get("identity", 0)

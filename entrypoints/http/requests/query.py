"""The fields of a query, read anew for each request: what a framework's cache keeps of them, strangers have sent."""

import re
from typing import Any
from urllib.parse import parse_qs, quote_from_bytes

from litestar import Request

from entrypoints.http.errors import RequestInvalid

MAX_FIELDS = 16
"""No call takes half as many."""
_BEYOND_ASCII = re.compile(rb"[\x80-\xff]+")
"""As it comes from who does not escape it: a shell's curl, for one."""


def query_fields(request: Request[Any, Any, Any]) -> dict[str, list[str]]:
    """For each name the values that were sent, in their order. Raises `RequestInvalid` where there are too many.

    A link that a page or a feed has escaped once too often comes back with `&amp;` between its fields: that is undone.
    """
    query: bytes = request.scope["query_string"]
    text = (
        _BEYOND_ASCII.sub(lambda found: quote_from_bytes(found[0]).encode(), query)
        .decode("ascii")
        .replace("&amp;", "&")
        .replace("&amp%3B", "&")
    )
    try:
        return parse_qs(text, keep_blank_values=True, max_num_fields=MAX_FIELDS)
    except ValueError as error:  # says nothing else
        raise RequestInvalid(f"the query has more than {MAX_FIELDS} fields") from error

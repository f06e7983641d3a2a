"""The fields of a query, read anew for each request: what a framework's cache keeps of them, strangers have sent."""

from typing import Any
from urllib.parse import parse_qs

from litestar import Request

from entrypoints.http.errors import RequestInvalid

MAX_FIELDS = 16
"""No call takes half as many."""


def query_fields(request: Request[Any, Any, Any]) -> dict[str, list[str]]:
    """For each name the values that were sent, in their order. Raises `RequestInvalid` where there are too many.

    A link that a page or a feed has escaped once too often comes back with `&amp;` between its fields: that is undone.
    """
    query: bytes = request.scope["query_string"]
    text = query.decode("latin-1").replace("&amp;", "&").replace("&amp%3B", "&")
    try:
        return parse_qs(text, keep_blank_values=True, max_num_fields=MAX_FIELDS)
    except ValueError as error:  # says nothing else
        raise RequestInvalid(f"the query has more than {MAX_FIELDS} fields") from error

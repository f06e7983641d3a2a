"""The fields of a query."""

import pytest
from litestar import Request

from entrypoints.http.errors import RequestInvalid
from entrypoints.http.requests.query import MAX_FIELDS, query_fields


def fields(query: bytes) -> dict[str, list[str]]:
    return query_fields(Request({"type": "http", "query_string": query}))  # type: ignore[arg-type] # enough


@pytest.mark.parametrize(
    ("query", "found"),
    [
        (b"", {}),
        (b"id=a&user=1", {"id": ["a"], "user": ["1"]}),
        (b"id=b&id=a", {"id": ["b", "a"]}),
        (b"id=&user", {"id": [""], "user": [""]}),
        (b"id=%C3%A9+%2B", {"id": ["é +"]}),
        (b"id=a&amp;user=1&amp;inline=1", {"id": ["a"], "user": ["1"], "inline": ["1"]}),
        (b"id=a&amp%3Buser=1", {"id": ["a"], "user": ["1"]}),
        (b"id=%26amp%3Buser=1", {"id": ["&amp;user=1"]}),
        (b"id=%zz%ff", {"id": ["%zz\ufffd"]}),
    ],
)
def test_each_name_has_its_values(query: bytes, found: dict[str, list[str]]) -> None:
    assert fields(query) == found


def test_too_many_are_refused() -> None:
    assert len(fields(b"&".join(b"%d=1" % number for number in range(MAX_FIELDS)))) == MAX_FIELDS
    with pytest.raises(RequestInvalid, match=f"more than {MAX_FIELDS} fields"):
        fields(b"a&" * (MAX_FIELDS + 1))

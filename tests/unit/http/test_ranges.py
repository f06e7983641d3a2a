"""Conditional and range requests (RFC 9110, sections 13 and 14)."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from entrypoints.http.errors import RangeUnsatisfiable, RecordChanged
from entrypoints.http.requests.ranges import MAX_HEADER_CHARACTERS, MAX_RANGE_CHARACTERS, not_modified, requested_range

ETAG = f'"{"ab" * 32}"'
SIZE = 1000


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("bytes=0-0", 0, 0),
        ("bytes=0-", 0, 999),
        ("bytes=500-", 500, 999),
        ("bytes=999-999", 999, 999),
        ("bytes=999-", 999, 999),
        ("bytes=0-999999999999999999999999", 0, 999),
        ("bytes=-1", 999, 999),
        ("bytes=-1000", 0, 999),
        ("bytes=-99999999999999999999", 0, 999),
        ("bytes=007-008", 7, 8),
        ("BYTES=1-2", 1, 2),
        ("bytes= 1-2 ", 1, 2),
    ],
)
def test_one_range_is_given(text: str, first: int, last: int) -> None:
    assert requested_range({"range": text}, ETAG, SIZE) == range(first, last + 1)


@pytest.mark.parametrize("text", ["bytes=1000-", "bytes=1000-2000", "bytes=99999999999999999999-", "bytes=-0"])
def test_a_range_beyond_the_end_is_refused_with_the_size(text: str) -> None:
    with pytest.raises(RangeUnsatisfiable) as refused:
        requested_range({"range": text}, ETAG, SIZE)
    assert refused.value.size == SIZE


@pytest.mark.parametrize(
    "text",
    [
        "",
        "bytes",
        "bytes=",
        "bytes=-",
        "bytes=5-4",
        "bytes=1000-5",
        "bytes=a-b",
        "bytes=1.0-2",
        "bytes=0x1-2",
        "bytes=١-٢",
        "bytes=--1",
        "bytes=0-1,2-3",
        "bytes=0-,0-,0-",
        "bytes=" + ",".join(["0-"] * 10_000),
        "bytes=" + "0" * MAX_RANGE_CHARACTERS + "-",
        "items=0-1",
        "seconds=1-2",
        "bytes=0-1\n",
    ],
)
def test_several_ranges_malformed_ones_and_other_units_count_as_none(text: str) -> None:
    assert requested_range({"range": text}, ETAG, SIZE) is None


def test_no_range_is_the_whole() -> None:
    assert requested_range({}, ETAG, SIZE) is None


@pytest.mark.parametrize(
    ("if_range", "honoured"),
    [
        (ETAG, True),
        (f" {ETAG} ", True),
        (f"W/{ETAG}", False),
        ('"other"', False),
        ("", False),
        ("Mon, 23 Nov 2026 10:00:00 GMT", False),
        ("*", False),
    ],
)
def test_a_range_counts_only_for_the_present_version(if_range: str, honoured: bool) -> None:
    found = requested_range({"range": "bytes=0-1", "if-range": if_range}, ETAG, SIZE)
    assert found == (range(2) if honoured else None)


@pytest.mark.parametrize(
    "header", [ETAG, "*", f"W/{ETAG}", f'"other", {ETAG}', f'"other",W/{ETAG}', f' {ETAG} , "x"', '"a,b", ' + ETAG]
)
def test_a_version_that_the_client_has_is_not_sent_again(header: str) -> None:
    assert not_modified({"if-none-match": header}, ETAG)


@pytest.mark.parametrize("header", ["", '"other"', ETAG.strip('"'), "W/*", '"" ""', "x" * (MAX_HEADER_CHARACTERS + 9)])
def test_another_version_is_sent(header: str) -> None:
    assert not not_modified({"if-none-match": header}, ETAG)


@pytest.mark.parametrize("header", [f"W/{ETAG}", '"other"', "", f'"{"cd" * 32}"'])
def test_if_match_compares_strongly(header: str) -> None:
    with pytest.raises(RecordChanged):
        not_modified({"if-match": header}, ETAG)


@pytest.mark.parametrize("header", [ETAG, "*", f'"other", {ETAG}'])
def test_if_match_lets_the_present_version_through(header: str) -> None:
    assert not not_modified({"if-match": header}, ETAG)


def test_if_match_comes_before_if_none_match() -> None:
    with pytest.raises(RecordChanged):
        not_modified({"if-match": '"other"', "if-none-match": ETAG}, ETAG)


@given(st.text("bytes=-,0123456789 ", max_size=40), st.integers(1, 10**12))
def test_whatever_is_asked_for_only_bytes_that_are_there_are_given(text: str, size: int) -> None:
    try:
        found = requested_range({"range": text}, ETAG, size)
    except RangeUnsatisfiable:
        return
    if found is not None:
        assert 0 <= found.start < found.stop <= size
        assert "," not in text


@given(st.integers(0, 2000), st.integers(0, 2000), st.integers(1, 1500))
def test_a_well_formed_range_is_what_it_says(first: int, last: int, size: int) -> None:
    headers = {"range": f"bytes={first}-{last}"}
    if first > last:
        assert requested_range(headers, ETAG, size) is None
    elif first >= size:
        with pytest.raises(RangeUnsatisfiable):
            requested_range(headers, ETAG, size)
    else:
        assert requested_range(headers, ETAG, size) == range(first, min(last + 1, size))


@given(st.text(max_size=60))
def test_any_header_is_understood_or_passed_over(text: str) -> None:
    assert not_modified({"if-none-match": text}, ETAG) == (text.strip() == "*" or ETAG in text)
    assert re.fullmatch(r"(?i)bytes=.*", text, re.DOTALL) or requested_range({"range": text}, ETAG, SIZE) is None

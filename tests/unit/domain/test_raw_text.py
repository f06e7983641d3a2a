"""Text as it lies in a file, decoded."""

import codecs
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.raw_text import UTF_16, UTF_16_BIG_ENDIAN, RawText, decoded

MOST_STEPS_AROUND_FAULTS = 41
"""A first one, and two for each of twenty faults."""


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"plain\0rest", "plain"),
        ("Größe".encode(), "Größe"),
        ("Größe".encode("latin-1"), "Größe"),
        ("“x” €".encode("cp1252"), "“x” €"),
        (b"caf\xe9", "café"),
        ("кто это".encode()[:-1], "кто эт"),
        (b"a\x81b\xff", "abÿ"),
        (b"", ""),
    ],
)
def test_bytes_are_utf_8_or_windows_1252(data: bytes, text: str) -> None:
    assert decoded(data) == text


@given(st.binary(max_size=100))
def test_any_bytes_are_some_text(data: bytes) -> None:
    assert "\0" not in decoded(data)


@pytest.mark.parametrize(
    ("data", "decoder", "text"),
    [
        (b"\xff\xfe" + "a😀".encode("utf-16-le") * 20, UTF_16, "a😀" * 5),
        ("a😀".encode("utf-16-be") * 20, UTF_16_BIG_ENDIAN, "a😀" * 5),
        (b"\xff\xfea\0\0\0b\0", UTF_16, "a"),
        (b"\xff\xfe\x00\xd8a\0", UTF_16, "a"),
        ("aжж".encode() * 20, None, "aжж" * 3 + "a"),
    ],
)
def test_a_raw_text_is_decoded_as_far_as_it_counts(data: bytes, decoder: Any, text: str) -> None:
    assert RawText(data, decoder).decoded(10)[:10] == text


def test_of_a_raw_text_no_more_is_decoded_than_counts() -> None:
    read: list[tuple[int, str]] = []

    def decoder(data: bytes, errors: str, final: bool) -> tuple[str, int]:
        read.append((len(data), errors))
        return codecs.utf_16_le_decode(data, errors, final)

    RawText(b"\x00\xd8" * 30_000, decoder).decoded(1000)

    assert read[0] == (4004, "strict")
    assert len(read) <= MOST_STEPS_AROUND_FAULTS
    assert sum(size for size, _ in read) <= MOST_STEPS_AROUND_FAULTS * 4004


@pytest.mark.parametrize("order", ["utf-16-le", "utf-16-be"])
def test_what_lies_around_a_fault_is_read(order: str) -> None:
    text, fault = "Größe ".encode(order), "\ud800".encode(order, "surrogatepass")
    mark = "\ufeff".encode(order)

    assert RawText(mark + fault + text * 400 + fault + text, UTF_16).decoded(4000) == "Größe " * 401
    assert RawText(mark + text + fault * 100 + text, UTF_16).decoded(4000) == "Größe "

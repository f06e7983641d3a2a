"""Code pages by number and by name."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.code_pages import DEFAULT_CODE_PAGE, code_page, parse_code_page

NUMBERS = [number for number in range(66_000) if code_page(number)]


@pytest.mark.parametrize(
    ("name", "number"),
    [
        ("1251", 1251),
        ("cp1251", 1251),
        ("Windows-1251", 1251),
        ("CP_866", 866),
        ("IBM866", 866),
        ("ISO-8859-5", 28595),
        ("iso8859_15", 28605),
        ("KOI8-R", 20866),
        ("Shift_JIS", 932),
        ("GBK", 936),
        ("UTF-8", 65001),
        ("65001", 65001),
    ],
)
def test_a_page_is_known_by_its_names(name: str, number: int) -> None:
    assert parse_code_page(name).number == number


@pytest.mark.parametrize(
    "name", ["", "0", "1", "utf-16", "hex", "rot13", "iso-8859-12", "1251 and more", "٨٦٦", "1" * 99]
)
def test_what_is_no_page_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="must be a code page"):
        parse_code_page(name)


def test_windows_1252_is_the_default() -> None:
    assert code_page(1252) == DEFAULT_CODE_PAGE
    assert DEFAULT_CODE_PAGE.decode(b"\x93caf\xe9\x81\x94") == "“café”"


def test_there_are_the_pages_of_windows_dos_and_iso() -> None:
    assert {*range(1250, 1259), 437, 850, 866, 874, 932, 936, 949, 950, 28591, 28605, 65001} <= set(NUMBERS)


@given(number=st.sampled_from(NUMBERS), data=st.binary(max_size=60))
def test_any_bytes_are_text_in_any_page(number: int, data: bytes) -> None:
    page = code_page(number)
    assert page
    text = page.decode(data)
    assert page(data) == (text, len(data))
    assert page.decode(data + b"ascii").endswith("ascii"[1:])
    assert len(text) <= len(data)

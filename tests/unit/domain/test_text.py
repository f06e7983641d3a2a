"""Text from outside, cleaned and decoded."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.text import decoded, writable


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("plain", "plain"),
        ("e\u0301", "é"),
        ("a\x00b\x1bc\x7fd\x85e", "abcde"),
        ("\u202egnp.exe\u202c", "gnp.exe"),
        ("\ufeffa\u200bb\u2028c", "abc"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("\ud800a\udfff", "a"),
        ("👩\u200d🚀", "👩\u200d🚀"),
        ("a" + "\u0323" * 100, "ạ" + "\u0323" * 29),
    ],
)
def test_what_cannot_be_written_is_gone(text: str, clean: str) -> None:
    assert writable(text) == clean


@given(st.text())
def test_clean_text_stays_as_it_is(text: str) -> None:
    clean = writable(text)
    assert writable(clean) == clean == unicodedata.normalize("NFC", clean)
    clean.encode()


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

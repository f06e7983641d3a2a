"""Text from outside, made fit to be stored and shown."""

import unicodedata
from collections import Counter
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import domain.text
from domain.text import spaced, writable


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


def one_by_one(text: str) -> str:
    """What `writable` does, character by character, as its docstring says it."""
    kept, marks = "", 0
    for character in text:
        if (
            unicodedata.category(character) in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")
            and character not in "\u200c\u200d"
        ):
            continue
        marks = marks + 1 if unicodedata.combining(character) else 0
        kept += character if marks <= 30 else ""
    return unicodedata.normalize("NFC", kept)


ODD = st.text(st.sampled_from("a é\u0301\u0323\u0345\u1100\u1161\u200b\u200d\ud800\xa0\u3000\u0958\U0001d160\ue000\n"))


@given(st.text() | ODD | ODD.map(lambda text: text + "\u0323\u0301" * 20))
def test_text_is_cleaned_as_if_each_character_was_looked_at(text: str) -> None:
    assert writable(text) == one_by_one(text)


@given(st.text() | ODD)
def test_white_space_of_all_kinds_becomes_spaces(text: str) -> None:
    assert spaced(text) == "".join(" " if character.isspace() else character for character in text)
    assert spaced(text, "\n") == "".join(
        " " if character.isspace() and character != "\n" else character for character in text
    )


@pytest.mark.parametrize(
    ("text", "looked_at"),
    [
        ("plain" * 800, 0),
        ("é" * 4000, 0),
        ("\u200b" * 4000, 1),
        ("a\u200b" * 2000, 1),
        ("a\u0301\u0323" * 1300, 3),
        ("".join(map(chr, range(0xE000, 0xE400))) * 4, 0x400),
    ],
)
def test_each_kind_of_character_is_looked_up_once(monkeypatch: pytest.MonkeyPatch, text: str, looked_at: int) -> None:
    calls: Counter[str] = Counter()

    def counting(name: str) -> Any:
        def call(*arguments: Any) -> Any:
            calls[name] += 1
            return getattr(unicodedata, name)(*arguments)

        return call

    names = ("category", "combining", "normalize")
    monkeypatch.setattr(domain.text, "unicodedata", SimpleNamespace(**{name: counting(name) for name in names}))

    writable(text)

    assert calls["normalize"] <= 1
    assert max(calls["category"], calls["combining"]) <= looked_at

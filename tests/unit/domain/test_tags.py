"""Text tags, cleaned."""

import unicodedata
from dataclasses import asdict, fields

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.tag_texts import MAX_COMMENT_LENGTH, MAX_TEXT_LENGTH
from domain.tags import MAX_ATTEMPTS, Tags
from tests.unit.recording.reading import tags_of

NAMES = [field.name for field in fields(Tags)]


@pytest.mark.parametrize(
    ("name", "text", "clean"),
    [
        ("title", "  A\tsong\r\nin lines \0 and more", "A song  in lines"),
        ("title", "\u202eevil\x07", "evil"),
        ("title", "x" * 2000, "x" * MAX_TEXT_LENGTH),
        ("comment", " one \r\ntwo\rthree\n\n\u2028four\0five", "one\ntwo\nthree\n\n\nfour"),
        ("comment", "x" * 5000, "x" * MAX_COMMENT_LENGTH),
        ("description", "\n \n", ""),
        ("track", "7", "7"),
        ("track", " 03/12 ", "03/12"),
        ("track", "3 of 12", ""),
        ("track", "99999", ""),
        ("track", "٣", ""),
        ("date", "2024", "2024"),
        ("date", "2024-05", "2024"),
        ("date", "2024-05-06", "2024-05-06"),
        ("date", "2024_05_06 07:08:09", "2024-05-06T07:08"),
        ("date", "2024:05:06 07-08-09", "2024-05-06T07:08"),
        ("date", "2024-05-06T07:08:09Z", "2024-05-06T07:08"),
        ("date", "20240506", "2024-05-06"),
        ("date", "2024-05-00", "2024"),
        ("date", "2024-00-00", "2024"),
        ("date", "2024-13-06", ""),
        ("date", "2024-13", ""),
        ("date", "2024-02-30", ""),
        ("date", "2023-02-29T07:08", ""),
        ("date", "2024-02-29T07:08", "2024-02-29T07:08"),
        ("date", "20240431", ""),
        ("date", "2024-05-06 24:00", "2024-05-06"),
        ("date", "0000-00-00", ""),
        ("date", "20240", ""),
        ("date", "Monday", ""),
    ],
)
def test_texts_are_cleaned(name: str, text: str, clean: str) -> None:
    assert getattr(tags_of([(name, text)]), name) == clean


def test_the_first_text_that_says_something_counts() -> None:
    assert tags_of([("title", "\0a"), ("title", " "), ("title", "b"), ("title", "c")]) == Tags(title="b")


def test_what_one_source_does_not_say_another_may() -> None:
    first, second = Tags(title="a", track="1"), Tags(title="b", genre="c")
    assert first.over(second) == Tags(title="a", track="1", genre="c")
    assert not Tags().over(Tags())
    assert Tags(comment="x")


@given(st.lists(st.tuples(st.sampled_from(NAMES), st.text(max_size=60)), max_size=20))
def test_any_text_becomes_a_bounded_harmless_one(texts: list[tuple[str, str]]) -> None:
    tags = tags_of(texts)
    for name, text in asdict(tags).items():
        lines = text.split("\n") if name in ("comment", "description") else [text]
        assert all(unicodedata.category(c) not in ("Cc", "Cs", "Co", "Cn") for line in lines for c in line)
        assert text == text.strip() == unicodedata.normalize("NFC", text)
    assert tags_of(asdict(tags).items()) == tags


def test_of_a_field_that_says_nothing_a_few_texts_are_looked_at() -> None:
    nothing = [("title", "\x01")] * MAX_ATTEMPTS
    assert tags_of([*nothing[1:], ("title", "a"), ("artist", "b")]) == Tags(title="a", artist="b")
    assert tags_of([*nothing, ("title", "a"), ("artist", "b")]) == Tags(artist="b")

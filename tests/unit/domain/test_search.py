"""Words of tracks and of questions."""

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import InvalidQuestion
from domain.search import (
    MAX_QUESTION_LENGTH,
    MAX_QUESTION_WORDS,
    MAX_WORD_LENGTH,
    MAX_WORDS,
    answers,
    words_of,
    words_of_question,
    words_of_track,
)
from domain.tags import Tags


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Talk_2026-11-28 (final).wav", ["talk", "2026", "11", "28", "final", "wav"]),
        ("Straße STRASSE", ["strasse", "strasse"]),
        ("Ёлка елка Йод", ["елка", "елка", "йод"]),
        ("ﬁn ½ Ｔｏｋｙｏ", ["fin", "1", "2", "tokyo"]),
        ("Zoe\u0308 Zoë", ["zoë", "zoë"]),
        ("हिन्दी", ["हिन्दी"]),
        ("名前🎧録音", ["名前", "録音"]),
        ("\0a\u202eb", ["a", "b"]),
        ("x" * 50, ["x" * MAX_WORD_LENGTH]),
        (" '\":*&|!()\\%_-", []),
    ],
)
def test_words_are_what_letters_and_digits_make(text: str, words: list[str]) -> None:
    assert words_of(text) == words


@given(st.text(max_size=50), st.text(max_size=50))
def test_no_word_holds_what_could_end_it(one: str, other: str) -> None:
    words = words_of(f"{one} {other}")

    assert not re.search(r"[\s'\"\\:*&|!()<>,\0-\x1f]", "".join(words))
    assert all(0 < len(word) <= MAX_WORD_LENGTH for word in words)
    assert words == [*words_of(one), *words_of(other)]


@given(st.text(max_size=30))
def test_the_words_of_a_text_find_it_in_every_form(text: str) -> None:
    for form in ("NFC", "NFD", "NFKC"):
        found = words_of(unicodedata.normalize(form, text))
        assert found == words_of(unicodedata.normalize("NFC", text))
    assert words_of(" ".join(words_of(text))) == words_of(text)


def test_the_name_and_all_texts_are_searched_in_and_each_word_is_kept_once() -> None:
    texts = Tags(*(f"Text{number}" for number in range(len(Tags().texts()))))

    assert words_of_track("A talk.mp3", texts) == ("a", "talk", *(text.lower() for text in texts.texts()))
    assert words_of_track("talk talk.mp3", Tags(title="Talk", comment="mp3")) == ("talk", "mp3")


def test_a_track_has_at_most_so_many_words() -> None:
    comment = " ".join(map(str, range(1000)))

    assert words_of_track("talk.mp3", Tags(comment=comment)) == ("talk", *map(str, range(MAX_WORDS - 1)))


@pytest.mark.parametrize("question", ["", " ", "\t\u3000"])
def test_a_blank_question_asks_nothing(question: str) -> None:
    assert words_of_question(question) == ()


@pytest.mark.parametrize(
    ("question", "reason"),
    [
        ("a" * (MAX_QUESTION_LENGTH + 1), "has more than 200 characters"),
        (" ".join("abcdefghi"), "has more than 8 words"),
        ("*", "holds no letter and no digit"),
        ("\0", "holds no letter and no digit"),
    ],
)
def test_what_is_no_question_is_refused(question: str, reason: str) -> None:
    with pytest.raises(InvalidQuestion) as error:
        words_of_question(question)

    assert error.value.reason == reason


def test_as_many_words_may_be_asked_for() -> None:
    assert len(words_of_question(" ".join("abcdefgh"))) == MAX_QUESTION_WORDS
    assert words_of_question("a A a b") == ("a", "b")


@pytest.mark.parametrize(
    ("question", "is_answered"),
    [
        ((), True),
        (("tal",), True),
        (("talk", "ann"), True),
        (("talks",), False),
        (("alk",), False),
        (("a", "b"), False),
    ],
)
def test_each_word_has_to_begin_one(question: tuple[str, ...], is_answered: bool) -> None:
    assert answers(("talk", "ann"), question) == is_answered

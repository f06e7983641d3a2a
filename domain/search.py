"""Words by which tracks are found, and those of a question."""

import unicodedata
from collections.abc import Iterable

from domain.errors import InvalidQuestion
from domain.tags import Tags

MAX_WORDS = 500
"""Of a track: the first ones of its name, then of its texts in the order of the fields of `Tags`."""
MAX_WORD_LENGTH = 40
"""In characters; what is longer is cut, in tracks and questions alike."""
MAX_QUESTION_LENGTH = 200
"""In characters."""
MAX_QUESTION_WORDS = 8


def words_of_track(file_name: str, texts: Tags) -> tuple[str, ...]:
    """The words of a track, each once, at most `MAX_WORDS`; the MP3's `.mp3` is none of them."""
    return _first((file_name.removesuffix(".mp3"), *texts.texts()), MAX_WORDS)


def words_of_question(question: str) -> tuple[str, ...]:
    """The words of which each has to be one of a track's, or the beginning of one; none of a blank question.

    Raises `InvalidQuestion` where it is too long, has too many words, or has no word and is not blank.
    """
    if len(question) > MAX_QUESTION_LENGTH:
        raise InvalidQuestion(f"has more than {MAX_QUESTION_LENGTH} characters")
    words = _first((question,), MAX_QUESTION_WORDS + 1)
    if len(words) > MAX_QUESTION_WORDS:
        raise InvalidQuestion(f"has more than {MAX_QUESTION_WORDS} words")
    if not words and question.strip():
        raise InvalidQuestion("holds no letter and no digit")
    return words


def words_of(text: str) -> list[str]:
    """The words of a text, in their order, as they are compared: letters, digits and the marks upon them.

    Compatibility forms and cases are one (Unicode Standard, 3.13, D146: NFKC and full case folding), and so are `ё` and
    `е`, since most Russian is written without the former.
    """
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold()).replace("ё", "е")
    between = {ord(character): " " for character in set(folded) if not _in_word(character)}
    return [word[:MAX_WORD_LENGTH] for word in folded.translate(between).split()]


def answers(words: Iterable[str], question: Iterable[str]) -> bool:
    """Whether each word of a question is one of these words, or the beginning of one."""
    there = list(words)
    return all(any(word.startswith(wanted) for word in there) for wanted in question)


def _first(texts: Iterable[str], most: int) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for text in texts:
        for word in words_of(text):
            if len(found) == most:
                return tuple(found)
            found[word] = None
    return tuple(found)


def _in_word(character: str) -> bool:
    return character.isalnum() or unicodedata.category(character).startswith("M")

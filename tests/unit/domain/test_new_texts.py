"""What somebody writes for a track: its name, its texts, its tag."""

from dataclasses import fields

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.errors import InvalidText
from domain.new_texts import with_texts
from domain.output.chapters import Chapter
from domain.output.id3 import TAG_HEAD_BYTES, rewrite_id3, tag_size, write_id3
from domain.tags import Tags
from domain.tracks import mp3_file_name, new_file_name
from tests.unit.recording.reading import tags_of

NAMES = [field.name for field in fields(Tags)]
TEXTS = st.dictionaries(
    st.sampled_from([name for name in NAMES if name not in ("date", "track")]), st.text(max_size=20)
)
CHAPTERS = st.lists(
    st.builds(Chapter, *[st.integers(0, 2**32 - 1)] * 2, st.integers(0, 2**40), st.text(st.characters(codec="utf-8"))),
    max_size=4,
)


@given(st.text(max_size=170))
def test_a_name_as_the_track_has_it_stays_as_it_is(wav_name: str) -> None:
    name = mp3_file_name(wav_name)

    assert new_file_name(name) == name


@pytest.mark.parametrize(
    ("wanted", "name"),
    [
        ("talk", "talk.mp3"),
        ("talk.mp3", "talk.mp3"),
        (" talk.MP3 ", "talk.mp3"),
        ("talk.wav", "talk.mp3"),
        ("talk.wav.mp3", "talk.wav.mp3"),
        ("a/b\\c.mp3", "c.mp3"),
        ("", "recording.mp3"),
        (".mp3", "recording.mp3"),
        ("\u202e", "recording.mp3"),
    ],
)
def test_a_new_name_is_that_of_an_mp3(wanted: str, name: str) -> None:
    assert new_file_name(wanted) == name


def test_texts_that_are_not_named_stay_and_empty_ones_go() -> None:
    before = Tags(title="Title", artist="Ann", date="2026")

    after = with_texts(
        before, {"title": "", "artist": None, "album": " Album ", "track": "3 / 12", "comment": "a\r\nb"}
    )

    assert after == Tags(date="2026", album="Album", track="3/12", comment="a\nb")
    assert with_texts(before, {}) == before


@given(TEXTS)
@settings(max_examples=30)
def test_new_texts_are_what_they_would_be_of_a_recording(new: dict[str, str]) -> None:
    assert with_texts(Tags(), new) == tags_of(new.items())


@pytest.mark.parametrize(
    ("field", "text"), [("date", "soon"), ("date", "2026-02-30"), ("date", "28.11.2026"), ("track", "three")]
)
def test_what_its_field_cannot_be_is_refused(field: str, text: str) -> None:
    with pytest.raises(InvalidText) as error:
        with_texts(Tags(date="2026", track="3"), {field: text})

    assert error.value.field == field


@given(TEXTS, TEXTS, CHAPTERS)
@settings(max_examples=30)
def test_a_tag_is_rewritten_with_its_chapters(
    before: dict[str, str], after: dict[str, str], marks: list[Chapter]
) -> None:
    tag = write_id3(tags_of(before.items()), marks)

    assert rewrite_id3(tag, tags_of(after.items())) == write_id3(tags_of(after.items()), marks)


@given(TEXTS, CHAPTERS, st.binary(max_size=12))
@settings(max_examples=30)
def test_how_long_a_tag_is_shows_at_the_start_of_its_mp3(
    texts: dict[str, str], marks: list[Chapter], more: bytes
) -> None:
    tag = write_id3(tags_of(texts.items()), marks)

    assert tag_size((tag + b"\xff\xfb" + more)[:TAG_HEAD_BYTES]) == len(tag)

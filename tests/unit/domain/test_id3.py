"""Texts as an ID3v2.3 tag."""

from dataclasses import fields, replace
from pathlib import Path

from hypothesis import example, given, settings
from hypothesis import strategies as st

from adapters.memory.converter import silence
from domain.output.format import Mp3Format, Mp3Quality
from domain.output.id3 import write_id3
from domain.tags import Tags
from tests.players import shown_texts
from tests.unit.recording.reading import id3_texts, tags_of

NAMES = [field.name for field in fields(Tags)]
ALL = Tags(
    title="Größe 名前 👩\u200d🚀",
    artist="Ann ÿþ",
    album_artist="Various",
    album="Album",
    track="3/12",
    genre="Blues",
    date="2024-05-06T07:08",
    composer="Bach",
    publisher="Me",
    copyright="2024 Me",
    encoded_by="Zoom H5",
    software="Recorder 1.0",
    comment="one\nдва",
    description="a meeting",
)


def texts() -> st.SearchStrategy[Tags]:
    pairs = st.lists(st.tuples(st.sampled_from(NAMES), st.text(max_size=30) | st.just("2024-05-06 07:08")), max_size=14)
    return pairs.map(tags_of)


@given(texts())
@example(Tags(genre="0"))
@settings(max_examples=60)
def test_what_is_written_is_read_again(tags: Tags) -> None:
    genre = f"({tags.genre})" if tags.genre.isdigit() else tags.genre  # a number in a list
    shown = replace(tags, genre=genre, comment=tags.comment or tags.description, description="")
    assert id3_texts(write_id3(tags)) == shown


def test_no_texts_are_no_tag() -> None:
    assert write_id3(Tags()) == b""


def test_a_tag_is_as_long_as_it_says() -> None:
    tag = write_id3(replace(ALL, comment="ж" * 4000))
    assert tag[:6] == b"ID3\x03\0\0"
    assert max(tag[6:10]) < 128
    assert tag[6] << 21 | tag[7] << 14 | tag[8] << 7 | tag[9] == len(tag) - 10


def test_ffmpeg_reads_what_is_written(tmp_path: Path) -> None:
    path = tmp_path / "tagged.mp3"
    path.write_bytes(write_id3(ALL) + silence(Mp3Format(44100, 2, Mp3Quality(bit_rate=128)), 44100))

    assert shown_texts(path) == {
        "title": ALL.title,
        "artist": ALL.artist,
        "album_artist": ALL.album_artist,
        "album": ALL.album,
        "track": ALL.track,
        "genre": ALL.genre,
        "date": "2024-05-06 07:08",
        "composer": ALL.composer,
        "publisher": ALL.publisher,
        "copyright": ALL.copyright,
        "encoded_by": ALL.encoded_by,
        "encoder": ALL.software,
        "comment": ALL.comment,
        "description": ALL.description,
    }


@given(st.integers(0, 400))
@settings(max_examples=40)
def test_a_tag_cut_short_loses_texts_and_changes_none(size: int) -> None:
    whole = id3_texts(write_id3(ALL))
    for text, right in zip(id3_texts(write_id3(ALL)[:size]).texts(), whole.texts(), strict=True):
        assert right.startswith(text)

"""Texts as an ID3v2.3 tag."""

import struct
from collections.abc import Iterator
from dataclasses import fields, replace
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from adapters.memory.converter import silence
from domain.output.chapters import MAX_CHAPTERS, Chapter, chapters
from domain.output.format import Mp3Format, Mp3Quality
from domain.output.id3 import write_id3
from domain.passport import Marker
from domain.recording.passport.markers import MAX_TITLE_LENGTH
from domain.tag_texts import MAX_COMMENT_LENGTH
from domain.tags import Tags
from tests.players import shown_chapters, shown_texts
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


def test_ffmpeg_shows_the_chapters_that_are_written(tmp_path: Path) -> None:
    path = tmp_path / "chapters.mp3"
    made = chapters([Marker(0, 0, "Größe 名前"), Marker(8001, 4000, "two"), Marker(22050, 0, "")], 44100, 44100)
    path.write_bytes(write_id3(ALL, made) + silence(Mp3Format(44100, 2, Mp3Quality(bit_rate=128)), 44100))

    assert shown_chapters(path) == [(0.0, 0.181, "Größe 名前"), (0.181, 0.272, "two"), (0.5, 1.0, "Marker 3")]
    assert shown_texts(path)["title"] == ALL.title


@pytest.mark.parametrize("count", [1, MAX_CHAPTERS])
def test_a_table_of_contents_names_all_chapters(count: int) -> None:
    """*ID3v2 Chapter Frame Addendum 1.0*, sections 3.1 and 3.2."""
    tag = write_id3(Tags(), [Chapter(number, number + 1, 8 * number, "x") for number in range(count)])
    frames = list(frames_of(tag[10:]))
    assert [name for name, _ in frames] == [b"CTOC", *[b"CHAP"] * count]
    names = [body.partition(b"\0")[0] for _, body in frames[1:]]
    assert frames[0][1] == b"toc\0\x03" + bytes([count]) + b"".join(name + b"\0" for name in names)
    assert len(set(names)) == count
    for number, (_, body) in enumerate(frames[1:]):
        head = body.partition(b"\0")[2]
        assert struct.unpack(">4I", head[:16]) == (number, number + 1, 2**32 - 1, 2**32 - 1)
        assert dict(frames_of(head[16:])) == {b"TIT2": b"\0x", b"TXXX": b"\0sample\0" + str(8 * number).encode()}


def frames_of(body: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Names and bodies of frames of version 2.3."""
    while body:
        size = int.from_bytes(body[4:8], "big")
        yield body[:4], body[10 : 10 + size]
        body = body[10 + size :]


def test_the_largest_tag_is_bounded() -> None:
    """docs/security.md says how large it may be."""
    longest = [Chapter(2**31, 2**31, 2**33, "ж" * MAX_TITLE_LENGTH)] * MAX_CHAPTERS
    texts = Tags(*("ж" * (MAX_COMMENT_LENGTH if name in ("comment", "description") else 1000) for name in NAMES))
    assert len(write_id3(replace(texts, comment="я" * MAX_COMMENT_LENGTH), longest)) <= 145_000


@given(st.integers(0, 400))
@settings(max_examples=40)
def test_a_tag_cut_short_loses_texts_and_changes_none(size: int) -> None:
    whole = id3_texts(write_id3(ALL))
    for text, right in zip(id3_texts(write_id3(ALL)[:size]).texts(), whole.texts(), strict=True):
        assert right.startswith(text)

"""The texts in a WAV's chunks."""

import struct
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.recording.repairs import Repair
from domain.recording.texts import MAX_CHUNK_BYTES, MAX_CHUNKS, MAX_TEXTS
from domain.tags import Tags
from tests.texts import bext, frame, id3, info
from tests.unit.recording.reading import read
from tests.wavs import Chunk, wav

MAGICS = (b"RIFF", b"RIFX", b"RF64", b"BW64", b"riff")
DATA = bytes(100)
EVERYTHING = (
    (b"INAM", b"title\0"),
    (b"IART", "Größe".encode()),
    (b"IPRD", b"album\0"),
    (b"IPRT", b"3/12"),
    (b"IGNR", b"genre\0"),
    (b"ICRD", b"2024-05-06"),
    (b"ICMT", b"one\r\ntwo\0"),
    (b"ISFT", b"software"),
    (b"ICOP", b"copyright"),
    (b"IENG", b"engineer"),
)
READ = Tags(
    title="title",
    artist="Größe",
    album="album",
    track="3/12",
    genre="genre",
    date="2024-05-06",
    comment="one\ntwo",
    software="software",
    copyright="copyright",
    encoded_by="engineer",
)


def title(text: bytes) -> Chunk:
    return b"LIST", info((b"INAM", text))


def tags(**words: Any) -> Tags:
    return read(wav(DATA, **words)).tags


@pytest.mark.parametrize("place", ["before", "after"])
@pytest.mark.parametrize("pad", [True, False])
@pytest.mark.parametrize("magic", MAGICS)
def test_an_info_list_is_read_in_every_container(magic: bytes, pad: bool, place: str) -> None:
    name = b"list" if magic == b"riff" else b"LIST"
    body = info(*EVERYTHING, big_endian=magic == b"RIFX", pad=pad)
    assert tags(magic=magic, **{place: [(name, body)]}) == READ


@pytest.mark.parametrize("place", ["before", "after"])
@pytest.mark.parametrize("magic", MAGICS)
def test_bext_is_read_in_every_container(magic: bytes, place: str) -> None:
    body = bext(b"a meeting\r\nin May", b"Zoom H5", b"2024-05-06", b"07:08:09")
    found = tags(magic=magic, **{place: [(b"bext", body)]})
    assert found == Tags(description="a meeting\nin May", encoded_by="Zoom H5", date="2024-05-06T07:08")


@pytest.mark.parametrize("name", [b"id3 ", b"ID3 "])
@pytest.mark.parametrize("place", ["before", "after"])
@pytest.mark.parametrize("magic", MAGICS)
def test_an_id3_chunk_is_read_in_every_container(magic: bytes, place: str, name: bytes) -> None:
    body = id3(3, frame(3, b"TIT2", b"\0title"))
    assert tags(magic=magic, **{place: [(name, body)]}) == Tags(title="title")


def test_an_id3_tag_before_the_container_is_read() -> None:
    tag = id3(4, frame(4, b"TIT2", b"\3title"))
    found = read(tag + wav(DATA))
    assert (found.tags, found.repairs) == (Tags(title="title"), (Repair.LEADING_TAG,))


def test_id3_counts_before_info_and_info_before_bext() -> None:
    chunks = [
        (b"bext", bext(b"bext", b"bext", b"2001-01-01")),
        (b"LIST", info((b"INAM", b"info"), (b"ITCH", b"info"), (b"IART", b"info"))),
        (b"id3 ", id3(3, frame(3, b"TIT2", b"\0id3"))),
    ]
    expected = Tags(title="id3", artist="info", encoded_by="info", date="2001-01-01", description="bext")
    assert tags(before=chunks) == tags(after=chunks) == expected
    assert tags(before=chunks[:1], after=chunks[1:]) == tags(before=chunks[1:], after=chunks[:1]) == expected


def test_of_several_lists_the_first_that_says_something_counts() -> None:
    chunks = [(b"LIST", b"adtl" + bytes(20)), title(b"\0"), title(b"a"), title(b"b")]
    assert tags(before=chunks) == Tags(title="a")


def test_a_field_that_is_cut_within_a_character_keeps_the_others() -> None:
    description = ("a" + "ж" * 200).encode()[:256]
    assert tags(before=[(b"bext", bext(description, b"Zoom"))]) == Tags(description="a" + "ж" * 127, encoded_by="Zoom")


@pytest.mark.parametrize(
    "chunk",
    [
        (b"LIST", b""),
        (b"LIST", b"INF"),
        (b"LIST", b"INFO"),
        (b"LIST", b"INFOINAM"),
        (b"LIST", b"INFOINAM" + struct.pack("<I", 0x40000000) + b"text"),
        (b"LIST", b"INFOINAM" + b"\xff\xff\xff\xfftext"),
        (b"LIST", b"INFO" + b"LIST\x0c\0\0\0INFO" * 1000),
        (b"LIST", info(*[(b"IXXX", b"x")] * 10_000)),
        (b"LIST", info((b"INAM", b"\0\0\0"), (b"ICRD", b"yesterday"), (b"ITRK", b"one"))),
        (b"bext", b""),
        (b"bext", bytes(602)),
        (b"bext", bytes(300)),
        (b"id3 ", b""),
        (b"id3 ", b"ID3"),
        (b"id3 ", id3(3, frame(3, b"TIT2", b"\1\xff"))),
        (b"id3 ", id3(3, frame(3, b"TIT2", b"\0a", size=b"\x40\0\0\0"))),
        (b"id3 ", b"\0ID3\x03"),
    ],
)
@pytest.mark.parametrize("place", ["before", "after"])
def test_a_broken_tag_is_left_out_and_mends_and_refuses_nothing(place: str, chunk: Chunk) -> None:
    words: dict[str, Any] = {place: [chunk]}
    found = read(wav(DATA, **words))
    assert (found.tags, found.repairs, found.data) == (Tags(), (), DATA)


def test_texts_of_a_chunk_that_is_cut_off_are_kept() -> None:
    file = wav(DATA, after=[(b"LIST", info((b"INAM", b"title"), (b"IART", b"artist")))])
    assert read(file[:-3]).tags == Tags(title="title")


def test_of_a_large_chunk_the_start_is_read() -> None:
    filler = bytes(MAX_CHUNK_BYTES)
    large = (b"LIST", info((b"INAM", b"title"), (b"IXXX", filler), (b"IART", b"artist")))
    assert tags(before=[large]) == tags(after=[large]) == Tags(title="title")


def test_texts_of_a_list_are_looked_at_up_to_a_bound() -> None:
    others = [(b"IXXX", b"x")] * MAX_TEXTS
    assert tags(before=[(b"LIST", info(*others[1:], (b"INAM", b"title")))]) == Tags(title="title")
    assert tags(before=[(b"LIST", info(*others, (b"INAM", b"title")))]) == Tags()


def test_chunks_of_texts_are_read_up_to_a_bound() -> None:
    others = [(b"LIST", info((b"IXXX", b"x")))] * MAX_CHUNKS
    assert tags(before=others[1:], after=[title(b"title")]) == Tags(title="title")
    assert tags(before=others, after=[title(b"title")]) == Tags()


@given(
    name=st.sampled_from([b"LIST", b"bext", b"id3 "]),
    body=st.binary(max_size=400) | st.binary(max_size=60).map(lambda rest: b"INFOINAM" + rest),
    magic=st.sampled_from(MAGICS),
    push=st.integers(1, 300),
)
@settings(max_examples=60, deadline=None)
def test_any_bytes_are_texts_or_none(name: bytes, body: bytes, magic: bytes, push: int) -> None:
    words: dict[str, Any] = {"magic": magic, "before": [(name, body)], "after": [(name, body)]}
    whole, pieces = read(wav(DATA, **words)), read(wav(DATA, **words), push=push)
    without = read(wav(DATA, magic=magic, before=[(b"junk", body)], after=[(b"junk", body)]))
    assert whole == pieces
    assert (whole.data, whole.repairs) == (without.data, without.repairs)

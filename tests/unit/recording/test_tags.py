"""The texts in a WAV's chunks."""

import struct
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from domain.code_pages import parse_code_page
from domain.recording.repairs import Repair
from domain.recording.texts import MAX_CHUNK_BYTES, MAX_CHUNKS, MAX_TEXTS
from domain.tags import Tags
from tests.passports import cset
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


FIELDS = {b"INAM": "title", b"IART": "artist", b"IPRD": "album", b"ICMT": "comment", b"ISFT": "software"}
PADS: dict[str, Callable[[bytes], int]] = {
    "right": lambda text: len(text) % 2,
    "none": lambda _: 0,
    "inverted": lambda text: 1 - len(text) % 2,
    "always": lambda _: 1,
    "a zero that is not counted": lambda text: 1 + (len(text) + 1) % 2,
}
"""How many zeros writers put behind a text."""
a_list = st.lists(
    st.tuples(
        st.sampled_from([*FIELDS, b"IXXX"]), st.text(st.characters(max_codepoint=0x7E, min_codepoint=0x21), min_size=1)
    ),
    min_size=1,
    max_size=8,
    unique_by=lambda pair: pair[0],
)


@pytest.mark.parametrize("style", PADS)
@given(texts=a_list, magic=st.sampled_from(MAGICS))
@example(texts=[(b"ISFT", "scanner 1"), (b"ICMT", "unit  4512"), (b"INAM", "talkgroup7")], magic=b"RIFF")
@example(texts=[(b"INAM", "odd"), (b"IART", "even"), (b"IXXX", "odd"), (b"IPRD", "last")], magic=b"RIFX")
@settings(max_examples=40, deadline=None)
def test_a_list_is_read_whole_however_its_texts_are_padded(
    style: str, texts: list[tuple[bytes, str]], magic: bytes
) -> None:
    size_format = ">I" if magic == b"RIFX" else "<I"
    body = b"INFO" + b"".join(
        name + struct.pack(size_format, len(text)) + text.encode() + bytes(PADS[style](text.encode()))
        for name, text in texts
    )
    expected = Tags(**{FIELDS[name]: text[:1000] for name, text in texts if name in FIELDS})
    assert tags(magic=magic, before=[(b"list" if magic == b"riff" else b"LIST", body)]) == expected


@pytest.mark.parametrize("pad", [b" ", b"\xff", b"I"])
def test_what_a_pad_byte_is_does_not_matter(pad: bytes) -> None:
    body = b"INFO" + b"INAM\3\0\0\0odd" + pad + b"IART\4\0\0\0even"
    assert tags(before=[(b"LIST", body)]) == Tags(title="odd", artist="even")


@pytest.mark.parametrize("place", ["before", "after"])
@pytest.mark.parametrize("late", [True, False])
@pytest.mark.parametrize("magic", MAGICS)
def test_texts_are_in_the_code_page_that_the_file_declares(magic: bytes, late: bool, place: str) -> None:
    big = magic == b"RIFX"
    texts = [
        (
            b"list" if magic == b"riff" else b"LIST",
            info((b"INAM", "Песня".encode("cp1251")), (b"IART", b"Ann"), big_endian=big),
        ),
        (b"bext", bext("Совещание".encode("cp1251"), "Зум".encode("cp1251"))),
        (b"id3 ", id3(3, frame(3, b"TALB", b"\0" + "Альбом".encode("cp1251")), frame(3, b"TPUB", b"\1\xff\xfeX\4"))),
    ]
    chunks = [*texts, cset(1251, big_endian=big)] if late else [cset(1251, big_endian=big), *texts]
    assert tags(magic=magic, **{place: chunks}) == Tags(
        title="Песня", artist="Ann", album="Альбом", publisher="ј", encoded_by="Зум", description="Совещание"
    )


def test_texts_before_the_sound_are_in_a_code_page_that_comes_behind_it() -> None:
    comment = "Ж" * 4000
    before = [(b"LIST", info((b"INAM", "Песня".encode("cp1251")), (b"ICMT", comment.encode("cp1251"))))]
    assert tags(before=before, after=[cset(1251)]) == Tags(title="Песня", comment=comment)


@pytest.mark.parametrize(
    ("page", "text", "title"),
    [
        (932, "録音".encode("cp932"), "録音"),
        (936, "录音".encode("gbk"), "录音"),
        (949, "녹음".encode("cp949"), "녹음"),
        (950, "錄音".encode("cp950"), "錄音"),
        (1250, "žluť".encode("cp1250"), "žluť"),
        (1253, "φωνή".encode("cp1253"), "φωνή"),
        (866, "Песня".encode("cp866"), "Песня"),
        (20866, "Песня".encode("koi8_r"), "Песня"),
        (28595, "Песня".encode("iso8859_5"), "Песня"),
        (65001, "Песня".encode(), "Песня"),
        (1004, b"\x93caf\xe9\x94", "“café”"),
        (1255, b"a\xff\xca\xdbb", "ab"),
        (932, "録".encode("cp932")[:1] + b"\0", ""),
        (0, "Größe".encode(), "Größe"),
        (0, "Größe".encode("cp1252"), "Größe"),
        (9, "Größe".encode("cp1252"), "Größe"),
    ],
)
def test_each_code_page_that_is_known_is_heeded(page: int, text: bytes, title: str) -> None:
    assert tags(before=[cset(page), (b"LIST", info((b"INAM", text)))]).title == title


@pytest.mark.parametrize(("others", "heeded"), [((0, 9, 1251), 1251), ((1251, 1252), 1251), ((65001, 1251), 65001)])
def test_the_first_declaration_that_is_known_counts(others: tuple[int, ...], heeded: int) -> None:
    text = "Песня".encode("cp1251" if heeded == 1251 else "utf-8")
    assert tags(before=[(b"LIST", info((b"INAM", text))), *map(cset, others)]) == Tags(title="Песня")


@pytest.mark.parametrize("body", [b"", b"\xe3", b"\xe3\x04"])
def test_a_declaration_that_is_cut_short_says_what_it_can(body: bytes) -> None:
    found = tags(before=[(b"CSET", body), (b"LIST", info((b"INAM", "Песня".encode("cp1251"))))])
    assert found.title == ("Песня" if len(body) == 2 else "Песня".encode("cp1251").decode("cp1252"))


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("Песня".encode("cp1251"), "Песня"),
        ("Песня".encode(), "Песня"),
        ("Песня".encode("utf-16"), "Песня"),
        ("Песня".encode("utf-16-le"), "Песня"),
        (b"plain", "plain"),
    ],
)
def test_where_nothing_is_declared_the_operators_page_is_taken_unless_it_is_utf_8(text: bytes, title: str) -> None:
    page = parse_code_page("windows-1251")
    recording = wav(DATA, before=[(b"LIST", info((b"INAM", text)))])
    assert read(recording, page=page).tags.title == title
    french = info((b"IART", "forêt".encode("cp1252")))
    assert read(wav(DATA, before=[cset(1252), (b"LIST", french)]), page=page).tags.artist == "forêt"


@pytest.mark.parametrize("text", ["a title", "Песня", "Ελλάδα 2", "שלום", "Größe – ½", "ab"])
@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-16"])
@pytest.mark.parametrize("end", [b"", b"\0\0", b"\0\0\0\0rest"])
def test_utf_16_is_known_by_its_bytes(text: str, encoding: str, end: bytes) -> None:
    assert tags(before=[title(text.encode(encoding) + end)]) == Tags(title=text)


@pytest.mark.parametrize("text", ["x", "a b c d ", "!a!b!c!d", "a\tb\tc", "ab cd", "\x04\x05\x04\x05"])
def test_what_is_no_utf_16_is_not_taken_for_it(text: str) -> None:
    found = tags(before=[title(text.encode() + b"\0\0")]).title
    assert found == text.translate({4: None, 5: None, 9: " "}).strip()


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

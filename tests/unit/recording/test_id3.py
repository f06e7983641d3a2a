"""ID3v2 tags of each version, read."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.recording.texts import MAX_TEXTS
from domain.tags import Tags
from tests.texts import frame, id3
from tests.unit.recording.reading import id3_texts

UTF_16 = b"\1\xff\xfe" + "Ünï".encode("utf-16-le")
WITHOUT_A_MARK = ("a title", "Песня", "Ελλάδα 2", "第一", "歌曲", "שלום", "Größe – ½")


@pytest.mark.parametrize(
    ("version", "title", "year", "day", "time", "comment"),
    [(2, b"TT2", b"TYE", b"TDA", b"TIM", b"COM"), (3, b"TIT2", b"TYER", b"TDAT", b"TIME", b"COMM")],
)
def test_older_versions_are_read(
    version: int, title: bytes, year: bytes, day: bytes, time: bytes, comment: bytes
) -> None:
    tag = id3(
        version,
        frame(version, comment, b"\0engiTunNORM\0 00"),
        frame(version, comment, b"\1eng\xff\xfe\0\0\xff\xfeh\0i\0"),
        frame(version, title, UTF_16 + b"\0\0"),
        *(frame(version, name, b"\0" + text) for name, text in ((year, b"2024"), (day, b"0605"), (time, b"0708"))),
        bytes(100),
    )
    assert id3_texts(tag) == Tags(title="Ünï", date="2024-05-06T07:08", comment="hi")


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (b"\0plain", "plain"),
        ("\0Größe".encode("latin-1"), "Größe"),
        ("\0Größe".encode(), "Größe"),
        (UTF_16, "Ünï"),
        (b"\1\xfe\xff" + "Ünï".encode("utf-16-be"), "Ünï"),
        (b"\2" + "Ünï".encode("utf-16-be"), "Ünï"),
        ("\3Ünï".encode(), "Ünï"),
        (b"\3first\0second", "first/second"),
        (b"\0first\0\0 second \0first\0", "first/second"),
        ("\0Größe\0Länge".encode("latin-1"), "Größe/Länge"),
        (UTF_16 + b"\0\0" + UTF_16[1:] + b"\0\0\xff\xfex\0", "Ünï/x"),
        (b"\2" + "Ünï\0x".encode("utf-16-be"), "Ünï/x"),
        (b"\0A\0B\0C", "A/B/C"),
        *((b"\1" + text.encode(order), text) for text in WITHOUT_A_MARK for order in ("utf-16-le", "utf-16-be")),
        (b"\1" + "한국어".encode("utf-16-le"), "한국어"),
        (b"\3" + "Größe".encode("latin-1"), "Größe"),
        (b"\1\xff\xfe\x00\xd8a\0\xff", "a"),
        (b"\1", ""),
        (b"", ""),
    ],
)
def test_every_encoding_is_read(body: bytes, text: str) -> None:
    assert id3_texts(id3(4, frame(4, b"TIT2", body))) == Tags(title=text)


@pytest.mark.parametrize(
    ("tag", "title"),
    [
        (id3(3, frame(3, b"TIT2", b"\1\xff\xfea\0").replace(b"\xff", b"\xff\0"), flags=0x80), "a"),
        (id3(4, frame(4, b"TIT2", b"\1\xff\0\xfea\0"), flags=0x80), "a"),
        (id3(4, frame(4, b"TIT2", b"\0\0\0\5\1\xff\0\xfea\0", flags=0x03)), "a"),
        (id3(3, frame(3, b"TIT2", b"G\0a", flags=0x20)), "a"),
        (id3(4, frame(4, b"TIT2", b"G\0a", flags=0x40)), "a"),
        (id3(3, frame(3, b"TIT2", b"\0a", flags=0x80), frame(3, b"TIT2", b"\0b")), "b"),
        (id3(4, frame(4, b"TIT2", b"\0a", flags=0x04), frame(4, b"TIT2", b"\0b")), "b"),
        (id3(3, frame(3, b"TIT2", b"\0a"), flags=0x40, extended=b"\0\0\0\6" + bytes(6)), "a"),
        (id3(4, frame(4, b"TIT2", b"\0a"), flags=0x40, extended=b"\0\0\0\6\1\0"), "a"),
        (id3(4, frame(4, b"APIC", bytes(200), size=b"\0\0\0\xc8"), frame(4, b"TIT2", b"\0a")), "a"),
        (id3(2, frame(2, b"TT2", b"\0a"), flags=0x40), ""),
        (id3(5, frame(4, b"TIT2", b"\0a")), ""),
        (id3(3, frame(3, b"TIT2", b"\0a"), size=(1 << 28) - 1), "a"),
        (id3(3, frame(3, b"TIT2", b"\0a", size=b"\xff\xff\xff\xff"), frame(3, b"TIT2", b"\0b")), ""),
    ],
    ids=[
        "unsynchronised",
        "unsynchronised 2.4",
        "unsynchronised frame with its length",
        "group",
        "group 2.4",
        "compressed",
        "encrypted",
        "extended head",
        "extended head 2.4",
        "2.4 with plain sizes",
        "compressed 2.2",
        "another version",
        "a tag that claims too much",
        "a frame that claims too much",
    ],
)
def test_what_flags_say_is_heeded(tag: bytes, title: str) -> None:
    assert id3_texts(tag).title == title


@pytest.mark.parametrize("last", [b"", bytes(30)], ids=["no padding", "padding"])
@pytest.mark.parametrize("size", [128, 300, 16_384])
def test_plain_sizes_under_version_2_4_are_known_by_where_the_next_frame_lies(size: int, last: bytes) -> None:
    """As iTunes wrote them. All these have no byte above 127 or only the last one."""
    plain = frame(4, b"APIC", bytes(size), size=size.to_bytes(4, "big"))
    right = frame(4, b"APIC", b"TIT2" * (size // 4))
    title = frame(4, b"TIT2", b"\0a")

    assert id3_texts(id3(4, plain, title, last)).title == "a"
    assert id3_texts(id3(4, right, title, last)).title == "a"


@pytest.mark.parametrize("version", [2, 3, 4])
def test_of_numbers_and_dates_the_first_value_counts(version: int) -> None:
    track, year = (b"TRK", b"TYE") if version == 2 else (b"TRCK", b"TYER")
    tag = id3(version, frame(version, track, b"\x003\x004"), frame(version, year, b"\x002024\x002025"))
    assert id3_texts(tag) == Tags(track="3", date="2024")


@pytest.mark.parametrize(
    ("day", "date"), [(b"3002", "2024"), (b"0000", "2024"), (b"2902", "2024-02-29"), (b"0113", "2024"), (b"x", "2024")]
)
def test_a_year_is_right_where_its_day_is_impossible(day: bytes, date: str) -> None:
    tag = id3(3, frame(3, b"TDAT", b"\0" + day), frame(3, b"TYER", b"\x002024"))
    assert id3_texts(tag) == Tags(date=date)


def test_frames_are_looked_at_up_to_a_bound() -> None:
    others, title = [frame(3, b"TXXX", b"\0")] * MAX_TEXTS, frame(3, b"TIT2", b"\0a")
    assert id3_texts(id3(3, *others[1:], title)) == Tags(title="a")
    assert id3_texts(id3(3, *others, title)) == Tags()


@given(st.sampled_from([2, 3, 4]), st.integers(0, 255), st.binary(max_size=120))
def test_any_bytes_are_a_tag_or_none(version: int, flags: int, body: bytes) -> None:
    id3_texts(b"ID3" + body)
    id3_texts(id3(version, body, flags=flags))
    id3_texts(id3(version, frame(version, b"TT2" if version == 2 else b"COMM", body, flags=0), flags=flags))

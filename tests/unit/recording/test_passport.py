"""What recorders and editors write about a recording, chunk by chunk."""

import struct
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.passport import Marker, Passport
from domain.recording.passport.cues import MAX_POINTS
from domain.recording.passport.entries import MAX_PASSPORT_BYTES, MAX_PIECES
from domain.recording.passport.ixml import MAX_ATTRIBUTES, MAX_DEPTH
from domain.recording.passport.sampler import MAX_LOOPS
from domain.recording.texts import TagReader
from domain.tags import Tags
from tests.passports import adtl, bext, cart, cset, cue, note, region
from tests.texts import info
from tests.unit.recording.reading import read
from tests.wavs import IMA_ADPCM, Chunk, ima_adpcm_blocks, wav

MAGICS = (b"RIFF", b"RIFX", b"RF64", b"BW64", b"riff")
DATA = bytes(2000)
IXML = """<?xml version="1.0" encoding="UTF-8"?>
<BWFXML>
  <IXML_VERSION>2.10</IXML_VERSION>
  <PROJECT>Лето &amp; Co</PROJECT><SCENE>12A</SCENE><TAKE>3</TAKE><TAPE>24Y05M06</TAPE><NOTE>plane overhead</NOTE>
  <TRACK_LIST><TRACK_COUNT>2</TRACK_COUNT>
    <TRACK><CHANNEL_INDEX>1</CHANNEL_INDEX><NAME>Boom</NAME></TRACK>
    <TRACK><CHANNEL_INDEX>2</CHANNEL_INDEX><NAME>Lav</NAME></TRACK>
  </TRACK_LIST>
</BWFXML>"""
READ_IXML = {
    "IXML_VERSION": "2.10",
    "PROJECT": "Лето & Co",
    "SCENE": "12A",
    "TAKE": "3",
    "TAPE": "24Y05M06",
    "NOTE": "plane overhead",
    "TRACK_LIST": {
        "TRACK_COUNT": "2",
        "TRACK": [{"CHANNEL_INDEX": "1", "NAME": "Boom"}, {"CHANNEL_INDEX": "2", "NAME": "Lav"}],
    },
}
GUANO = """GUANO|Version:  1.0

Timestamp:  2012-03-29T03:58:01+04:00
Make: Pettersson
 Model:\tD1000X
Note: caught in the net\\nat 3:58
Loc Position: 37.1878016 -86.1057312
PET|D500X|TSens: high
a line of none
: nothing
Make: another
Empty:
"""
READ_GUANO = {
    "GUANO|Version": "1.0",
    "Timestamp": "2012-03-29T03:58:01+04:00",
    "Make": "Pettersson",
    "Model": "D1000X",
    "Note": "caught in the net\nat 3:58",
    "Loc Position": "37.1878016 -86.1057312",
    "PET|D500X|TSens": "high",
}


def passport(*chunks: Chunk, **words: Any) -> Passport:
    """Of a recording with these chunks before its data, which are no reason to mend anything."""
    found = read(wav(DATA, before=chunks, **words))
    assert (found.data, found.repairs) == (DATA, ())
    return found.passport


def markers(*chunks: Chunk) -> list[tuple[int, int, str]]:
    return [(marker.position, marker.length, marker.title) for marker in read(wav(DATA, before=chunks)).markers]


@pytest.mark.parametrize("magic", MAGICS)
@pytest.mark.parametrize("place", ["before", "after"])
def test_bext_is_kept_with_its_numbers(magic: bytes, place: str) -> None:
    body = bext(
        b"a meeting\r\nin May",
        b"Zoom H5",
        b"REFERENCE",
        b"2024-05-06",
        b"07:08:09",
        time_reference=48_000 * 86_399 + 2**32,
        umid=bytes(range(1, 33)),
        loudness=(-2312, 540, -105, 0x7FFF, 0),
        history=b"A=PCM,F=48000,W=24,M=mono\r\nA=MPEG1L3\r\n\0\0",
        big_endian=magic == b"RIFX",
    )
    words: dict[str, Any] = {place: [(b"bext", body)]}
    assert read(wav(DATA, magic=magic, **words)).passport == {
        "bext": {
            "Description": "a meeting\nin May",
            "Originator": "Zoom H5",
            "OriginatorReference": "REFERENCE",
            "OriginationDate": "2024-05-06",
            "OriginationTime": "07:08:09",
            "TimeReference": 48_000 * 86_399 + 2**32,
            "Version": 2,
            "UMID": "".join(f"{byte:02X}" for byte in range(1, 33)),
            "LoudnessValue": -23.12,
            "LoudnessRange": 5.4,
            "MaxTruePeakLevel": -1.05,
            "MaxShortTermLoudness": 0.0,
            "CodingHistory": "A=PCM,F=48000,W=24,M=mono\nA=MPEG1L3",
        }
    }


@pytest.mark.parametrize(("version", "names"), [(0, set()), (1, {"UMID"}), (2, {"UMID", "LoudnessValue"})])
def test_what_a_version_of_bext_does_not_have_is_not_read(version: int, names: set[str]) -> None:
    body = bext(*[b""] * 5, version=version, umid=b"u" * 64, loudness=(100, *[0x7FFF] * 4))
    found = passport((b"bext", body))["bext"]
    assert set(found) == {"TimeReference", "Version"} | names
    assert found.get("UMID", "75" * 64) == "75" * 64


def test_an_extended_umid_is_kept_whole_and_none_is_none() -> None:
    extended = bytes(range(64))
    assert passport((b"bext", bext(*[b""] * 5, umid=extended)))["bext"]["UMID"] == extended.hex().upper()
    assert "UMID" not in passport((b"bext", bext(*[b""] * 5)))["bext"]


@pytest.mark.parametrize("size", [0, 1, 256, 300, 346, 347, 348, 411, 420, 601])
def test_bext_that_is_cut_gives_what_is_whole(size: int) -> None:
    body = bext(b"d" * 256, b"", b"", b"2024-05-06", b"", time_reference=7, umid=b"u" * 64, history=b"history")
    found = passport((b"bext", body[:size])).get("bext", {})
    assert found.get("Description", "d" * min(size, 256)) == "d" * min(size, 256)
    assert ("TimeReference" in found, "CodingHistory" in found) == (size >= 348, False)


@pytest.mark.parametrize("magic", MAGICS)
def test_cart_is_kept(magic: bytes) -> None:
    big_endian = magic == b"RIFX"
    texts = (b"0101", b"Morning", b"Ann", b"CUT1", b"", b"NEWS", b"", b"and goodbye")
    times = (b"2024/05/06", b"07:08:09", b"9999/12/31", b"23:59:59")
    body = cart(
        *(*texts, *times, b"Producer", b"2.0", b""),
        level=-32768,
        timers=[(b"SEGs", 0), (b"SEGe", 44_100)],
        url=b"http://radio.example",
        tag_text=b"one\r\ntwo\0",
        big_endian=big_endian,
    )
    assert passport((b"cart", body), magic=magic)["cart"] == {
        "Version": "0101",
        "Title": "Morning",
        "Artist": "Ann",
        "CutID": "CUT1",
        "Category": "NEWS",
        "OutCue": "and goodbye",
        "StartDate": "2024/05/06",
        "StartTime": "07:08:09",
        "EndDate": "9999/12/31",
        "EndTime": "23:59:59",
        "ProducerAppID": "Producer",
        "ProducerAppVersion": "2.0",
        "LevelReference": -32768,
        "PostTimer": [{"Usage": "SEGs", "Value": 0}, {"Usage": "SEGe", "Value": 44_100}],
        "URL": "http://radio.example",
        "TagText": "one\ntwo",
    }


@pytest.mark.parametrize("magic", MAGICS)
def test_loops_and_notes_of_a_sampler_are_kept(magic: bytes) -> None:
    order = ">" if magic == b"RIFX" else "<"
    head = struct.pack(f"{order}9I", 0x01000047, 5, 22_675, 60, 0x80000000, 25, 0, 2, 0)
    loops = struct.pack(f"{order}12I", 1, 0, 10, 20, 0, 0, 2, 1, 30, 40, 5, 6)
    found = passport((b"smpl", head + loops), (b"inst", bytes([60, 0xCE, 0xFA, 0, 127, 1, 126])), magic=magic)
    assert found == {
        "smpl": {
            "Manufacturer": 0x01000047,
            "Product": 5,
            "SamplePeriod": 22_675,
            "MIDIUnityNote": 60,
            "MIDIPitchFraction": 0x80000000,
            "SMPTEFormat": 25,
            "SMPTEOffset": 0,
            "SamplerData": 0,
            "SampleLoops": [
                {"Identifier": 1, "Type": 0, "Start": 10, "End": 20, "Fraction": 0, "PlayCount": 0},
                {"Identifier": 2, "Type": 1, "Start": 30, "End": 40, "Fraction": 5, "PlayCount": 6},
            ],
        },
        "inst": {
            "UnshiftedNote": 60,
            "FineTune": -50,
            "Gain": -6,
            "LowNote": 0,
            "HighNote": 127,
            "LowVelocity": 1,
            "HighVelocity": 126,
        },
    }


@pytest.mark.parametrize(("claimed", "there", "read"), [(0, 2, 0), (1, 2, 1), (9, 2, 2), (2**32 - 1, 100, MAX_LOOPS)])
def test_loops_are_those_that_are_there_and_claimed(claimed: int, there: int, read: int) -> None:
    body = struct.pack("<9I", *[1] * 7, claimed, 0) + struct.pack("<6I", *[1] * 6) * there + b"12345"
    assert len(passport((b"smpl", body))["smpl"].get("SampleLoops", [])) == read


@pytest.mark.parametrize("mark", ["", "\ufeff", "  \r\n"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_ixml_is_kept_by_its_own_names(mark: str, encoding: str) -> None:
    assert passport((b"iXML", (mark + IXML).encode(encoding) + b"\0\0"))["iXML"] == READ_IXML


@pytest.mark.parametrize(
    ("encoding", "zeros"),
    [
        *((encoding, zeros) for encoding in ("utf-8", "utf-8-sig", "utf-16") for zeros in (1, 2, 3, 4)),
        *((encoding, zeros) for encoding in ("utf-16-le", "utf-16-be") for zeros in (2, 4)),
    ],
)
def test_ixml_and_guano_are_read_behind_nuls(encoding: str, zeros: int) -> None:
    chunks = [(b"iXML", bytes(zeros) + IXML.encode(encoding)), (b"guan", bytes(zeros) + GUANO.encode(encoding))]
    assert passport(*chunks) == {"iXML": READ_IXML, "GUANO": READ_GUANO}


@pytest.mark.parametrize("encoding", ["UTF-16", "windows-1251", "hex", "x-none"])
def test_what_ixml_calls_its_encoding_is_of_no_account(encoding: str) -> None:
    body = IXML.replace("UTF-8", encoding).encode()
    assert passport((b"iXML", body))["iXML"] == READ_IXML


@pytest.mark.parametrize(
    ("written", "read_as"),
    [
        ("Rock & Roll", "Rock & Roll"),
        ("R&D; &amp; more", "R&D; & more"),
        ("Caf&eacute;", "Caf&eacute;"),
        ("&#1046;&#x416;", "ЖЖ"),
        ("A\x01B\x1f", "AB"),
        ("<![CDATA[this & that]]>", "this & that"),
    ],
)
def test_ixml_that_is_not_escaped_is_read_to_its_end(written: str, read_as: str) -> None:
    found = passport((b"iXML", f"<BWFXML><SCENE>{written}</SCENE><NOTE>end</NOTE></BWFXML>".encode()))["iXML"]

    assert found == {"SCENE": read_as, "NOTE": "end"}


@pytest.mark.parametrize("cut", range(60, len(IXML), 17))
def test_ixml_that_is_cut_gives_what_was_said_before(cut: int) -> None:
    found = passport((b"iXML", IXML[:cut].encode())).get("iXML", {})
    assert set(found) <= set(READ_IXML)
    whole = [name for name in found if name not in ("TRACK_LIST", [*found][-1])]
    assert [found[name] for name in whole] == [READ_IXML[name] for name in whole]


@pytest.mark.parametrize(
    "mangled", ["<BWFXML><NOTE>one</NOTE><TAKE>&unknown;</TAKE>", "<BWFXML><NOTE>one</NOTE></TAKE>"]
)
def test_of_broken_xml_the_part_before_is_kept(mangled: str) -> None:
    found = passport((b"iXML", mangled.encode()))["iXML"]
    assert found["NOTE"] == "one"
    assert set(found) <= {"NOTE", "TAKE"}


def test_a_root_of_another_name_is_kept() -> None:
    assert passport((b"iXML", b"<NOTES><NOTE>one</NOTE></NOTES>"))["iXML"] == {"NOTES": {"NOTE": "one"}}


ENTITIES = "".join(f'<!ENTITY e{level} "{f"&e{level - 1};" * 10}">' for level in range(1, 10))
HOSTILE = {
    "entities that multiply": f'<!DOCTYPE B [<!ENTITY e0 "ha">{ENTITIES}]><BWFXML><NOTE>&e9;</NOTE></BWFXML>',
    "a file": '<!DOCTYPE B [<!ENTITY f SYSTEM "file:///etc/passwd">]><BWFXML><NOTE>&f;</NOTE></BWFXML>',
    "an address": '<!DOCTYPE B SYSTEM "http://127.0.0.1:9/x.dtd"><BWFXML><NOTE>n</NOTE></BWFXML>',
    "parameters": '<!DOCTYPE B [<!ENTITY % p SYSTEM "http://127.0.0.1:9/p">%p;]><BWFXML><NOTE>n</NOTE></BWFXML>',
    "inclusion": '<BWFXML><xi:include href="file:///etc/passwd" parse="text"/></BWFXML>',
    "a style sheet": '<?xml-stylesheet href="http://127.0.0.1:9/"?><BWFXML></BWFXML>',
    "depth": "<d>" * 20_000,
    "elements": "<BWFXML>" + "<E/>" * 16_000,
    "attributes": "<BWFXML " + " ".join(f'a{number}="1"' for number in range(6_000)) + "/>",
    "a name": "<" + "a" * 60_000,
    "markup": "<" * 60_000,
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_x1_nothing_in_xml_is_resolved_and_the_sound_is_kept(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: Any, **__: Any) -> None:
        raise AssertionError("nothing is opened and nobody is called")

    monkeypatch.setattr("builtins.open", refused)
    monkeypatch.setattr("socket.socket", refused)

    found = read(wav(DATA, before=[(b"iXML", HOSTILE[kind].encode()), (b"LIST", info((b"INAM", b"title")))]))

    assert (found.passport, found.tags, found.data, found.repairs) == ({}, Tags(title="title"), DATA, ())


def test_x1_xml_is_read_so_deep_and_so_far() -> None:
    inner = "<E>" * (MAX_DEPTH - 1) + "deep" + "</E>" * (MAX_DEPTH - 1)
    found: Any = passport((b"iXML", f"<BWFXML>{inner}</BWFXML>".encode()))["iXML"]
    for _ in range(MAX_DEPTH - 1):
        found = found["E"]
    assert found == "deep"
    assert passport((b"iXML", f"<BWFXML><E>{inner}</E></BWFXML>".encode())) == {}

    attributes = "".join(f'<E a = "{number}">{number}</E>' for number in range(2 * MAX_ATTRIBUTES))
    assert len(passport((b"iXML", f"<BWFXML>{attributes}".encode()))["iXML"]["E"]) == MAX_ATTRIBUTES

    many = "<BWFXML>" + "<E></E>" * (MAX_PIECES - 3) + "<E>one</E><E>two</E><E>three</E>"
    assert passport((b"iXML", many.encode())) == {"iXML": {"E": ["one", "two"]}}


def test_xml_that_is_too_much_is_kept_as_far_as_there_is_room() -> None:
    many = "<BWFXML>" + "<E>%s</E>" % ("x" * 1000) * 100 + "</BWFXML>"
    found = passport((b"iXML", many.encode()))["iXML"]["E"]
    assert set(found[:-1]) == {"x" * 1000}
    assert 60 <= len(found) <= MAX_PASSPORT_BYTES // 1000


@pytest.mark.parametrize("ends", ["\n", "\r\n"])
def test_guano_is_kept_by_its_own_names(ends: str) -> None:
    assert passport((b"guan", GUANO.replace("\n", ends).encode() + b"   \0"))["GUANO"] == READ_GUANO


def test_guano_is_read_up_to_a_bound() -> None:
    lines = "\n".join(f"{number}:x" for number in range(2 * MAX_PIECES))
    assert len(passport((b"guan", lines.encode()))["GUANO"]) == MAX_PIECES


@pytest.mark.parametrize(
    ("comment", "parts", "date"),
    [
        (
            "Recorded at 10:20:30 01/02/2018 (UTC) by AudioMoth 0FE081F80FE081F0 at gain setting 2 while battery state"
            " was 3.6V",
            {
                "Time": "10:20:30 01/02/2018 (UTC)",
                "Device": "AudioMoth 0FE081F80FE081F0",
                "GainSetting": "2",
                "Battery": "3.6V",
            },
            "2018-02-01T10:20",
        ),
        (
            "Recorded at 19:17:30 05/12/2019 (UTC-5) by AudioMoth 24E144085F253D3B at medium gain setting while battery"
            " state was less than 2.5V and temperature was -5.0C. Amplitude threshold was 512. Band-pass filter applied"
            " with cut-off frequencies of 1.0kHz and 20.0kHz. Recording cancelled before completion due to low"
            " voltage.",
            {
                "Time": "19:17:30 05/12/2019 (UTC-5)",
                "Device": "AudioMoth 24E144085F253D3B",
                "Gain": "medium",
                "Battery": "less than 2.5V",
                "Temperature": "-5.0C",
                "AmplitudeThreshold": "512",
                "Filter": "Band-pass filter applied with cut-off frequencies of 1.0kHz and 20.0kHz",
                "Stopped": "low voltage",
            },
            "2019-12-05T19:17",
        ),
        (
            "Recorded at 21:10:00.500 12/06/2021 (UTC+5:30) during deployment 0123456789ABCDEF using external"
            " microphone at low-medium gain while battery was greater than 4.9V and temperature was 25.4C. High-pass"
            " filter with frequency of 2.5kHz applied. Recording stopped due to switch position change.",
            {
                "Time": "21:10:00.500 12/06/2021 (UTC+5:30)",
                "Deployment": "0123456789ABCDEF",
                "Microphone": "external microphone",
                "Gain": "low-medium",
                "Battery": "greater than 4.9V",
                "Temperature": "25.4C",
                "Filter": "High-pass filter with frequency of 2.5kHz applied",
                "Stopped": "switch position change",
            },
            "2021-06-12T21:10",
        ),
    ],
    ids=["1.0", "1.4", "1.6"],
)
def test_the_comment_of_an_audiomoth_is_taken_apart(comment: str, parts: dict[str, str], date: str) -> None:
    found = read(wav(DATA, before=[(b"LIST", info((b"ICMT", comment.encode() + b"\0\0")))]))
    assert found.passport == {"AudioMoth": parts}
    assert found.tags == Tags(comment=comment, date=date, encoded_by=parts.get("Device", ""))


@pytest.mark.parametrize("comment", ["Recorded at home", "Recorded at 25:00:00 01/02/2018 (UTC)", "AudioMoth"])
def test_another_comment_is_no_passport(comment: str) -> None:
    assert passport((b"LIST", info((b"ICMT", comment.encode())))) == {}


@pytest.mark.parametrize("magic", MAGICS)
@pytest.mark.parametrize("pad", [True, False])
@pytest.mark.parametrize("turned_round", [True, False])
def test_points_are_kept_with_what_is_said_of_them(magic: bytes, pad: bool, turned_round: bool) -> None:
    big = magic == b"RIFX"
    notes = (
        note(b"labl", 7, b"Intro\0", big_endian=big),
        note(b"note", 7, "Größe".encode(), big_endian=big),
        region(9, 300, b"Chorus", big_endian=big),
        note(b"labl", 7, b"another", big_endian=big),
        note(b"labl", 8, b"of no point", big_endian=big),
    )
    name, body = adtl(*notes, big_endian=big, pad=pad)
    chunks = [(b"cue ", cue(500, 100, names=(7, 9), big_endian=big)), (b"list" if magic == b"riff" else name, body)]
    found = read(wav(DATA, magic=magic, after=chunks[::-1] if turned_round else chunks))
    assert found.passport == {
        "cue": [
            {"Name": 7, "Position": 500, "BlockStart": 0, "SampleOffset": 500, "labl": "Intro", "note": "Größe"},
            {
                "Name": 9,
                "Position": 100,
                "BlockStart": 0,
                "SampleOffset": 100,
                "ltxt": {"SampleLength": 300, "Purpose": "rgn", "Text": "Chorus"},
            },
        ]
    }
    assert found.markers == (Marker(100, 300, "Chorus"), Marker(500, 0, "Intro"))


@pytest.mark.parametrize(
    ("position", "block_start", "sample", "expected"),
    [(0, 0, 70, 70), (70, 0, 0, 70), (0, 140, 0, 70), (70, 140, 70, 70)],
)
def test_a_point_is_where_its_writer_says(position: int, block_start: int, sample: int, expected: int) -> None:
    body = struct.pack("<III4sIII", 1, 1, position, b"data", 0, block_start, sample)
    assert markers((b"cue ", body)) == [(expected, 0, "")]


@pytest.mark.parametrize(("block_start", "sample", "expected"), [(0, 1000, 1000), (512, 7, 2 * 505 + 7)])
def test_a_point_of_a_codec_counts_from_its_block(block_start: int, sample: int, expected: int) -> None:
    body = struct.pack("<III4sIII", 1, 1, 0, b"data", 0, block_start, sample)
    words: dict[str, Any] = {"tag": IMA_ADPCM, "bits": 4, "block_align": 256, "before": [(b"cue ", body)]}
    assert read(wav(ima_adpcm_blocks(4), **words)).markers == (Marker(expected, 0, ""),)


def test_points_of_a_further_part_count_from_its_beginning() -> None:
    reader = TagReader()
    for first_sample, label in ((0, b"one"), (8000, b"two")):
        reader.begin_part(first_sample)
        for name, body in ((b"cue ", cue(100)), adtl(note(b"labl", 1, label))):
            list(reader.read(name, body, big_endian=False))
    list(reader.finish())
    assert reader.markers(2, 1) == (Marker(100, 0, "one"), Marker(8100, 0, "two"))
    assert [point.get("FirstSample") for point in reader.passport["cue"]] == [None, 8000]


@pytest.mark.parametrize(("claimed", "there", "read"), [(0, 3, 0), (2, 3, 2), (9, 3, 3), (2**32 - 1, 400, MAX_POINTS)])
def test_points_are_those_that_are_there_and_claimed(claimed: int, there: int, read: int) -> None:
    body = struct.pack("<I", claimed) + cue(*range(1, there + 1))[4:] + b"12345"
    assert len(markers((b"cue ", body))) == read


def test_the_name_of_a_marker_is_one_line() -> None:
    points = cue(1, 2, 3)
    notes = adtl(note(b"labl", 1, b"x" * 200), note(b"note", 2, b"one\r\ntwo"), note(b"labl", 3, b" \1 "))
    assert markers((b"cue ", points), notes) == [(1, 0, "x" * 100), (2, 0, "one two"), (3, 0, "")]


@pytest.mark.parametrize("late", [True, False])
def test_labels_are_in_the_code_page_that_the_file_declares(late: bool) -> None:
    label = "Припев".encode("cp1251")
    notes = adtl(note(b"labl", 1, label), region(2, 5, "ž".encode("cp1250"), page=1250))
    chunks = [(b"cue ", cue(1, 2)), notes, cset(1251)]
    assert markers(*(chunks if late else chunks[::-1])) == [(1, 0, "Припев"), (2, 5, "ž")]


def test_what_is_for_listeners_is_a_text_too() -> None:
    found = read(wav(DATA, before=[(b"guan", GUANO.encode())])).tags
    assert found == Tags(date="2012-03-29T03:58", encoded_by="Pettersson D1000X", comment="caught in the net\nat 3:58")

    inner = "<BWF_ORIGINATOR>SD 788T</BWF_ORIGINATOR><BWF_ORIGINATION_DATE>2024-05-06</BWF_ORIGINATION_DATE>"
    time = "<BWF_ORIGINATION_TIME>07:08:09</BWF_ORIGINATION_TIME>"
    ixml = f"<BWFXML><NOTE>plane</NOTE><BEXT>{inner}{time}</BEXT></BWFXML>"
    found = read(wav(DATA, before=[(b"iXML", ixml.encode())])).tags
    assert found == Tags(date="2024-05-06T07:08", encoded_by="SD 788T", comment="plane")


def test_the_first_chunk_of_a_kind_that_says_something_counts() -> None:
    found = passport((b"guan", b""), (b"guan", b"\0" * 20), (b"guan", b"a: 1"), (b"guan", b"a: 2"))
    assert found == {"GUANO": {"a": "1"}}


@pytest.mark.parametrize("name", [b"bext", b"iXML", b"guan", b"cue ", b"smpl", b"inst", b"cart", b"CSET"])
@pytest.mark.parametrize("body", [b"", b"\0", bytes(4), bytes(700), bytes(3000)])
def test_a_chunk_of_nothing_is_left_out(name: bytes, body: bytes) -> None:
    assert passport((name, body)) == {}


def size_of(entry: Any) -> int:
    """Characters of all texts."""
    if isinstance(entry, dict):
        return sum(map(size_of, entry.values()))
    return sum(map(size_of, entry)) if isinstance(entry, list) else len(str(entry))


def test_a_passport_is_bounded() -> None:
    large = b"x" * 4000
    chunks = [
        (b"guan", b"\n".join(b"%d:%s" % (number, large) for number in range(16))),
        (b"iXML", b"<BWFXML>" + b"<N>%s</N>" % large * 16),
        (b"cue ", cue(*range(1, 256))),
        adtl(*(note(b"labl", number, large) for number in range(1, 17))),
        (b"cart", cart(b"0101", *[b"y" * 8] * 14, tag_text=large * 10)),
    ]
    found = read(wav(DATA, before=chunks))
    assert 0 < size_of(found.passport) <= MAX_PASSPORT_BYTES
    assert found.tags.comment == ""


@given(
    name=st.sampled_from([b"bext", b"iXML", b"guan", b"cue ", b"smpl", b"inst", b"cart", b"CSET", b"LIST"]),
    body=st.binary(max_size=300)
    | st.binary(max_size=60).map(lambda rest: b"adtl" + rest)
    | st.binary(max_size=60).map(lambda rest: b"\x02\0\0\0" + rest * 8)
    | st.text(alphabet="<>/&;:aéN\n\"'!?[]-", max_size=80).map(str.encode),
    magic=st.sampled_from(MAGICS),
    push=st.integers(1, 300),
)
@settings(max_examples=100, deadline=None)
def test_any_bytes_are_a_passport_or_none(name: bytes, body: bytes, magic: bytes, push: int) -> None:
    words: dict[str, Any] = {"magic": magic, "before": [(name, body)], "after": [adtl(note(b"labl", 1, b"x"))]}
    whole, pieces = read(wav(DATA, **words)), read(wav(DATA, **words), push=push)
    assert whole == pieces
    assert whole.data == DATA

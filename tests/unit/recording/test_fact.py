"""Where a `fact` chunk tells how much of the last block of a codec is sound."""

import struct
from dataclasses import replace

import pytest

from tests.codecs import RECORDINGS
from tests.unit.recording.reading import read
from tests.wavs import pcm, tone, wav


@pytest.mark.parametrize(
    ("name", "fact", "samples"),
    [
        ("GSM 6.10", 20 * 320 - 1, 20 * 320 - 1),
        ("GSM 6.10", 20 * 320 - 319, 20 * 320 - 319),
        ("GSM 6.10", 20 * 320 - 320, 20 * 320),  # a whole block too little
        ("GSM 6.10", 20 * 320 + 1, 20 * 320),
        ("GSM 6.10", 0, 20 * 320),
        ("GSM 6.10", 2**32 - 1, 20 * 320),
        ("MS ADPCM", 20 * 500 - 499, 20 * 500 - 499),
        ("MS ADPCM, stereo", 20 * 244 - 243, 20 * 244 - 243),
        ("IMA ADPCM", 20 * 505 - 504, 20 * 505 - 504),
        ("IMA ADPCM", 20 * 505 - 505, 20 * 505),
        ("OKI ADPCM", 8001, 8001),
        ("OKI ADPCM", 8000, 8002),
        ("Yamaha ADPCM", 6000, 6000),  # of what its writer calls a block, 1024 bytes
        ("Yamaha ADPCM", 8002 - 2048, 8002),
        ("G.726 of 2 bits", 15_998, 15_998),
        ("G.721 of libsndfile", 8001, 8001),
        ("G.723.1 at 6.3 kb/s", 40 * 240 - 100, 40 * 240 - 100),
        ("G.729", 100 * 80 - 79, 100 * 80 - 79),
        ("TrueSpeech", 40 * 240 - 240, 40 * 240),
    ],
)
def test_what_is_behind_its_end_in_the_last_block_is_padding(name: str, fact: int, samples: int) -> None:
    assert read(RECORDINGS[name].file(fact=fact)).samples == samples


def test_a_block_that_is_no_telling_length_makes_no_padding() -> None:
    whole = replace(RECORDINGS["Yamaha ADPCM"], block_align=65_535)

    assert read(whole.file(fact=100)).samples == whole.samples


def test_it_says_nothing_of_a_recording_that_is_cut_off() -> None:
    what = RECORDINGS["GSM 6.10"]

    assert read(what.file(fact=20 * 320 - 1, data=what.data[:-65])).samples == 19 * 320


@pytest.mark.parametrize("fact", [1, 239, 241])
def test_it_says_nothing_of_samples_that_lie_one_by_one(fact: int) -> None:
    file = wav(pcm(tone(240)), before=[(b"fact", struct.pack("<I", fact))])

    assert read(file).samples == 240


@pytest.mark.parametrize("body", [b"", b"\x01", b"\xff\x18\0\0\0\0\0\0more"])
def test_one_of_another_size_harms_nothing(body: bytes) -> None:
    what = RECORDINGS["GSM 6.10"]
    at = what.file().index(b"data")
    size = struct.pack("<I", len(body))
    file = what.file()[:at] + b"fact" + size + body + bytes(len(body) % 2) + what.file()[at:]

    assert read(file).samples == (0x18FF if len(body) > 8 else 6400)


def test_in_a_big_endian_file_it_is_big_endian() -> None:
    extra = struct.pack(">H", 320)
    fmt = struct.pack(">HHIIHHH", 0x31, 1, 8000, 1625, 65, 0, 2) + extra
    file = wav(RECORDINGS["GSM 6.10"].data, magic=b"RIFX", fmt=fmt, before=[(b"fact", struct.pack(">I", 6300))])

    assert read(file).samples == 6300

"""What is no WAV is called by its name, with what to do about it."""

import base64
import gzip
import io
import random
import struct
import zipfile

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.errors import NotAWav
from domain.recording.other_formats import LOOK_BYTES, describe
from domain.recording.reader import WavReader
from tests.contract.memory import held_at_most
from tests.sounds import music, speech
from tests.unit.recording.reading import read
from tests.wav_reading import push
from tests.wavs import a_law, floats, mu_law, pcm, tone, wav

WAV = wav(pcm(tone(4000)))
NOISE = random.Random(1).randbytes(6000)


def zipped() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("talk.wav", WAV)
    return file.getvalue()


def box(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", 8 + len(body)) + name + body


def riff(kind: bytes, magic: bytes = b"RIFF") -> bytes:
    return magic + struct.pack("<I", 4 + len(NOISE)) + kind + NOISE


ASF = bytes.fromhex("3026b2758e66cf11a6d900aa0062ce6c")
TEXT = base64.b64encode(WAV)
HTML = "<!DOCTYPE html>\n<html><body>Not found"
CASES: dict[str, tuple[bytes, str, str]] = {
    "WebM": (b"\x1aE\xdf\xa3\x9fB\x86\x81\x01B\x82\x84webm" + NOISE, "WebM", "record as WAV"),
    "Matroska": (b"\x1aE\xdf\xa3\xa3B\x86\x81\x01B\x82\x88matroska" + NOISE, "Matroska", "record as WAV"),
    "Ogg": (b"OggS" + bytes(400), "Ogg", "record as WAV"),
    "Opus": (b"OggS" + bytes(24) + b"OpusHead" + NOISE, "Ogg (Opus)", "record as WAV"),
    "FLAC": (b"fLaC\0\0\0\x22" + NOISE, "FLAC", "convert"),
    "M4A": (box(b"ftyp", b"M4A \0\0\0\0mp42") + NOISE, "MP4 (M4A)", "record as WAV"),
    "MP4": (box(b"ftyp", b"isom\0\0\2\0") + NOISE, "MP4", "record as WAV"),
    "3GP": (box(b"ftyp", b"3gp5\0\0\0\0") + NOISE, "3GP", "record as WAV"),
    "QuickTime": (box(b"wide", b"") + box(b"mdat", NOISE), "MP4", "record as WAV"),
    "MP3": (b"\xff\xfb\x90\x44" + bytes(413) + b"\xff\xfb\x90\x44" + bytes(413), "MP3", "record as WAV"),
    "MP3, one frame": (b"\xff\xf3\x40\xc0" + bytes(100), "MP3", "record as WAV"),
    "MP3 with a tag that is cut off": (b"ID3\4\0\0\x7f\x7f\x7f\x7f" + NOISE, "MP3", "record as WAV"),
    "MP3 behind a tag": (b"ID3\4\0\0\0\0\0\x0a" + bytes(10) + b"\xff\xfb\x90\x44" + bytes(413), "MP3", "record as WAV"),
    "AAC": ((b"\xff\xf1\x50\x80\x19\xff\xfc" + bytes(200)) * 9, "AAC", "record as WAV"),
    "AIFF": (b"FORM\0\0\0\x20AIFFCOMM" + NOISE, "AIFF", "convert"),
    "AIFC": (b"FORM\0\0\0\x20AIFCFVER" + NOISE, "AIFC", "convert"),
    "AU": (b".snd\0\0\0\x18" + NOISE, "AU", "convert"),
    "CAF": (b"caff\0\1\0\0desc" + NOISE, "CAF", "record as WAV"),
    "AMR": (b"#!AMR\n\x3c" + NOISE, "AMR", "record as WAV"),
    "AMR-WB": (b"#!AMR-WB\n\x3c" + NOISE, "AMR", "record as WAV"),
    "SILK": (b"\x02#!SILK_V3" + NOISE, "SILK", "convert"),
    "WMA": (ASF + NOISE, "Windows Media", "record as WAV"),
    "ZIP": (zipped(), "ZIP", "unpack"),
    "gzip": (gzip.compress(WAV), "gzip", "unpack"),
    "RAR": (b"Rar!\x1a\x07\x01\0" + NOISE, "RAR", "unpack"),
    "7z": (b"7z\xbc\xaf\x27\x1c\0\4" + NOISE, "7z", "unpack"),
    "PDF": (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n" + NOISE, "PDF", "send"),
    "HTML": (HTML.encode(), "HTML", "send"),
    "HTML behind a mark": (b"\xef\xbb\xbf\r\n" + HTML.encode(), "HTML", "send"),
    "HTML in UTF-16": (b"\xff\xfe" + HTML.encode("utf-16-le"), "HTML", "send"),
    "text in UTF-16": (b"\xff\xfe" + "hello".encode("utf-16-le"), "text", "send"),
    "XHTML": (b'<?xml version="1.0"?>\n<html xmlns="http://www.w3.org/1999/xhtml">', "HTML", "send"),
    "SVG": (b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg">', "SVG", "send"),
    "XML": (b"<Error><Code>AccessDenied</Code></Error>", "XML", "send"),
    "JSON": (b'{"error": "not found"}', "JSON", "send"),
    "JSON of a string": (b'"' + TEXT + b'"', "Base64", "decode"),
    "Base64": (TEXT, "Base64", "decode the Base64 first"),
    "Base64 in lines": (base64.encodebytes(WAV), "Base64", "decode"),
    "Base64 from its middle on": (TEXT[4321:], "Base64", "decode"),
    "Base64 of anything": (base64.urlsafe_b64encode(NOISE), "Base64", "decode"),
    "data: URL": (b"data:audio/wav;base64,UklGRiQ", "Base64", "decode"),
    "data: URL with a codec": (b"data:audio/webm;codecs=opus;base64," + TEXT, "Base64", "decode"),
    "hexadecimal": (WAV.hex().encode(), "hexadecimal", "decode"),
    "an address": (b"https://example.org/talk.wav\n", "address", "send"),
    "text": ("Привет, это не запись. ".encode() * 300, "text", "send"),
    "AVI": (riff(b"AVI "), "AVI", "convert"),
    "RMID": (riff(b"RMID"), "MIDI", "record"),
    "MIDI": (b"MThd\0\0\0\6" + NOISE, "MIDI", "record"),
    "WebP": (riff(b"WEBP"), "WebP", "send"),
    "SoundFont": (riff(b"sfbk"), "SoundFont", "send"),
    "a WAV without its zero bytes": (
        riff(b"WAVE").replace(b"\0", b""),
        "lacks bytes from its head on",
        "--data-binary",
    ),
    "RIFF of another kind": (riff(b"abcd", b"RF64"), "'RF64' that holds 'abcd'", "send"),
    "PNG": (b"\x89PNG\r\n\x1a\n" + NOISE, "PNG", "send"),
    "Wave64 that is none": (b"riff" + bytes.fromhex("2e91cf11a5d628db04c10000") + NOISE, "Wave64", "convert"),
    "zeros": (bytes(LOOK_BYTES), "zero", "nothing was written"),
    "some zeros": (bytes(7), "zero", "nothing was written"),
    "empty": (b"", "empty", "before it was saved"),
    "a head without its rest": (b"RIFF\0\0\0\0WA", "ends within its head", "send all of it"),
    "a WAV behind a mark": (b"\xef\xbb\xbf" + WAV, "from byte 3 on", "leave out"),
    "a WAV behind lines": (b"Content-Type: audio/wav\r\n\r\n" + WAV, "from byte 27 on", "leave out"),
    "too short": (b"\x81\x02", "too short", "2 bytes"),
    "anything": (b"\x93\x81" + NOISE, "begins with '\\x93\\x81", ""),
}
HEADLESS: dict[str, bytes] = {
    "16 bits": pcm(tone(1600, rate=16_000)),
    "16 bits behind zeros": bytes(1000) + pcm(tone(1600, rate=16_000)),
    "16 bits in stereo": pcm(speech(20_000, 2, 44_100)[3000:]),
    "16 bits, big-endian": pcm(speech(9000, 1, 16_000)[3000:], big_endian=True),
    "music": pcm(music(9000, 2, 44_100)),
    "24 bits": pcm(speech(9000, 1, 48_000)[3000:], 24),
    "32 bits": pcm(music(9000, 2, 48_000), 32),
    "floats": floats(speech(9000, 1, 48_000)[3000:]),
    "8 bits": pcm(tone(3000, frequency=300), 8),
    "A-law": a_law(speech(9000, 1, 8000)[3000:]),
    "µ-law": mu_law(speech(9000, 1, 8000)[3000:]),
}


@pytest.mark.parametrize("name", CASES)
def test_it_is_called_by_its_name_with_what_to_do(name: str) -> None:
    data, words, advice = CASES[name]

    with pytest.raises(NotAWav) as refused:
        read(data, push=777)

    assert words in str(refused.value)
    assert advice in str(refused.value)


@pytest.mark.parametrize("name", HEADLESS)
def test_samples_without_a_head_are_recognized(name: str) -> None:
    with pytest.raises(NotAWav, match="samples without a head"):
        read(HEADLESS[name])


def test_compressed_data_is_not_called_samples() -> None:
    for seed in range(40):
        assert "samples" not in describe(b"\x93" + random.Random(seed).randbytes(LOOK_BYTES - 1))


def test_it_is_refused_when_so_much_of_it_has_come() -> None:
    reader = WavReader()
    push(reader, NOISE[: LOOK_BYTES - 1])

    with pytest.raises(NotAWav):
        push(reader, NOISE[:1])


@given(data=st.binary(max_size=300), start=st.sampled_from([b"", *(case[0][:20] for case in CASES.values())]))
@settings(max_examples=150, deadline=None)
def test_anything_is_described_in_a_line(data: bytes, start: bytes) -> None:
    said = describe(start + data)

    assert said.isprintable()
    assert 10 < len(said) < 200


@given(seed=st.integers(0, 1000), amplitude=st.integers(0, 32_767))
@settings(max_examples=30, deadline=None)
def test_no_wav_is_mistaken(seed: int, amplitude: int) -> None:
    data = (np.random.default_rng(seed).uniform(-1, 1, 500) * amplitude).astype("<i2").tobytes()

    assert read(wav(data)).data == data


@pytest.mark.parametrize("last", ["", "!", "%"])
@pytest.mark.parametrize("text", ["aB3%2B", "aB 3=", "0f", "0f, ", "0x" + "0f"])
def test_long_texts_are_told_in_little_memory(text: str, last: str) -> None:
    head = (text * LOOK_BYTES)[: LOOK_BYTES - 1].encode() + last.encode()
    describe(head)  # what is made once is there

    with held_at_most(128 << 10):
        assert "text" in describe(head)

"""How much sound is in so many bytes of the codecs that call recorders write, and what cannot be."""

from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import DamagedRecording, RecordingError, UnsupportedCodec
from domain.recording.format import Codec, SampleEncoding
from domain.recording.reader import WavReader
from domain.recording.repairs import Repair
from tests.codecs import RECORDINGS, CodecRecording, g723_1_frames, noise
from tests.unit.recording.reading import read, read_pieces
from tests.unit.streams import cut
from tests.wav_reading import push

CODECS = {
    0x10: (Codec.OKI_ADPCM, 4),
    0x17: (Codec.OKI_ADPCM, 4),
    0x20: (Codec.YAMAHA_ADPCM, 4),
    0x200: (Codec.CREATIVE_ADPCM, 4),
    0x65: (Codec.G722, 4),
    0x28F: (Codec.G722, 4),
    0x64: (Codec.G726, 4),
    0x40: (Codec.G726, 4),
    0x42: (Codec.G723_1, None),
    0x111: (Codec.G723_1, None),
    0xA100: (Codec.G723_1, None),
    0x83: (Codec.G729, None),
    0x133: (Codec.G729, None),
    0x22: (Codec.TRUESPEECH, None),
}


@pytest.mark.parametrize("name", RECORDINGS)
def test_a_recording_is_as_long_as_the_rule_of_its_codec_says(name: str) -> None:
    what = RECORDINGS[name]

    found = read(what.file())

    assert (found.samples, found.format.channels, found.repairs) == (what.samples, what.channels, ())


@pytest.mark.parametrize("name", RECORDINGS)
@given(at=st.lists(st.integers(0, 6000), max_size=8))
def test_it_does_not_matter_how_a_recording_is_cut(name: str, at: list[int]) -> None:
    file = RECORDINGS[name].file()

    assert read_pieces(cut(file, at)) == read(file)


@pytest.mark.parametrize("what", [w for w in RECORDINGS.values() if w.tag in CODECS], ids=lambda what: hex(what.tag))
def test_the_track_tells_the_codec(what: CodecRecording) -> None:
    reader = WavReader()
    push(reader, what.file())

    assert reader.recording_format is not None
    assert (reader.recording_format.codec, reader.recording_format.bits) == CODECS[what.tag]


@pytest.mark.parametrize(
    ("name", "size", "samples", "left"),
    [
        ("OKI ADPCM", 1, 2, 0),
        ("Yamaha ADPCM, stereo", 1, 1, 0),
        ("G.722", 7, 14, 0),
        ("G.726 of 2 bits", 5, 20, 0),
        ("G.726 of 3 bits", 1, 2, 0),
        ("G.726 of 3 bits", 5, 13, 0),
        ("G.726 of 5 bits", 4, 6, 0),
        ("G.726 of 5 bits", 6, 9, 0),
        ("G.729", 29, 160, 9),
        ("G.729 at 6.4 kb/s", 29, 240, 5),
        ("TrueSpeech", 63, 240, 31),
        ("G.723.1 at 6.3 kb/s", 47, 240, 23),
        ("G.723.1 at 5.3 kb/s", 59, 480, 19),
        ("IMA ADPCM of 3 bits", 4, 1, 0),
        ("IMA ADPCM of 3 bits", 27, 33, 11),
        ("IMA ADPCM of 3 bits, stereo", 8 + 24 + 12, 33, 12),
    ],
)
def test_of_data_that_is_cut_off_whole_codes_count(name: str, size: int, samples: int, left: int) -> None:
    what = RECORDINGS[name]

    found = read(what.file(data=what.data[:size]))

    assert (found.samples, len(found.data)) == (samples, size - left)
    assert (Repair.PARTIAL_FRAME in found.repairs) == (left > 0)


@pytest.mark.parametrize(
    ("name", "changed", "words"),
    [
        ("OKI ADPCM", {"bits": 3}, "3-bit OKI ADPCM"),
        ("Yamaha ADPCM", {"bits": 8}, "8-bit Yamaha ADPCM"),
        ("Creative ADPCM", {"bits": 2}, "2-bit Creative ADPCM"),
        ("G.722", {"bits": 16}, r"16-bit G\.722"),
        ("G.726 of 4 bits", {"bits": 6}, r"6-bit G\.726 ADPCM, of which 2 to 5 bits"),
        ("G.726 of 4 bits", {"bits": 0, "byte_rate": 7000}, r"G\.726 ADPCM that does not say"),
        ("OKI ADPCM", {"channels": 3}, "OKI ADPCM of 3 channels"),
        ("G.722", {"channels": 2}, r"G\.722 of 2 channels"),
        ("G.726 of 4 bits", {"channels": 2, "byte_rate": 8000}, r"G\.726 ADPCM of 2 channels"),
        ("G.723.1 at 6.3 kb/s", {"channels": 2}, r"G\.723\.1 of 2 channels"),
        ("G.729", {"channels": 2}, r"G\.729 of 2 channels"),
        ("TrueSpeech", {"channels": 2}, "TrueSpeech of 2 channels"),
        ("IMA ADPCM of 3 bits", {"bits": 5}, "5-bit IMA ADPCM"),
    ],
)
def test_bits_and_channels_that_cannot_be_are_refused_in_words(name: str, changed: dict[str, Any], words: str) -> None:
    with pytest.raises(UnsupportedCodec, match=words):
        read(replace(RECORDINGS[name], **changed).file())


@pytest.mark.parametrize(
    ("name", "changed", "words"),
    [
        ("G.723.1 at 6.3 kb/s", {"block_align": 23}, r"its G\.723\.1 blocks have 23 bytes, 24 or 20 would be right"),
        ("G.729", {"block_align": 9}, r"its G\.729 blocks have 9 bytes, 10 or 8 would be right"),
        ("TrueSpeech", {"block_align": 31}, "its TrueSpeech blocks have 31 bytes, 32 would be right"),
        ("IMA ADPCM of 3 bits", {"block_align": 15}, "its IMA ADPCM blocks have 15 bytes, at least 16 are needed"),
        ("G.723.1 at 6.3 kb/s", {"rate": 11_025}, r"it says its G\.723\.1 has 11025 Hz, 8000 would be right"),
        ("G.729", {"rate": 16_000}, r"its G\.729 has 16000 Hz"),
        ("TrueSpeech", {"rate": 7999}, "its TrueSpeech has 7999 Hz"),
    ],
)
def test_blocks_and_rates_that_cannot_be_are_damage(name: str, changed: dict[str, Any], words: str) -> None:
    with pytest.raises(DamagedRecording, match=words):
        read(replace(RECORDINGS[name], **changed).file())


@pytest.mark.parametrize(
    ("name", "changed"),
    [
        ("G.723.1 at 6.3 kb/s", {"block_align": 0}),
        ("G.723.1 at 5.3 kb/s", {"block_align": 1}),
        ("G.723.1 at 6.3 kb/s", {"block_align": 240}),
        ("G.729", {"block_align": 0}),
        ("G.729", {"block_align": 20}),
        ("G.729", {"block_align": 80}),
        ("G.729 at 6.4 kb/s", {"block_align": 80}),
        ("G.729 at 6.4 kb/s", {"block_align": 1}),
        ("TrueSpeech", {"block_align": 0}),
        ("TrueSpeech", {"block_align": 320}),
        ("G.726 of 3 bits", {"block_align": 1}),
        ("G.726 of 3 bits", {"bits": 0}),
        ("G.726 of 2 bits", {"bits": 4}),  # as in ffmpeg, the byte rate says how many there are
        ("OKI ADPCM", {"bits": 0}),
        ("Yamaha ADPCM", {"block_align": 0}),
        ("Creative ADPCM", {"block_align": 65_535}),
    ],
)
def test_what_writers_leave_out_or_call_a_block_changes_nothing(name: str, changed: dict[str, Any]) -> None:
    found = read(replace(RECORDINGS[name], **changed).file())

    assert (found.samples, found.repairs) == (RECORDINGS[name].samples, ())


@pytest.mark.parametrize("byte_rate", [0, 1, 8000, 4_000_000_000])
def test_a_byte_rate_that_fits_nothing_leaves_the_bits_as_they_are_said(byte_rate: int) -> None:
    found = read(replace(RECORDINGS["G.726 of 4 bits"], byte_rate=byte_rate).file())

    assert (found.samples, found.repairs) == (8002, (Repair.WRONG_BYTE_RATE,))


def test_g721_of_libsndfile_begins_in_the_low_bits_and_all_other_in_the_high_ones() -> None:
    assert read(RECORDINGS["G.721 of libsndfile"].file()).format.encoding is SampleEncoding.G721
    assert read(RECORDINGS["G.721"].file()).format.encoding is SampleEncoding.G726
    assert read(replace(RECORDINGS["G.726 of 4 bits"], block_align=64).file()).format.encoding is SampleEncoding.G726


@given(st.lists(st.sampled_from([24, 20, 4, 1]), min_size=1, max_size=400), st.lists(st.integers(0, 3000)))
def test_each_frame_of_g723_1_tells_its_own_length(sizes: list[int], at: list[int]) -> None:
    data = b"".join(g723_1_frames(1, size) for size in sizes)
    file = RECORDINGS["G.723.1 at 6.3 kb/s"].file(data=data + b"\0")

    found = read_pieces(cut(file, at))

    assert (found.data, found.samples) == (data, 240 * len(sizes))


@pytest.mark.parametrize(("speech", "taken"), [(1.0, True), (0.5, True), (0.3, False), (0.0, False)])
def test_c15_of_g723_1_half_may_be_silence(speech: float, taken: bool) -> None:
    frames = 20_000
    data = g723_1_frames(1, 24) * round(frames * speech) + g723_1_frames(1, 1) * round(frames * (1 - speech))
    file = RECORDINGS["G.723.1 at 6.3 kb/s"].file(data=data)

    if taken:
        assert read(file).samples == 240 * frames
    else:
        with pytest.raises(DamagedRecording, match=r"almost all of its G\.723\.1 frames are silence"):
            read(file)


@given(
    tag=st.sampled_from([*CODECS, 0x14, 0x45]),
    bits=st.integers(0, 33),
    align=st.integers(0, 65_535),
    byte_rate=st.integers(0, 2**32 - 1),
    channels=st.integers(1, 3),
    size=st.integers(0, 500),
)
def test_any_words_are_taken_or_refused(
    tag: int, bits: int, align: int, byte_rate: int, channels: int, size: int
) -> None:
    recording = CodecRecording(tag, bits, align, byte_rate, noise(500)[:size], 0, "", channels)
    with suppress(RecordingError):
        assert 0 < read(recording.file()).samples <= 240 * size

"""How long the recording is when sizes lie, are unknown, or the file ends early."""

import pytest

from domain.errors import DamagedRecording, NoAudio
from domain.recording.reader import WavReader
from domain.recording.repairs import Repair
from tests.unit.recording.reading import read
from tests.wav_reading import push
from tests.wavs import Container, ds64_body, fmt_body, pcm, tone, wav

DATA = pcm(tone(240))
INFO = (b"LIST", b"INFOISFT\x04\0\0\0abcd")
UNKNOWN = 0xFFFFFFFF
WIDE_UNKNOWN = 2**64 - 1 - 24


@pytest.mark.parametrize("magic", [b"RIFF", b"RIFX", b"riff"])
@pytest.mark.parametrize("riff_size", [0, None, UNKNOWN])
def test_unknown_length_means_to_the_end(magic: bytes, riff_size: int | None) -> None:
    data = pcm(tone(240), big_endian=magic == b"RIFX")
    for size in (0, WIDE_UNKNOWN if magic == b"riff" else UNKNOWN):
        found = read(wav(data, magic=magic, data_size=size, riff_size=riff_size))
        assert (found.data, found.data_bytes) == (DATA, None)
        assert Repair.UNKNOWN_LENGTH in found.repairs


@pytest.mark.parametrize("claimed", [482, 700, 100_000, 0x41234567, 0xC0123456])
def test_what_a_truncated_file_holds_is_taken(claimed: int) -> None:
    found = read(wav(DATA, data_size=claimed, riff_size=claimed + 36 if claimed < 2**31 else 2**32 - 2))
    assert (found.data, found.data_bytes) == (DATA, claimed)
    assert found.repairs[0] is Repair.TRUNCATED


def test_truncated_file_is_not_told_off_for_its_riff_size() -> None:
    assert read(wav(DATA)[:-100]).repairs == (Repair.TRUNCATED,)


def test_data_ends_where_its_chunk_does() -> None:
    assert read(wav(DATA, after=[INFO])).data == DATA
    assert read(wav(DATA[:100], trailing=DATA[:100])).samples == 50


def test_empty_data_before_a_known_chunk_is_no_audio() -> None:
    with pytest.raises(NoAudio):
        read(wav(b"", after=[INFO]))


@pytest.mark.parametrize("riff_size", [0, UNKNOWN])
def test_empty_data_before_a_small_known_chunk_is_no_audio_even_when_streamed(riff_size: int) -> None:
    with pytest.raises(NoAudio):
        read(wav(b"", after=[INFO], riff_size=riff_size))


def test_samples_that_spell_a_chunk_of_impossible_size_are_samples() -> None:
    found = read(wav(b"LIST" + b"\xf0\xff\xff\x7f" + DATA, data_size=0))
    assert found.samples == 244


@pytest.mark.parametrize("magic", [b"RIFF", b"RIFX", b"RF64", b"BW64", b"riff"])
def test_no_sample_is_no_audio(magic: bytes) -> None:
    with pytest.raises(NoAudio):
        read(wav(b"", magic=magic))


def test_half_a_sample_is_no_audio() -> None:
    with pytest.raises(NoAudio):
        read(wav(b"x"))


def test_one_sample_is_audio() -> None:
    assert read(wav(b"xy")).samples == 1


@pytest.mark.parametrize("magic", [b"RF64", b"BW64"])
@pytest.mark.parametrize("word", [UNKNOWN, 0, 400])
def test_ds64_decides_over_the_chunk(magic: bytes, word: int) -> None:
    assert read(wav(DATA, magic=magic, data_size=word, after=[INFO])).data == DATA


@pytest.mark.parametrize("ds64", [ds64_body(0, -480), ds64_body(0, 2**64 - 1), ds64_body(0, 0), ds64_body(0, 480)[:12]])
def test_ds64_that_says_nothing_leaves_the_chunk_to_decide(ds64: bytes) -> None:
    unknown = read(wav(DATA, magic=b"RF64", ds64=ds64))
    assert (unknown.data, unknown.data_bytes) == (DATA, None)
    known = read(wav(DATA, magic=b"RF64", ds64=ds64, data_size=480, after=[INFO]))
    assert known.data == DATA


def test_rf64_without_ds64_goes_to_the_end() -> None:
    found = read(wav(DATA, magic=b"RF64", ds64=b""))
    assert (found.data, found.repairs) == (DATA, (Repair.UNKNOWN_LENGTH,))


def test_rf64_with_empty_data_before_a_known_chunk_is_no_audio() -> None:
    with pytest.raises(NoAudio):
        read(wav(b"", magic=b"RF64", after=[INFO]))


def test_absurd_ds64_size_is_a_claim_like_any_other() -> None:
    found = read(wav(DATA, magic=b"RF64", ds64=ds64_body(2**62, 2**61)))
    assert (found.data, found.repairs) == (DATA, (Repair.UNKNOWN_LENGTH,))


@pytest.mark.parametrize("cut", [12, 20, 30, 36, 40, 43])
def test_file_that_ends_before_its_data_is_damaged(cut: int) -> None:
    with pytest.raises(DamagedRecording):
        read(wav(DATA)[:cut])


def test_file_that_ends_at_its_data_is_without_audio() -> None:
    with pytest.raises(NoAudio):
        read(wav(DATA)[:44])


def test_first_of_two_data_chunks_is_the_recording() -> None:
    assert read(wav(DATA, after=[(b"data", DATA[:100])])).samples == 240


def test_data_before_the_format_is_damaged() -> None:
    container = Container()
    with pytest.raises(DamagedRecording):
        read(container.file(container.chunk(b"data", DATA) + container.chunk(b"fmt ", fmt_body())))


@pytest.mark.parametrize(
    ("claimed", "at_least", "seconds"),
    [(480, 0, 0), (480, 44, 0), (480, 44 + 161, 0.01), (480, 10_000, 0.03), (UNKNOWN, 44 + 1600, 0.1)],
)
def test_duration_is_certain_as_far_as_claimed_and_there(claimed: int, at_least: int, seconds: float) -> None:
    reader = WavReader()
    assert reader.certain_duration(at_least) == 0
    push(reader, wav(DATA, data_size=claimed)[:100])
    assert reader.certain_duration(at_least) == seconds

"""Whole WAVs one behind the other, and one inside the other."""

import itertools
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.errors import RecordingError, UnsupportedCodec
from domain.recording import data as data_module
from domain.recording import wav_head
from domain.recording.format_chunk import read_format
from domain.recording.heads import MAX_FALSE_HEADS
from domain.recording.parser import MAX_CHUNKS
from domain.recording.reader import WavReader
from domain.recording.repairs import Repair
from domain.tags import Tags
from tests.codecs import RECORDINGS
from tests.unit.recording.reading import read, read_pieces
from tests.wav_reading import finish, push
from tests.wavs import A_LAW, IMA_ADPCM, fmt_body, ima_adpcm_blocks, pcm, tone, wav

HEAD = 44
FIRST, SECOND, THIRD = (pcm(tone(2000, frequency=hertz)) for hertz in (440, 660, 880))
TITLE = (b"LIST", b"INFOINAM\x05\0\0\0title\0")
ARTIST = (b"LIST", b"INFOIART\x06\0\0\0artist")


@pytest.mark.parametrize("magic", [b"RIFF", b"RIFX", b"RF64", b"BW64", b"riff"])
def test_wavs_of_one_format_are_one_recording(magic: bytes) -> None:
    parts = [pcm(tone(2000, frequency=hertz), big_endian=magic == b"RIFX") for hertz in (440, 660, 880)]

    found = read(b"".join(wav(part, magic=magic) for part in parts))

    assert (found.data, found.samples, found.repairs) == (FIRST + SECOND + THIRD, 6000, (Repair.JOINED,))


def test_the_texts_of_all_of_them_are_read() -> None:
    found = read(wav(FIRST, after=[TITLE]) + wav(SECOND, before=[(b"bext", bytes(603)), ARTIST]))

    assert (found.data, found.tags) == (FIRST + SECOND, Tags(title="title", artist="artist"))


@dataclass(frozen=True)
class Part:
    """A WAV to be joined, and its samples in one byte order."""

    file: bytes
    sound: bytes


KNOWN = st.sampled_from([b"LIST", b"bext", b"JUNK", b"fact", b"cue ", b"iXML", b"id3 "])
CHUNKS = st.lists(st.tuples(KNOWN, st.binary(max_size=40)), max_size=3)
PLACEHOLDERS = st.sampled_from([0, 0xFFFFFFFF, 0x7FFFF000, 2_000_000_000])
MISCOUNTS = st.sampled_from([8, 12, 16, 20, 24, 28, 36, 44])


@st.composite
def parts(draw: st.DrawFn) -> Part:
    """A file of 16 bits in stereo, of any byte order, with a size that is right, unknown or miscounted."""
    magic = draw(st.sampled_from([b"RIFF", b"RIFF", b"RIFX"]))
    words = draw(
        st.lists(st.integers(-(2**15), 2**15 - 1), min_size=2, max_size=100).filter(lambda all_: len(all_) % 2 == 0)
    )
    native, little = (b"".join(word.to_bytes(2, order, signed=True) for word in words) for order in ("big", "little"))
    claim = draw(st.none() | PLACEHOLDERS | MISCOUNTS.map(lambda slip: len(little) + slip))
    right_end = claim is None or claim <= len(little) + 44
    file = wav(
        little if magic == b"RIFF" else native,
        magic=magic,
        channels=2,
        data_size=claim,
        riff_size=draw(st.none() | st.sampled_from([0, 0xFFFFFFFF])),
        before=draw(CHUNKS),
        # nobody could tell a chunk from sound whose end is not known
        after=draw(CHUNKS) if right_end and claim not in (0,) else [],
    )
    return Part(file, little)


@given(joined=st.lists(parts(), min_size=2, max_size=5), size=st.sampled_from([1, 13, 4096, 1 << 20]))
@settings(max_examples=75, deadline=None)
def test_all_samples_of_joined_recordings_are_taken(joined: list[Part], size: int) -> None:
    found = read(b"".join(part.file for part in joined), push=size)

    assert found.data == b"".join(part.sound for part in joined)
    assert found.samples == len(found.data) // 4
    assert Repair.JOINED in found.repairs
    assert Repair.TRAILING_RECORDING not in found.repairs


@pytest.mark.parametrize("claim", [None, 0, 0xFFFFFFFF, 0x7FFFFFFF, len(FIRST) + 44, 2 * len(FIRST)])
@pytest.mark.parametrize(
    "other",
    [
        wav(pcm(tone(2000), 8), bits=8),
        wav(SECOND, rate=16000),
        wav(pcm(tone(2000, 2)), channels=2),
        wav(SECOND, tag=0x55),
        wav(SECOND)[:30],
        wav(SECOND, before=[(b"JUNK", bytes(20_000))], tag=A_LAW, bits=8),
    ],
    ids=["bits", "rate", "channels", "codec", "cut off", "long head"],
)
def test_the_first_of_several_formats_is_kept_and_the_rest_is_told(claim: int | None, other: bytes) -> None:
    found = read(wav(FIRST, data_size=claim, riff_size=None if claim is None else 0xFFFFFFFF) + other)

    assert found.data == FIRST
    assert Repair.TRAILING_RECORDING in found.repairs
    assert Repair.JOINED not in found.repairs


def test_what_follows_a_recording_of_another_format_is_left_out_too() -> None:
    found = read(wav(FIRST) + wav(SECOND) + wav(SECOND, rate=16000) + wav(THIRD))

    assert (found.data, found.repairs) == (FIRST + SECOND, (Repair.JOINED, Repair.TRAILING_RECORDING))


def test_more_data_in_the_same_wav_is_told() -> None:
    found = read(wav(FIRST, after=[(b"data", SECOND)]))

    assert (found.data, found.repairs) == (FIRST, (Repair.TRAILING_RECORDING,))


def test_a_channel_mask_is_no_other_format_than_none() -> None:
    first, second = pcm(tone(2000, 2)), pcm(tone(1000, 2))

    found = read(wav(first, channels=2) + wav(second, channels=2, extensible=True, mask=3))

    assert (found.data, found.repairs) == (first + second, (Repair.JOINED,))


def test_recordings_may_be_cut_in_the_middle_of_a_frame() -> None:
    found = read(wav(FIRST + b"x") + wav(SECOND))

    assert (found.data, found.repairs) == (FIRST + SECOND, (Repair.JOINED, Repair.PARTIAL_FRAME))


def test_blocks_of_a_codec_are_never_shifted() -> None:
    blocks = ima_adpcm_blocks(4)
    words: dict[str, Any] = {"tag": IMA_ADPCM, "bits": 4, "block_align": 256}

    found = read(wav(blocks[:-100], **words) + wav(blocks, **words))

    assert found.data == blocks[: 3 * 256] + blocks
    assert found.samples == 7 * 505
    assert found.repairs == (Repair.JOINED, Repair.PARTIAL_FRAME)


def test_an_empty_recording_does_not_keep_out_what_follows_it() -> None:
    found = read(wav(b"", after=[TITLE]) + wav(SECOND, rate=16000))

    assert (found.data, found.format.sample_rate) == (SECOND, 16000)


def test_an_empty_recording_before_one_that_is_not_taken_is_refused_for_it() -> None:
    with pytest.raises(UnsupportedCodec):
        read(wav(b"", after=[TITLE]) + wav(SECOND, tag=0x55))


def test_zeros_between_two_recordings_are_counted_and_left_out() -> None:
    found = read(wav(FIRST) + bytes(512 - HEAD) + wav(SECOND))

    assert (found.data, found.trailing_bytes) == (FIRST + SECOND, 512 - HEAD)
    assert Repair.JOINED in found.repairs


@pytest.mark.parametrize("magic", [b"RIFF", b"riff"])
@pytest.mark.parametrize("size", [4095, 4096, 4097, 100_000])
@pytest.mark.parametrize("after", [[], [TITLE]])
def test_a_recording_behind_zeros_up_to_the_next_cluster_is_joined(
    size: int, after: list[tuple[bytes, bytes]], magic: bytes
) -> None:
    found = read(wav(FIRST, magic=magic, after=after) + bytes(size) + wav(SECOND, magic=magic))

    assert (found.data, found.trailing_bytes) == (FIRST + SECOND, size)
    assert found.repairs == (Repair.JOINED, Repair.TRAILING_BYTES)


BETWEEN = {
    "line end": b"\r\n",
    "head of a part": b"\r\n--x\r\nContent-Type: audio/wav\r\n\r\n",
    "ID3v1": b"TAG" + b"Title".ljust(125, b"\0"),
    "binary tag": b"APETAGEX\xd0\7\0\0\x40" + bytes(range(150)),
}


@pytest.mark.parametrize("between", BETWEEN.values(), ids=list(BETWEEN))
@pytest.mark.parametrize("after", [[], [TITLE]])
def test_what_lies_between_two_recordings_is_no_sound(between: bytes, after: list[tuple[bytes, bytes]]) -> None:
    found = read(wav(FIRST, after=after) + between + wav(SECOND) + between + wav(THIRD))

    assert (found.data, found.trailing_bytes) == (FIRST + SECOND + THIRD, 2 * len(between))
    assert found.repairs == (Repair.JOINED, Repair.TRAILING_BYTES)


def test_sound_that_no_size_counts_is_none_that_lies_between_two_recordings() -> None:
    found = read(wav(FIRST) + THIRD + wav(SECOND))

    assert found.data == FIRST + THIRD + SECOND
    assert Repair.WRONG_DATA_SIZE in found.repairs


def test_a_wav_within_a_chunk_behind_the_sound_is_none_that_follows() -> None:
    found = read(wav(FIRST, after=[(b"zzzz", b"abcd" + wav(THIRD))]) + wav(SECOND))

    assert (found.data, found.repairs) == (FIRST + SECOND, (Repair.JOINED,))


OKI = RECORDINGS["OKI ADPCM"]


def fresh_starts(parts: int, size: int) -> list[int]:
    reader = WavReader()
    push(reader, OKI.file(data=OKI.data[:1] * size) * parts)
    finish(reader)
    return list(reader.fresh_starts)


def test_decoders_start_afresh_with_the_first_recordings() -> None:
    assert fresh_starts(4, 1000) == [1000, 2000, 3000]


def test_decoders_start_afresh_later_only_where_much_lies_between() -> None:
    assert fresh_starts(100, 100) == [*(100 * part for part in range(1, 9)), 9000]
    assert fresh_starts(100, 5000) == [5000 * part for part in (*range(1, 9), *range(10, 58, 2))]


@pytest.mark.parametrize("name", ["IMA ADPCM", "MS ADPCM"])
def test_blocks_with_heads_need_no_fresh_start(name: str) -> None:
    reader = WavReader()
    push(reader, RECORDINGS[name].file() * 2)
    finish(reader)

    assert not reader.fresh_starts


def test_a_block_that_is_cut_off_is_kept_where_the_decoder_starts_afresh() -> None:
    """Of codes without heads."""
    one = RECORDINGS["G.726 of 3 bits"]

    found = read(one.file() * 2)

    assert (found.data, found.samples, found.repairs) == (one.data * 2, 2 * one.samples, (Repair.JOINED,))


def test_more_recordings_than_are_read_are_told() -> None:
    one = wav(FIRST[:20])

    found = read(one * MAX_CHUNKS)

    assert found.data == FIRST[:20] * (MAX_CHUNKS // 2)
    assert found.repairs == (Repair.JOINED, Repair.TRAILING_RECORDING)


@pytest.mark.parametrize("after", [[], [TITLE]])
def test_the_head_of_a_wav_within_the_data_is_no_sound(after: list[tuple[bytes, bytes]]) -> None:
    inner = wav(FIRST, after=after)

    found = read(wav(inner, after=[ARTIST]))

    assert (found.data, found.repairs) == (FIRST, (Repair.INNER_HEAD,))
    assert (found.tags.title, found.tags.artist) == ("title" if after else "", "artist")


def test_the_head_of_a_wav_that_fits_into_the_data_says_what_its_samples_are() -> None:
    inner = wav(pcm(tone(2000), 8), bits=8, rate=11025)

    found = read(wav(inner, rate=44100, channels=2))

    assert (found.data, found.format.sample_rate, found.format.channels) == (pcm(tone(2000), 8), 11025, 1)
    assert found.repairs == (Repair.INNER_HEAD,)


def test_a_head_that_neither_fits_nor_agrees_is_sound() -> None:
    inner = wav(FIRST, rate=16000, riff_size=100)

    assert read(wav(inner)).data == inner


@pytest.mark.parametrize("size", [0, 0xFFFFFFFF])
def test_a_stream_with_two_heads_loses_both(size: int) -> None:
    head = wav(b"", data_size=size, riff_size=size)

    found = read(head + head + FIRST)

    assert found.data == FIRST
    assert found.repairs == (Repair.UNKNOWN_LENGTH, Repair.INNER_HEAD)


@pytest.mark.parametrize("magic", [b"RIFF", b"riff"])
def test_a_stream_may_end_with_the_head_that_could_not_be_written_in_its_place(magic: bytes) -> None:
    # SoX writes Wave64 so into a pipe: a head at the start, one before the first sample, one at the end
    head, last = wav(b"", magic=magic, riff_size=0), wav(FIRST, magic=magic)[: -len(FIRST)]
    unknown = wav(b"", magic=magic, riff_size=0, data_size=0 if magic == b"RIFF" else 2**64 - 1)

    found = read(unknown + head + FIRST + last)

    assert found.data == FIRST
    assert found.repairs == (Repair.UNKNOWN_LENGTH, Repair.INNER_HEAD)


def test_recordings_that_another_head_was_put_around_are_joined() -> None:
    joined = wav(FIRST) + wav(SECOND)

    found = read(wav(joined))

    assert (found.data, found.repairs) == (FIRST + SECOND, (Repair.JOINED, Repair.INNER_HEAD))


@pytest.mark.parametrize("spelled", [b"RIFF1234WAVEfmt ", b"WAVEfmt ", b"RIFFRIFFRIFFRIFF", b"RIFX\0\0\0\0WAVELIST"])
@pytest.mark.parametrize("size", [1, 17, 4096])
def test_samples_that_spell_a_head_are_samples(spelled: bytes, size: int) -> None:
    sound = FIRST + spelled + SECOND + spelled[:-1]

    found = read(wav(sound, pad=False), push=size)

    assert found.data == sound[: len(sound) // 2 * 2]


def test_a_file_full_of_heads_is_searched_only_so_far(monkeypatch: pytest.MonkeyPatch) -> None:
    looked = itertools.count()
    original = wav_head.read_head
    monkeypatch.setattr(data_module, "read_head", lambda *words: (next(looked), original(*words))[1])
    sound = b"RIFF1234WAVEfmt " * 20_000

    assert read(wav(sound)).data == sound
    assert next(looked) == MAX_FALSE_HEADS


@pytest.mark.parametrize("part", [wav(b"ab"), wav(b"", before=[(b"JUNK", b"")] * 3), wav(b"ab", data_size=0)])
def test_one_step_reads_few_of_many_joined_recordings(part: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    formats: list[object] = []

    def counting(*words: Any, **more: Any) -> object:
        formats.append(words)
        return read_format(*words, **more)

    monkeypatch.setattr("domain.recording.parser.read_format", counting)
    monkeypatch.setattr("domain.recording.wav_head.read_format", counting)
    reader, read_in_all = WavReader(), 0
    for _ in reader.push_in_steps(wav(b"ab") + part * 5000):
        assert len(formats) <= 4
        read_in_all += len(formats)
        formats.clear()
    assert read_in_all <= MAX_CHUNKS + 4


@given(junk=st.binary(max_size=60), at=st.integers(0, 200), size=st.sampled_from([1, 100, 4096]))
@settings(max_examples=100, deadline=None)
def test_damaged_joins_raise_nothing_but_wav_errors(junk: bytes, at: int, size: int) -> None:
    file = wav(FIRST[:100]) + wav(SECOND[:100], after=[TITLE]) + wav(THIRD[:100])
    damaged = file[:at] + junk + file[at + len(junk) :]
    try:
        found = read_pieces([damaged[start : start + size] for start in range(0, len(damaged), size)])
    except RecordingError:
        return
    assert found.samples <= len(damaged)


def test_a_head_cut_between_two_pushes_is_one() -> None:
    file = wav(FIRST, data_size=0xFFFFFFFF) + wav(SECOND)
    for cut in range(HEAD + len(FIRST) - 3, HEAD + len(FIRST) + 60):
        reader = WavReader()
        out = push(reader, file[:cut]) + push(reader, file[cut:]) + finish(reader)
        assert out == FIRST + SECOND


def test_the_format_may_come_behind_other_chunks_of_the_second() -> None:
    second = wav(SECOND, before=[(b"JUNK", bytes(30_000))])
    first_chunk = b"JUNK" + (30_000).to_bytes(4, "little") + bytes(30_000)
    format_chunk = b"fmt " + (16).to_bytes(4, "little") + fmt_body()
    second = second[:12] + first_chunk + format_chunk + second[-len(SECOND) - 8 :]

    assert read(wav(FIRST) + second).data == FIRST + SECOND

"""Chunks around the data: junk, odd sizes, missing pads, garbage, wrong sizes."""

import re
import time

import pytest

from domain.errors import DamagedRecording, NotAWav
from domain.recording.reader import WavReader
from domain.recording.repairs import Repair
from tests.unit.recording.reading import read
from tests.wav_reading import finish, push
from tests.wavs import Container, fmt_body, pcm, tone, wav

DATA = pcm(tone(240))
MAGICS = [b"RIFF", b"RIFX", b"RF64", b"BW64", b"riff"]


def native(magic: bytes) -> bytes:
    return pcm(tone(240), big_endian=magic == b"RIFX")


@pytest.mark.parametrize("magic", MAGICS)
def test_every_container_gives_the_same_samples(magic: bytes) -> None:
    found = read(wav(native(magic), magic=magic))
    assert (found.data, found.data_bytes, found.repairs) == (DATA, 480, ())


@pytest.mark.parametrize("magic", MAGICS)
def test_other_chunks_are_skipped(magic: bytes) -> None:
    chunks = [(b"bext", bytes(602)), (b"JUNK", b"abc"), (b"\0\xff\0\xff", b"a"), (b"fact", bytes(4)), (b"LIST", b"")]
    found = read(wav(native(magic), magic=magic, before=chunks, after=chunks[:2]))
    assert (found.data, found.repairs) == (DATA, ())


@pytest.mark.parametrize("magic", MAGICS)
@pytest.mark.parametrize("count", [1, 2, 7, 8, 9, 12, 15, 4060, 4061, 4088, 4096, 4100, 4104, 8191, 1 << 20])
def test_any_number_of_zeros_before_the_data_is_passed(magic: bytes, count: int) -> None:
    whole = wav(native(magic), magic=magic)
    at = whole.index(b"data")
    filled_up = whole[:at] + bytes(count) + whole[at:]
    assert [read(filled_up, push=push).data for push in (1 << 21, 4096, 999)] == [DATA] * 3


def test_zeros_before_a_chunk_that_is_not_known_are_heads_of_nothing() -> None:
    container = Container()
    fmt, data = container.chunk(b"fmt ", fmt_body()), container.chunk(b"data", DATA)
    found = read(container.file(fmt + bytes(16) + container.chunk(b"\0\xffab", b"1234") + data))
    assert (found.data, found.repairs) == (DATA, ())


def test_zeros_without_end_are_refused() -> None:
    with pytest.raises(DamagedRecording, match="ends before its data chunk"):
        read(Container().file(Container().chunk(b"fmt ", fmt_body()) + bytes(100_000)))


@pytest.mark.parametrize("magic", [b"RIFF", b"RIFX", b"riff"])
def test_missing_pad_before_the_data_is_mended(magic: bytes) -> None:
    container = Container(magic)
    fmt = container.chunk(b"fmt ", fmt_body(big_endian=container.big_endian))
    odd = container.chunk(b"inst", b"1234567", pad=False)
    found = read(container.file(fmt + odd + container.chunk(b"data", native(magic))))
    assert (found.data, found.repairs) == (DATA, (Repair.MISSING_PAD,))


def test_missing_pad_behind_the_data_is_mended() -> None:
    found = read(wav(bytes(99), bits=8, pad=False, after=[(b"LIST", b"INFO")]))
    assert (found.samples, found.repairs) == (99, (Repair.MISSING_PAD,))


@pytest.mark.parametrize("magic", MAGICS)
@pytest.mark.parametrize("after", [[], [(b"LIST", b"INFOICMT\x04\0\0\0abc\0xxx")]])
def test_a_pad_behind_which_nothing_follows_is_not_missed(magic: bytes, after: list[tuple[bytes, bytes]]) -> None:
    whole = wav(bytes(99), bits=8, magic=magic, after=after)
    container = Container(magic)
    last = 99 if not after else len(after[0][1])
    pad = len(container.chunk(b"LIST", bytes(last))) - len(container.chunk(b"LIST", bytes(last), pad=False))
    assert pad
    for cut in range(1, pad + 1):
        found = read(whole[:-cut])
        assert (found.samples, found.repairs) == (99, ())


@pytest.mark.parametrize("garbage", [b"x", bytes(100), bytes(range(128, 228)), b"LIST\xff\xff\xff\x7fabcd"])
def test_garbage_behind_the_last_chunk_is_reported(garbage: bytes) -> None:
    found = read(wav(DATA, trailing=garbage))
    assert (found.data, found.repairs, found.trailing_bytes) == (DATA, (Repair.TRAILING_BYTES,), len(garbage))


@pytest.mark.parametrize("size", [0, 8, 36, 100, 0x7FFFFFFF, 0xFFFFFFFF])
def test_wrong_riff_size_is_reported_and_ignored(size: int) -> None:
    found = read(wav(DATA, riff_size=size))
    assert (found.data, found.repairs) == (DATA, (Repair.WRONG_RIFF_SIZE,))


def test_riff_size_may_leave_out_the_last_pad() -> None:
    assert read(wav(bytes(99), bits=8, riff_size=36 + 99)).repairs == ()


def test_first_format_chunk_counts() -> None:
    assert read(wav(DATA, before=[(b"fmt ", fmt_body(channels=2))])).format.channels == 1


def test_long_format_chunk_is_read_and_skipped() -> None:
    assert read(wav(DATA, fmt=fmt_body() + bytes(100_000))).data == DATA


@pytest.mark.parametrize(
    "file",
    [
        b"",
        b"\0",
        b"RIFF",
        b"RIFF\0\0\0\0WAV",
        b"RIFF\0\0\0\0AVI " + bytes(100),
        b"riff" + wav(DATA)[4:],
        b"ID3\x03\0\0\0\0\x01\x00" + wav(DATA)[:100],
        b"ID3\x03\0\0\x7f\x7f\x7f\x7f" + wav(DATA),
        b"\xff\xfb\x90\x64" * 100,
        b"#EXTM3U\n#EXT-X-TARGETDURATION:10\nhttp://127.0.0.1/a.ts\n",
        wav(DATA, magic=b"riff")[:30],
        wav(DATA, magic=b"riff")[:24] + bytes(100),
    ],
)
def test_what_is_no_wav_is_refused(file: bytes) -> None:
    with pytest.raises(NotAWav):
        read(file)


@pytest.mark.parametrize(
    ("there", "said"),
    [
        (0, "ends within the ID3 tag that it begins with, which claims 310 bytes"),
        (299, "within the ID3 tag"),
        (300, "nothing but"),
    ],
)
@pytest.mark.parametrize("push", [1 << 20, 7])
def test_a_tag_behind_which_there_is_no_file_is_told(there: int, said: str, push: int) -> None:
    tag = b"ID3\x03\0\0\0\0\x02\x2c" + bytes(there)  # 300 bytes, 7 bits in each of four
    with pytest.raises(NotAWav, match=said):
        read(tag, push=push)


@pytest.mark.parametrize("name", [b"id3 ", b"junk", b"a\xff\0b"])
@pytest.mark.parametrize("there", [0, 10, 4999])
def test_a_chunk_that_claims_more_than_there_is_is_told(name: bytes, there: int) -> None:
    head = wav(DATA)[:36] + name + (5000).to_bytes(4, "little")
    told = f"ends before its data chunk, within a chunk {name.decode('latin-1')!a} that claims 5000 bytes"
    with pytest.raises(DamagedRecording, match=re.escape(told)):
        read(head + bytes(there))


@pytest.mark.parametrize("size", [0, 1, 300])
@pytest.mark.parametrize("magic", MAGICS)
def test_a_tag_before_the_container_is_skipped(magic: bytes, size: int) -> None:
    tag = b"ID3\x03\0\0\0\0" + bytes([size >> 7, size & 0x7F]) + bytes(size)
    found = read(tag + wav(native(magic), magic=magic))
    assert found.data == DATA
    assert found.repairs == (Repair.LEADING_TAG,)


@pytest.mark.parametrize("magic", [b"RIFF", b"riff"])
def test_endless_tiny_chunks_are_refused_at_once(magic: bytes) -> None:
    container = Container(magic)
    reader = WavReader()
    started = time.process_time()
    with pytest.raises(DamagedRecording):
        push(reader, container.file(container.chunk(b"junk", b"") * 1_000_000))
    assert time.process_time() - started < 1


@pytest.mark.parametrize("magic", [b"RIFF", b"RIFX"])
def test_so_many_chunks_are_read_as_the_page_promises(magic: bytes) -> None:
    others = [(b"junk", b"")] * 998  # beside the format and the data
    assert read(wav(native(magic), magic=magic, before=others)).data == DATA
    with pytest.raises(DamagedRecording, match="more than 1000 chunks"):
        read(wav(native(magic), magic=magic, before=[*others, (b"junk", b"")]))


def test_endless_tiny_chunks_behind_the_data_cost_little() -> None:
    file = wav(DATA, after=[(b"junk", b"")] * 100_000)
    started = time.process_time()
    assert read(file, push=65536).data == DATA
    assert time.process_time() - started < 1


@pytest.mark.parametrize("name", [b"bext", b"LIST", b"fmt ", b"ds64"])
def test_chunk_that_claims_two_gigabytes_holds_no_memory(name: bytes) -> None:
    reader = WavReader()
    container = Container(b"RF64")
    push(reader, container.file(container.chunk(b"fmt ", fmt_body()) + container.chunk(name, b"", size=0x7FFFFFF0)))
    for _ in range(100):
        assert push(reader, bytes(65536)) == b""
    assert len(reader._parser.feeder._held) < 5000
    with pytest.raises(DamagedRecording):
        finish(reader)

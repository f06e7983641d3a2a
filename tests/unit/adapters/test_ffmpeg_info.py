"""Correcting the Info frame of an MP3 in a file, without any ffmpeg."""

import struct
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from tempfile import TemporaryFile

import pytest
from fastcrc import crc16

from adapters.ffmpeg import info
from adapters.ffmpeg.info import correct_info
from adapters.ffmpeg.opening import CountedSamples, opening
from adapters.memory.converter import silence
from adapters.shared.files import AnonymousFile
from domain.errors import ConverterFailed
from domain.output.format import Mp3Format, Mp3Quality
from domain.output.info_frame import read_info
from domain.recording.format import SampleEncoding, WavFormat

MONO = Mp3Format(44100, 1, Mp3Quality(bit_rate=64))
FRAME_BYTES = 208
INFO_FRAME_BYTES = 182
"""At 56 kb/s, the lowest in which its tag fits."""
TAG = 4 + 17
"""Where it starts in MPEG-1 with one channel."""
TABLE, ENCODER, DELAYS, CHECKSUM = TAG + 16, TAG + 120, TAG + 120 + 21, TAG + 120 + 34


@contextmanager
def a_file(content: bytes) -> Iterator[AnonymousFile]:
    with TemporaryFile() as opened:
        file = AnonymousFile(opened.fileno())
        file.write(content, 0)
        yield file


def cut_padding(mp3: bytes, less: int) -> bytes:
    """As ffmpeg might write it: its name, a padding that is so much less than it should be, a poor seek table."""
    info = read_info(mp3)
    delays = (info.encoder_delay << 12 | info.padding - less).to_bytes(3, "big")
    behind_name = mp3[ENCODER + 9 : DELAYS] + delays + mp3[DELAYS + 3 :]
    return mp3[:TABLE] + bytes(100) + mp3[TABLE + 100 : ENCODER] + b"Lavc62.28" + behind_name


def corrected(mp3: bytes, samples: int, before: int = 0) -> bytes:
    with a_file(mp3) as file:
        correct_info(file, MONO, samples, before)
        return file.part(0, len(mp3) + 1)


@pytest.mark.parametrize("less", [0, 1, 46])
@pytest.mark.parametrize("samples", [5 * 1152, 12_345, 3_000_000])
def test_padding_and_seek_table_become_true_and_all_else_stays(samples: int, less: int) -> None:
    true = silence(MONO, samples)

    found = corrected(cut_padding(true, less), samples)

    assert read_info(found).samples == samples
    assert struct.unpack_from(">H", found, CHECKSUM)[0] == crc16.arc(found[:CHECKSUM])
    assert found[:CHECKSUM] == true[:CHECKSUM]
    assert found[CHECKSUM + 2 :] == true[CHECKSUM + 2 :]


def test_what_ffmpeg_has_lost_stays_lost() -> None:
    mp3 = silence(MONO, 12_345)

    assert read_info(corrected(mp3, 12_500)).samples == 12_345


def test_silence_before_counts_as_delay() -> None:
    mp3 = silence(MONO, 5 * 1152)

    found = read_info(corrected(mp3, 1000, 2350))

    assert (found.encoder_delay, found.samples) == (576 + 2350, 1000)


def test_frames_are_read_across_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(info, "READ_BYTES", 300)
    true = silence(MONO, 12_345)

    assert corrected(cut_padding(true, 5), 12_345)[:CHECKSUM] == true[:CHECKSUM]


@pytest.mark.parametrize("frame", [0, 9])
def test_what_is_no_frame_is_refused(frame: int) -> None:
    mp3 = bytearray(silence(MONO, 50_000))
    mp3[INFO_FRAME_BYTES + frame * FRAME_BYTES] = 0

    with pytest.raises(ConverterFailed, match="no frame"):
        corrected(bytes(mp3), 50_000)


@pytest.mark.parametrize("missing", [1, FRAME_BYTES - 4, FRAME_BYTES, FRAME_BYTES + 1])
def test_an_mp3_that_ends_early_is_refused(missing: int) -> None:
    mp3 = silence(MONO, 50_000)

    with pytest.raises(ConverterFailed, match="stands before"):
        corrected(mp3[:-missing], 50_000)


def test_an_info_frame_without_a_seek_table_is_refused() -> None:
    mp3 = bytearray(silence(MONO, 50_000))
    mp3[TAG + 7] &= ~4

    with pytest.raises(ConverterFailed, match="no seek table"):
        corrected(bytes(mp3), 50_000)


async def in_chunks(data: bytes, size: int) -> AsyncIterator[bytes]:
    for start in range(0, len(data), size):
        yield data[start : start + size]


@pytest.mark.parametrize(
    ("rate", "samples", "filters", "before"),
    [
        (44100, 1, "adelay=delays=2350S:all=1,apad=whole_len=5760", 2350),
        (44100, 2240, "adelay=delays=46S:all=1,apad=whole_len=5760", 46),
        (44100, 2241, "apad=whole_len=5760", 0),
        (8000, 46, "adelay=delays=46S:all=1,apad=whole_len=2304", 46),
        (8000, 47, "apad=whole_len=2304", 0),
        (
            96000,
            2,
            "apad=pad_len=1024,aresample=48000,atrim=end_sample=1,adelay=delays=2350S:all=1,apad=whole_len=5760",
            2350,
        ),
        (96000, 10_000, "aresample=48000,apad=whole_len=5760", 0),
    ],
)
async def test_what_is_short_is_put_between_silence(rate: int, samples: int, filters: str, before: int) -> None:
    source = WavFormat(SampleEncoding.SIGNED_16, 1, 0, rate, 2)
    target = Mp3Format(min(rate, 48000), 1, Mp3Quality(bit_rate=64))
    data = bytes(range(1, 255)) * (2 * samples // 254 + 1)
    counted = CountedSamples(source, in_chunks(data[: 2 * samples], 100))

    opened = await opening(source, target, counted)

    assert (opened.filters, opened.silence) == (filters, before)
    rest = b"".join([chunk async for chunk in counted])
    assert opened.head + rest == data[: 2 * samples]
    assert counted.samples == samples
    assert len(opened.head) <= 2 * 2241 * rate // target.sample_rate + 100

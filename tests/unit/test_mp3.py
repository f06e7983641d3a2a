"""Reading the Info frame."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from adapters.memory.converter import silence
from domain.errors import ConverterFailed
from domain.output.format import BIT_RATES, Mp3Format, Mp3Quality
from domain.output.info_frame import Mp3Info, read_info

STEREO = Mp3Format(44100, 2, Mp3Quality(bit_rate=128))
# The start of what LAME 3.100 made of one second of 44.1 kHz mono: header, Xing's tag without its table, LAME's.
LAME_FRAME = (
    bytes.fromhex("fffb50c0" + "00" * 17)
    + b"Info"
    + bytes.fromhex("0000000f0000002800002058")
    + bytes(100)
    + bytes.fromhex("00000039")
    + b"LAME3.100"
    + bytes(12)
    + bytes.fromhex("24036c")
    + bytes(12)
)


def test_what_lame_writes_is_understood() -> None:
    assert read_info(LAME_FRAME) == Mp3Info(
        sample_rate=44100,
        channels=1,
        samples_per_frame=1152,
        frames=40,
        bytes=8280,
        has_seek_table=True,
        encoder_delay=576,
        padding=876,
    )


def test_delay_and_padding_are_no_samples() -> None:
    assert read_info(LAME_FRAME).samples == 40 * 1152 - 576 - 876


@pytest.mark.parametrize("channels", [1, 2])
@pytest.mark.parametrize("sample_rate", BIT_RATES)
@pytest.mark.parametrize("samples", [1, 1000, 100_000])
def test_every_rate_and_mode_is_understood(sample_rate: int, channels: int, samples: int) -> None:
    target = Mp3Format(sample_rate, channels, Mp3Quality(bit_rate=BIT_RATES[sample_rate][0]))
    mp3 = silence(target, samples)

    info = read_info(mp3[:4096])

    assert (info.sample_rate, info.channels) == (sample_rate, channels)
    assert (info.samples_per_frame, info.samples, info.bytes) == (target.samples_per_frame, samples, len(mp3))


def test_a_seek_table_may_be_missing() -> None:
    start = 4 + 17
    without = LAME_FRAME[: start + 7] + b"\x03" + LAME_FRAME[start + 8 : start + 16] + LAME_FRAME[start + 120 :]

    info = read_info(without)

    assert (info.has_seek_table, info.encoder_delay, info.padding) == (False, 576, 876)


@pytest.mark.parametrize(
    ("position", "value"),
    [
        pytest.param(0, 0xFE, id="no sync"),
        pytest.param(1, 0x1B, id="half a sync"),
        pytest.param(1, 0xEB, id="reserved version"),
        pytest.param(1, 0xFD, id="layer II"),
        pytest.param(1, 0xF9, id="reserved layer"),
        pytest.param(2, 0x00, id="free bit rate"),
        pytest.param(2, 0xF0, id="bad bit rate"),
        pytest.param(2, 0x5C, id="reserved sample rate"),
        pytest.param(4 + 17, ord("X"), id="no tag"),
        pytest.param(4 + 17 + 7, 0x0E, id="no frame count"),
        pytest.param(4 + 17 + 7, 0x0D, id="no byte count"),
    ],
)
def test_what_is_no_info_frame_is_refused(position: int, value: int) -> None:
    broken = bytearray(LAME_FRAME)
    broken[position] = value

    with pytest.raises(ConverterFailed):
        read_info(bytes(broken))


@given(st.integers(0, len(LAME_FRAME)))
def test_a_frame_cut_short_is_refused_or_whole(size: int) -> None:
    needed = 4 + 17 + 120 + 24
    if size >= needed:
        assert read_info(LAME_FRAME[:size]) == read_info(LAME_FRAME)
    else:
        with pytest.raises(ConverterFailed):
            read_info(LAME_FRAME[:size])


@given(st.binary(max_size=64))
@example(b"ID3\x04")
@example(b"\xff\xfb\x90\x00")
def test_any_bytes_are_read_or_refused(head: bytes) -> None:
    with pytest.raises(ConverterFailed):
        read_info(head)

"""The frame before the music, read by other code than wrote it."""

import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.lame.info import InfoFrame
from domain.output.format import BIT_RATES, Mp3Format, Mp3Quality
from domain.output.frame import side_information_bytes
from domain.output.info_frame import read_info
from domain.output.running_on import ENCODER_DELAY
from domain.output.seek_table import SeekTable
from tests.unit.lame.test_crc import bit_by_bit

TAG_BYTES_BEFORE_CRC = 154


def formats() -> st.SearchStrategy[Mp3Format]:
    """Every sample rate, mode and quality that a recording may become."""
    return st.sampled_from(sorted(BIT_RATES)).flatmap(
        lambda rate: st.builds(Mp3Format, st.just(rate), st.sampled_from([1, 2]), _qualities(rate))
    )


def _qualities(rate: int) -> st.SearchStrategy[Mp3Quality]:
    constant = st.sampled_from(BIT_RATES[rate]).map(lambda bit_rate: Mp3Quality(bit_rate=bit_rate))
    return constant | st.integers(0, 9).map(lambda variable: Mp3Quality(variable=variable))


def counted(form: Mp3Format, sizes: list[int], writes: int = 1) -> InfoFrame:
    """After frames of these sizes, in about so many parts, whose bytes are all 0."""
    info, step = InfoFrame(form, form.sample_rate), max(1, len(sizes) // writes)
    for start in range(0, len(sizes), step):
        part = sizes[start : start + step]
        info.count(bytearray(sum(part)), part)
    return info


def tag_start(form: Mp3Format) -> int:
    return 4 + side_information_bytes(form.sample_rate >= 32000, form.channels == 1)


@settings(max_examples=50)
@given(formats(), st.lists(st.integers(24, 1441), min_size=1, max_size=30), st.integers(1, 5), st.data())
def test_it_tells_frames_bytes_and_samples(form: Mp3Format, sizes: list[int], writes: int, data: st.DataObject) -> None:
    most = len(sizes) * form.samples_per_frame - ENCODER_DELAY
    samples = data.draw(st.integers(max(0, most - 4095), max(0, most)))

    frame = counted(form, sizes, writes).frame(samples)

    info = read_info(frame)
    assert (info.sample_rate, info.channels) == (form.sample_rate, form.channels)
    assert (info.frames, info.bytes) == (len(sizes), len(frame) + sum(sizes))
    assert (info.encoder_delay, info.has_seek_table) == (ENCODER_DELAY, True)
    assert most < 0 or info.samples == samples
    name = b"Info" if form.quality.bit_rate else b"Xing"
    assert frame[tag_start(form) :].startswith(name)


@pytest.mark.parametrize("channels", [1, 2])
@pytest.mark.parametrize("rate", BIT_RATES)
@pytest.mark.parametrize("kind", ["constant", "variable"])
def test_it_is_a_whole_frame_of_its_own_bit_rate(rate: int, channels: int, kind: str) -> None:
    for choice in BIT_RATES[rate] if kind == "constant" else range(10):
        quality = Mp3Quality(bit_rate=choice) if kind == "constant" else Mp3Quality(variable=choice)
        form = Mp3Format(rate, channels, quality)

        frame = counted(form, [100]).frame(500)

        bit_rate = BIT_RATES[rate][(frame[2] >> 4) - 1]
        assert (
            len(frame)
            == InfoFrame(form, form.sample_rate).size
            == form.samples_per_frame // 8 * bit_rate * 1000 // rate
        )
        assert not frame[2] & 2
        assert len(frame) >= tag_start(form) + TAG_BYTES_BEFORE_CRC + 2


@settings(max_examples=50)
@given(formats(), st.lists(st.binary(min_size=24, max_size=1441), min_size=1, max_size=8), st.integers(0, 10**6))
def test_its_checksums_are_right(form: Mp3Format, frames: list[bytes], samples: int) -> None:
    info = InfoFrame(form, form.sample_rate)
    for data in frames:
        info.count(bytearray(data), [len(data)])

    frame = info.frame(samples)

    crc_place = tag_start(form) + TAG_BYTES_BEFORE_CRC
    music_length, music_crc, crc = struct.unpack_from(">IHH", frame, crc_place - 6)
    assert music_length == len(frame) + sum(map(len, frames))
    assert music_crc == bit_by_bit(b"".join(frames))
    assert crc == bit_by_bit(frame[:crc_place])


def test_its_seek_table_is_that_of_the_frames() -> None:
    form, sizes = Mp3Format(44100, 2, Mp3Quality(variable=2)), [104, 1044, 417, 208] * 50
    info = counted(form, sizes, writes=7)
    table = SeekTable(info.size)
    table.count(sizes)

    start = tag_start(form) + 16
    assert info.frame(200 * 1152 - 2000)[start : start + 100] == table.points()

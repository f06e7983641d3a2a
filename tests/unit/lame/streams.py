"""Streams of frames with made-up main data."""

from dataclasses import dataclass

from hypothesis import strategies as st

from adapters.lame.frames import FrameLayout
from adapters.lame.stream import FrameStream
from domain.output.format import BIT_RATES, Mp3Format, Mp3Quality
from domain.output.frame import bit_rate_index, frame_bytes, header


def formats() -> st.SearchStrategy[Mp3Format]:
    """Of variable bit rate, so that frames of every size may follow each other."""
    return st.builds(
        Mp3Format, st.sampled_from(sorted(BIT_RATES)), st.sampled_from([1, 2]), st.just(Mp3Quality(variable=4))
    )


@dataclass(frozen=True)
class MadeFrame:
    """What one frame is made of; `data` is what its main data begins with, again and again."""

    bit_rate: int
    padded: bool
    main_data_begin: int
    decisions: int
    fill: int

    def encoded(self, form: Mp3Format) -> bytes:
        layout = FrameLayout(form)
        head = bytearray(header(form, self.bit_rate))
        head[2] |= self.padded << 1
        free_bits = 8 * layout.side_bytes - (9 if layout.mpeg_1 else 8)
        side = self.main_data_begin << free_bits | self.decisions % (1 << free_bits)
        size = frame_bytes(form, self.bit_rate) + self.padded
        whole = bytes(head) + side.to_bytes(layout.side_bytes, "big")
        return whole + bytes((self.fill + place) % 256 for place in range(size - len(whole)))


def frames(form: Mp3Format, least: int = 1, most: int = 12) -> st.SearchStrategy[list[MadeFrame]]:
    """Some frames in a row. How far back their main data begins is not made to fit."""
    one = st.builds(
        MadeFrame,
        bit_rate=st.sampled_from(BIT_RATES[form.sample_rate]),
        padded=st.booleans(),
        main_data_begin=st.integers(0, 511 if form.sample_rate >= 32000 else 255),
        decisions=st.integers(0, 1 << 255),
        fill=st.integers(0, 255),
    )
    return st.lists(one, min_size=least, max_size=most)


def stream_of(form: Mp3Format, made: list[MadeFrame], first: int = 0) -> FrameStream:
    stream = FrameStream(FrameLayout(form), first)
    for frame in made:
        stream.push(frame.encoded(form))
    return stream


def main_data(form: Mp3Format, data: bytes) -> bytes:
    """All main data in whole frames, found without the code under test."""
    found, start = b"", 0
    skipped = FrameLayout(form).main_data_offset
    by_index = {bit_rate_index(form, rate): rate for rate in BIT_RATES[form.sample_rate]}
    while start < len(data):
        third = data[start + 2]
        size = form.samples_per_frame // 8 * by_index[third >> 4] * 1000 // form.sample_rate + (third >> 1 & 1)
        found += data[start + skipped : start + size]
        start += size
    return found

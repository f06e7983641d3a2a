"""Frames of one encoder, and writing one stream's main data into another."""

from itertools import pairwise

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from adapters.lame.frames import FrameLayout
from adapters.lame.stream import FrameStream, join, missing_room
from domain.output.format import BIT_RATES, Mp3Format, Mp3Quality
from domain.output.frame import frame_bytes
from tests.unit.lame.streams import MadeFrame, formats, frames, main_data, stream_of
from tests.unit.streams import cut

STEREO = Mp3Format(44100, 2, Mp3Quality(variable=4))


@settings(max_examples=30)
@given(st.data(), formats(), st.lists(st.integers(0, 4000), max_size=20), st.integers(0, 1000))
def test_how_the_bytes_are_cut_does_not_matter(
    data: st.DataObject, form: Mp3Format, places: list[int], first: int
) -> None:
    made = data.draw(frames(form))
    encoded = [frame.encoded(form) for frame in made]
    stream = FrameStream(FrameLayout(form), first)

    for block in cut(b"".join(encoded), places):
        stream.push(block)

    assert stream.end == first + len(made)
    assert stream.sizes(first, stream.end) == [len(frame) for frame in encoded]
    assert stream.cut(first, stream.end) == b"".join(encoded)
    for number, frame in enumerate(made, first):
        assert stream.frame(number).main_data_begin == frame.main_data_begin
        assert stream.cut(number, number + 1) == encoded[number - first]


@settings(max_examples=30)
@given(st.data(), formats())
def test_decisions_are_the_side_information_without_the_reservoir(data: st.DataObject, form: Mp3Format) -> None:
    [made] = data.draw(frames(form, 1, 1))
    bits = 8 * FrameLayout(form).side_bytes - (9 if form.sample_rate >= 32000 else 8)

    assert stream_of(form, [made]).decisions(0) == made.decisions % (1 << bits)


@settings(max_examples=30)
@given(st.data(), formats(), st.integers(0, 511))
def test_main_data_is_counted_without_headers(data: st.DataObject, form: Mp3Format, count: int) -> None:
    stream = stream_of(form, data.draw(frames(form, 2)))
    number = data.draw(st.integers(1, stream.end))
    before = main_data(form, bytes(stream.cut(0, number)))
    assume(count <= len(before))

    assert stream.main_data_before(number, count) == before[len(before) - count :]


@settings(max_examples=30)
@given(st.data(), formats(), st.binary(max_size=511))
def test_what_is_written_over_main_data_is_read_back_and_the_rest_stays(
    data: st.DataObject, form: Mp3Format, written: bytes
) -> None:
    stream = stream_of(form, data.draw(frames(form, 2)))
    number = data.draw(st.integers(1, stream.end))
    before, after = bytes(stream.cut(0, number)), bytes(stream.cut(0, stream.end))
    plain = main_data(form, before)
    assume(len(written) <= len(plain))

    stream.overwrite_main_data_before(number, written)

    assert stream.main_data_before(number, len(written)) == written
    changed = bytes(stream.cut(0, stream.end))
    assert main_data(form, changed[: len(before)]) == plain[: len(plain) - len(written)] + written
    assert changed[len(before) :] == after[len(before) :]
    assert _without_main_data(form, changed) == _without_main_data(form, after)


def _without_main_data(form: Mp3Format, data: bytes) -> list[bytes]:
    stream = FrameStream(FrameLayout(form), 0)
    stream.push(data)
    return [data[stream.frame(number).start :][: FrameLayout(form).main_data_offset] for number in range(stream.end)]


@settings(max_examples=30)
@given(st.data(), formats(), st.integers(1, 511))
def test_a_lengthened_frame_has_the_room_and_is_a_frame_still(data: st.DataObject, form: Mp3Format, room: int) -> None:
    stream = stream_of(form, data.draw(frames(form, 2)))
    number = data.draw(st.integers(1, stream.end))
    whole = bytes(stream.cut(0, stream.end))
    before = bytes(stream.cut(0, number))
    longest = frame_bytes(form, BIT_RATES[form.sample_rate][-1]) + (before[stream.frame(number - 1).start + 2] >> 1 & 1)
    last = stream.frame(number - 1)

    assert stream.lengthen(number, room) == (last.size + room <= longest)

    if last.size + room > longest:
        assert stream.cut(0, stream.end) == whole
        return
    lengthened = bytes(stream.cut(0, number))
    assert stream.end == number
    again = FrameStream(FrameLayout(form), 0)
    again.push(lengthened)
    assert again.sizes(0, number) == stream.sizes(0, number)
    assert main_data(form, lengthened).startswith(main_data(form, before))
    assert room <= len(lengthened) - len(before) < room + _largest_step(form)
    assert again.decisions(number - 1) == stream.decisions(number - 1)
    assert again.frame(number - 1).main_data_begin == last.main_data_begin


def _largest_step(form: Mp3Format) -> int:
    sizes = [frame_bytes(form, rate) for rate in BIT_RATES[form.sample_rate]]
    return max(after - before for before, after in pairwise(sizes))


def made(main_data_begin: int, fill: int, bit_rate: int = 64) -> MadeFrame:
    return MadeFrame(bit_rate, False, main_data_begin, 0, fill)


def test_joined_frames_hold_what_the_new_stream_needs() -> None:
    old = stream_of(STEREO, [made(0, 1), made(10, 2), made(300, 3), made(7, 4)])
    new = stream_of(STEREO, [made(0, 101), made(10, 102), made(250, 103), made(7, 104)])
    tail = new.main_data_before(2, 250)
    untouched = main_data(STEREO, bytes(old.cut(0, 2)))[:-250]

    assert missing_room(old, new, 2) == 0
    join(old, new, 2)

    assert main_data(STEREO, bytes(old.cut(0, 2))) == untouched + tail
    assert (new.first, new.end) == (2, 4)


def test_frames_that_are_forgotten_change_nothing_of_the_others() -> None:
    stream = stream_of(STEREO, [made(0, 1), made(10, 2), made(300, 3), made(7, 4)])
    rest, sizes, data = stream.cut(2, 4), stream.sizes(2, 4), stream.main_data_before(4, 100)

    stream.forget_before(2)

    assert (stream.first, stream.end) == (2, 4)
    assert (stream.cut(2, 4), stream.sizes(2, 4), stream.main_data_before(4, 100)) == (rest, sizes, data)
    assert stream.holds_main_data_before(3, 10)
    assert not stream.holds_main_data_before(3, 1000)
    stream.forget_before(4)
    assert (stream.first, stream.end, bytes(stream.cut(4, 4))) == (4, 4, b"")


def test_what_is_missing_is_what_the_new_stream_begins_further_back() -> None:
    old, new = stream_of(STEREO, [made(0, 1), made(100, 2)]), stream_of(STEREO, [made(0, 1), made(140, 2)])

    assert missing_room(old, new, 1) == 40
    assert missing_room(new, old, 1) == 0


@pytest.mark.parametrize("damage", [(0, 0xFE), (1, 0x1B), (2, 0xF0), (2, 0x00)])
def test_what_is_no_frame_is_refused(damage: tuple[int, int]) -> None:
    data = bytearray(made(0, 1).encoded(STEREO))
    data[damage[0]] = damage[1]

    with pytest.raises(ValueError, match="no frame header"):
        FrameStream(FrameLayout(STEREO), 0).push(data)

"""The seek table against the true places of the frames."""

from itertools import accumulate
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.output import seek_table
from domain.output.seek_table import SEEK_POINTS, SeekTable

INFO_FRAME = 417
HALF = 0.5
IN_BETWEEN = 0.05
"""Of a 256th: what a straight line between two kept offsets may add."""
HOUR = 137_813
"""Frames of 1152 samples at 44.1 kHz."""
CONSTANT = [0, 3, 5, 8, 10, 13]


def sizes_of(kind: str, count: int) -> list[int]:
    """Of many frames: as constant bit rates pad them, or from one end of variable bit rates to the other."""
    if kind == "constant":
        return [418 if number * 1250 % 1225 >= 250 else 417 for number in range(count)]
    if kind == "rising":
        return [104 + 940 * number // count for number in range(count)]
    if kind == "falling":
        return sizes_of("rising", count)[::-1]
    return [1044 if number // (count // 7 + 1) % 3 else 104 for number in range(count)]


def table_of(sizes: list[int], parts: int = 1) -> SeekTable:
    table, step = SeekTable(INFO_FRAME), max(1, len(sizes) // parts)
    for start in range(0, len(sizes), step):
        table.count(sizes[start : start + step])
    return table


def errors(sizes: list[int], points: bytes) -> list[float]:
    """By how many 256ths of the file each entry but the first is behind the frame in which its hundredth begins."""
    offsets = list(accumulate(sizes, initial=INFO_FRAME))
    true = [offsets[len(sizes) * percent // SEEK_POINTS] * 256 / offsets[-1] for percent in range(SEEK_POINTS)]
    return [point - min(255, place) for point, place in zip(points, true, strict=True)][1:]


@pytest.mark.parametrize("kind", ["constant", "rising", "falling", "in turns"])
@pytest.mark.parametrize("frames", [6, 7, 99, 100, 101, 511, 512, 2297, 65_535, 65_536, 65_537, HOUR])
def test_every_entry_is_the_nearest_256th(kind: str, frames: int) -> None:
    sizes = sizes_of(kind, frames)

    points = table_of(sizes, parts=7).points()

    found = errors(sizes, points)
    assert max(map(abs, found)) <= HALF + (IN_BETWEEN if frames > 65_536 else 0)
    assert len(points) == SEEK_POINTS
    assert list(points) == sorted(points)
    assert frames < 2000 or abs(sum(found)) / len(found) < 0.1  # half of a 256th would be 0.5 on average


@pytest.mark.parametrize("frames", [2297, HOUR])
def test_a_constant_rate_is_a_straight_line(frames: int) -> None:
    assert list(table_of(sizes_of("constant", frames)).points()[:6]) == CONSTANT


@settings(max_examples=100)
@given(st.lists(st.integers(24, 1441), min_size=1, max_size=400), st.integers(1, 5))
def test_any_frames_have_their_nearest_256ths(sizes: list[int], parts: int) -> None:
    table = table_of(sizes, parts)

    assert max(map(abs, errors(sizes, table.points()))) <= HALF
    assert (table.frames, table.bytes) == (len(sizes), INFO_FRAME + sum(sizes))


def test_the_first_entry_is_the_beginning() -> None:
    """However much of a short file the Info frame is."""
    assert table_of([50] * 6).points()[0] == 0


def test_no_frames_at_all_are_a_table_too() -> None:
    assert len(SeekTable(INFO_FRAME).points()) == SEEK_POINTS


@settings(max_examples=30)
@given(st.integers(513, 3000), st.randoms(use_true_random=False))
def test_thinned_out_offsets_enclose_the_true_ones(frames: int, random: Random) -> None:
    """With 128 to 256 of them in place of 65,536: an entry lies between the two that enclose its frame."""
    sizes = random.choices([24, 480], k=frames)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(seek_table, "_MOST_OFFSETS", 256)
        table = table_of(sizes, parts=3)

    offsets = list(accumulate(sizes, initial=INFO_FRAME))
    stride = 2
    while len(sizes) > 256 * stride:
        stride *= 2
    for percent, point in enumerate(table.points()[1:], 1):
        index = len(sizes) * percent // SEEK_POINTS // stride * stride
        earliest, latest = (offsets[min(len(sizes), place)] * 256 / table.bytes for place in (index, index + stride))
        assert min(255, earliest - HALF) <= point <= latest + HALF


def test_memory_does_not_grow_with_the_length() -> None:
    table = SeekTable(INFO_FRAME)

    for _ in range(20):
        table.count([72] * 100_000)

    assert len(table._offsets) <= 1 << 16
    assert table._offsets.itemsize * (1 << 16) == 512 << 10

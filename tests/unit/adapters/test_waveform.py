"""Waveforms of recordings whose length is not known before their end."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.numpy.waveform import WaveformBins
from domain.measuring import WAVEFORM_POINTS, Waveform
from tests.wavs import Samples


def waveform(*blocks: Samples) -> Waveform:
    bins = WaveformBins(8000)
    for block in blocks:
        bins.add(block.astype(np.float32))
    return bins.waveform()


def steps(count: int) -> Samples:
    """Values that 8 bits can hold."""
    return np.random.default_rng(count).integers(-128, 128, count) / 128


@given(st.integers(1, 200_000), st.lists(st.integers(0, 200_000), max_size=8))
@settings(max_examples=60, deadline=None)
def test_every_sample_is_in_its_pixel_however_the_samples_are_cut(count: int, at: list[int]) -> None:
    values = steps(count)

    found = waveform(*(block for block in np.split(values, sorted(at)) if len(block)))

    starts = np.arange(0, count, found.samples_per_pixel)
    assert found.length == len(starts) <= WAVEFORM_POINTS
    assert found.data[::2] == tuple(np.minimum.reduceat(values, starts) * 128)
    assert found.data[1::2] == tuple(np.maximum.reduceat(values, starts) * 128)


@pytest.mark.parametrize("count", [9001, 16_384, 16_385, 20_000, 1 << 20, 3_000_001])
def test_long_recordings_have_at_least_1500_pairs(count: int) -> None:
    assert 1500 <= waveform(np.zeros(count)).length <= 1800


def test_what_is_beyond_full_scale_is_drawn_at_full_scale() -> None:
    assert waveform(np.array([-5.0, 5.0, 1.0, 0.004])).data == (-128, -128, 127, 127, 127, 127, 1, 1)

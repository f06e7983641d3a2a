"""Mixing down."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.output.downmix import downmix_matrix
from domain.recording.format import SampleEncoding, WavFormat

HALF_POWER = 0.5**0.5


def source(channels: int, mask: int = 0) -> WavFormat:
    return WavFormat(SampleEncoding.SIGNED_16, channels, mask, 48000, 2 * channels)


def test_one_and_two_channels_stay_as_they_are() -> None:
    assert downmix_matrix(source(1)) == ((1.0,),)
    assert downmix_matrix(source(1, mask=0x8)) == ((1.0,),)
    assert downmix_matrix(source(2)) == ((1.0, 0.0), (0.0, 1.0))
    assert downmix_matrix(source(2, mask=0x30)) == ((1.0, 0.0), (0.0, 1.0))


def test_surround_becomes_stereo_without_the_low_frequency_channel() -> None:
    left, right = downmix_matrix(source(6, mask=0x3F))

    scale = 1 + 2 * HALF_POWER
    assert left == pytest.approx([1 / scale, 0, HALF_POWER / scale, 0, HALF_POWER / scale, 0])
    assert right == pytest.approx([0, 1 / scale, HALF_POWER / scale, 0, 0, HALF_POWER / scale])


@pytest.mark.parametrize(("channels", "mask"), [(3, 0), (6, 0), (64, 0), (6, 0x3), (3, 0x3F), (3, 0x40003)])
def test_without_a_fitting_mask_all_channels_weigh_the_same(channels: int, mask: int) -> None:
    assert downmix_matrix(source(channels, mask)) == ((1 / channels,) * channels,)


@given(st.integers(3, 64), st.integers(0, 2**32 - 1))
def test_nothing_can_clip(channels: int, mask: int) -> None:
    matrix = downmix_matrix(source(channels, mask))

    assert len(matrix) in (1, 2)
    assert all(len(row) == channels for row in matrix)
    assert all(weight >= 0 for row in matrix for weight in row)
    assert all(sum(row) <= 1 + 1e-9 for row in matrix)

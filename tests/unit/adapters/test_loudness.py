"""Gating and channel weights: ITU-R BS.1770-4."""

import numpy as np
import pytest

from adapters.numpy.k_weighting import GRAIN
from adapters.numpy.loudness import Loudness, channel_weights
from domain.recording.format import SampleEncoding
from tests.unit.adapters.sources import source

RATE = 8000
FIVE_ONE, FIVE_ONE_SIDE, SEVEN_ONE, QUADRAPHONIC = 0x3F, 0x60F, 0x63F, 0x33


def loudness(*levels: tuple[float, float], channels: int = 1, mask: int = 0) -> float | None:
    """Of tones of 997 Hz, each of so many LUFS (were it in one channel that counts 1) and so many seconds."""
    tones = []
    for level, seconds in levels:
        amplitude = 10 ** ((level + 3.01) / 20)
        tones.append(amplitude * np.sin(2 * np.pi * 997 / RATE * np.arange(round(seconds * RATE))))
    signal = np.concatenate(tones)
    planes = np.zeros((channels, -(-len(signal) // GRAIN) * GRAIN), np.float32)
    planes[:, : len(signal)] = signal
    meter = Loudness(source(SampleEncoding.FLOAT_32, channels, RATE, mask))
    meter.add(planes, len(signal))
    return meter.integrated()


@pytest.mark.parametrize(
    ("channels", "mask", "expected"),
    [
        (1, 0, [1]),
        (1, 0x8, [1]),
        (2, 0x3, [1, 1]),
        (6, FIVE_ONE, [1, 1, 1, 0, 1.41, 1.41]),
        (6, FIVE_ONE_SIDE, [1, 1, 1, 0, 1.41, 1.41]),
        (8, SEVEN_ONE, [1, 1, 1, 0, 1, 1, 1.41, 1.41]),
        (4, QUADRAPHONIC, [1, 1, 1.41, 1.41]),
        (6, 0, [1] * 6),
        (5, FIVE_ONE, [1] * 5),
    ],
)
def test_channels_count_by_their_position(channels: int, mask: int, expected: list[float]) -> None:
    assert channel_weights(source(SampleEncoding.SIGNED_16, channels, mask=mask)).tolist() == expected


def test_channels_add_up() -> None:
    assert loudness((-30, 3)) == pytest.approx(-30, abs=0.1)
    assert loudness((-30, 3), channels=2) == pytest.approx(-30 + 3.01, abs=0.1)
    assert loudness((-30, 3), channels=6, mask=FIVE_ONE) == pytest.approx(-30 + 10 * np.log10(5.82), abs=0.1)


def test_what_is_below_the_absolute_gate_does_not_count() -> None:
    assert loudness((-71, 5)) is None
    assert loudness((-69, 5)) == pytest.approx(-69, abs=0.1)
    assert loudness((-75, 20), (-69, 5), (-75, 20)) == pytest.approx(-69, abs=0.2)


def test_what_just_passes_the_absolute_gate_is_not_below_it() -> None:
    """The row of a track takes nothing below -70 LUFS."""
    low, high = -71.0, -69.0
    for _ in range(40):
        middle = (low + high) / 2
        low, high = (middle, high) if loudness((middle, 0.4)) is None else (low, middle)
        found = loudness((high, 0.4))
        assert found is not None
        assert found >= -70


def test_what_is_far_below_the_rest_does_not_count() -> None:
    assert loudness((-36, 10), (-23, 20), (-36, 10)) == pytest.approx(-23, abs=0.1)
    assert loudness((-28, 20), (-23, 20)) == pytest.approx(10 * np.log10((10**-2.8 + 10**-2.3) / 2), abs=0.1)


def test_a_gating_block_that_is_not_whole_does_not_count() -> None:
    assert loudness((-23, 0.3999)) is None
    assert loudness((-23, 0.4)) is not None
    assert loudness((-30, 1), (-5, 0.09)) == loudness((-30, 1))

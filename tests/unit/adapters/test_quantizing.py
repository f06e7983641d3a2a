"""From numbers to 16 bits: the error that dither leaves."""

import numpy as np
import pytest

from adapters.lame.quantizing import Quantizer
from tests.wavs import Samples

LSB = 1 / 32768
COUNT = 1 << 18


def error(values: Samples) -> Samples:
    """What quantizing adds, in LSB."""
    numbers = values.astype(np.float32)
    quantized = Quantizer().quantized(numbers[:, None])[:, 0]
    difference: Samples = quantized - numbers.astype(np.float64) * 32768
    return difference


@pytest.mark.parametrize("fraction", [0.001, 0.1, 0.25, 0.5, 0.77])
def test_the_mean_and_the_power_of_the_error_do_not_depend_on_the_level(fraction: float) -> None:
    found = error(np.full(COUNT, (100 + fraction) * LSB))

    assert abs(np.mean(found)) < 0.005
    assert np.mean(found**2) == pytest.approx(1 / 4, rel=0.02)
    assert np.abs(found).max() <= 1.5


def test_the_error_of_a_faint_tone_is_white_and_knows_nothing_of_the_tone() -> None:
    tone = 0.7 * LSB * np.sin(2 * np.pi * 0.01 * np.arange(COUNT))

    found = error(tone)

    assert abs(np.corrcoef(found, tone)[0, 1]) < 0.01
    spectrum = np.abs(np.fft.rfft(found)) ** 2 / np.sum(found**2)
    of_white_noise = 1.0
    assert max(spectrum[round(0.01 * k * COUNT)] for k in range(1, 8)) < 10 * of_white_noise
    lags = [np.corrcoef(found[:-lag], found[lag:])[0, 1] for lag in (1, 2, 3, 100)]
    assert np.abs(lags).max() < 0.01


def test_the_channels_get_different_dither() -> None:
    numbers = np.full((COUNT, 2), 0.3 * LSB, np.float32)

    left, right = Quantizer().quantized(numbers).astype(np.float64).T

    assert abs(np.corrcoef(left, right)[0, 1]) < 0.01


def test_what_16_bits_hold_exactly_is_not_dithered() -> None:
    every = np.arange(-32768, 32768, dtype=np.int64)

    assert np.array_equal(Quantizer().quantized((every / 32768).astype(np.float32)[:, None])[:, 0], every)


def test_what_is_beyond_full_scale_becomes_full_scale() -> None:
    numbers = np.array([[1.0, -1.0, 1.5, -1.5, 2.0**20, -(2.0**20), 0.3 * LSB]], np.float32)

    assert Quantizer().quantized(numbers)[0, :6].tolist() == pytest.approx(
        [32767, -32768, 32767, -32768, 32767, -32768], abs=1
    )


def test_nothing_becomes_nothing() -> None:
    assert Quantizer().quantized(np.zeros((0, 2), np.float32)).shape == (0, 2)


def test_the_same_samples_always_become_the_same() -> None:
    numbers = np.random.default_rng(1).uniform(-1, 1, (1000, 2)).astype(np.float32)

    assert np.array_equal(Quantizer().quantized(numbers), Quantizer().quantized(numbers))

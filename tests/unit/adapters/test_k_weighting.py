"""K-weighting, against the coefficients of the standard and against the recursion itself."""

import math

import numpy as np
import pytest

from adapters.numpy.k_weighting import GRAIN, KWeighting
from tests.wavs import Samples

# ITU-R BS.1770-4, Annex 1, tables 1 and 2: the two filters at 48 kHz.
SHELF = (1.53512485958697, -2.69169618940638, 1.19839281085285), (-1.69065929318241, 0.73248077421585)
HIGH_PASS = (1.0, -2.0, 1.0), (-1.99004745483398, 0.99007225036621)


def recursion(samples: Samples, numerator: tuple[float, ...], denominator: tuple[float, ...]) -> Samples:
    """A second-order filter as it is written."""
    (b0, b1, b2), (a1, a2) = numerator, denominator
    output: list[float] = []
    x1 = x2 = y1 = y2 = 0.0
    for x in samples.tolist():
        y = b0 * x + b1 * x1 + b2 * x2 - a1 * y1 - a2 * y2
        x1, x2, y1, y2 = x, x1, y, y1
        output.append(y)
    return np.array(output)


def filtered(rate: int, planes: Samples) -> Samples:
    return KWeighting(rate, len(planes)).filtered(planes.astype(np.float32)).astype(np.float64)


def gain(rate: int, frequency: float) -> float:
    """In dB, once the filter has settled."""
    count = -(-rate // GRAIN) * GRAIN
    tone = np.sin(2 * np.pi * frequency / rate * np.arange(count))
    settled = filtered(rate, tone[None, :])[0, count // 2 :]
    return 20 * math.log10(float(np.std(settled)) / float(np.std(tone[count // 2 :])))


def test_at_48_khz_it_is_the_filter_of_the_standard() -> None:
    signals = np.stack([np.random.default_rng(1).normal(0, 0.3, 4 * GRAIN), np.linspace(1, -1, 4 * GRAIN)])

    expected = np.stack([recursion(recursion(signal, *SHELF), *HIGH_PASS) for signal in signals])

    assert np.abs(filtered(48000, signals) - expected).max() < 1e-5


@pytest.mark.parametrize("rate", [8000, 11025, 44100, 384_000])
def test_it_does_not_matter_how_much_is_filtered_at_a_time(rate: int) -> None:
    signal = np.random.default_rng(1).normal(0.5, 0.3, (2, 8 * GRAIN))
    stepwise = KWeighting(rate, 2)

    pieces = [stepwise.filtered(signal[:, at : at + GRAIN].astype(np.float32)) for at in range(0, 8 * GRAIN, GRAIN)]

    assert np.abs(np.concatenate(pieces, axis=1) - filtered(rate, signal)).max() < 1e-5


@pytest.mark.parametrize("rate", [16000, 22050, 32000, 44100, 48000, 96000, 192_000, 384_000, 768_000])
@pytest.mark.parametrize(("frequency", "expected"), [(20, -13.3), (38.1, -6.0), (100, -1.1), (997, 0.7), (3000, 3.8)])
def test_it_weighs_frequencies_alike_at_every_sample_rate(rate: int, frequency: float, expected: float) -> None:
    assert gain(rate, frequency) == pytest.approx(expected, abs=0.2)


@pytest.mark.parametrize("rate", [1, 2, 10, 75, 100, 1000, 3000, 3364, 4000, 768_000])
def test_it_is_stable_at_every_sample_rate(rate: int) -> None:
    signal = np.zeros((1, 64 * GRAIN))
    signal[0, :GRAIN] = np.random.default_rng(1).normal(0, 1, GRAIN)

    output = filtered(rate, signal)

    assert np.abs(output).max() < 20
    assert np.abs(output[0, -GRAIN:]).max() < 1e-3


def test_a_constant_is_not_heard() -> None:
    output = filtered(44100, np.full((1, 64 * GRAIN), 0.9))

    assert np.abs(output[0, -GRAIN:]).max() < 1e-6

"""Changing the sample rate: what stays of a tone, and where it lies in time."""

import numpy as np
import pytest

from adapters.lame.resampling import Resampler
from tests.wavs import Samples

RATES = [
    *((44100, 48000), (96000, 48000), (192000, 48000), (384000, 48000), (1000, 8000), (44099, 44100), (11024, 11025)),
    *((384_002, 48000), (500_000, 48000), (768_000, 48000)),
]


def resampled(values: Samples, source_rate: int, target_rate: int, step: int = 4096) -> Samples:
    stream = Resampler(source_rate, target_rate, 1)
    numbers = values.astype(np.float32)[:, None]
    parts = [stream.push(numbers[start : start + step]) for start in range(0, len(numbers), step)]
    return np.concatenate([*parts, stream.finish()])[:, 0].astype(np.float64)


@pytest.mark.parametrize(("source_rate", "target_rate"), RATES)
@pytest.mark.parametrize("place", [0.02, 0.35])
def test_a_tone_stays_a_tone_of_the_same_phase(source_rate: int, target_rate: int, place: float) -> None:
    frequency = place * min(source_rate, target_rate)
    tone = 0.5 * np.sin(2 * np.pi * frequency / source_rate * np.arange(source_rate))

    found = resampled(tone, source_rate, target_rate)[:target_rate]

    wanted = 0.5 * np.sin(2 * np.pi * frequency / target_rate * np.arange(target_rate))
    inner = slice(target_rate // 4, -(target_rate // 4))
    noise = np.mean((found - wanted)[inner] ** 2)
    assert 10 * np.log10(np.mean(wanted[inner] ** 2) / noise) > 95


@pytest.mark.parametrize(("source_rate", "target_rate"), [(96000, 48000), (50000, 48000), (192000, 48000)])
def test_what_the_target_cannot_hold_is_gone(source_rate: int, target_rate: int) -> None:
    tone = np.sin(2 * np.pi * 0.51 * target_rate / source_rate * np.arange(source_rate))

    found = resampled(tone, source_rate, target_rate)

    assert np.abs(found[target_rate // 4 : -target_rate // 4]).max() < 1e-4


@pytest.mark.parametrize(("source_rate", "target_rate"), RATES)
@pytest.mark.parametrize("count", [1, 2, 7, 100, 5000])
def test_there_is_as_much_output_as_input(source_rate: int, target_rate: int, count: int) -> None:
    found = resampled(np.full(count, 0.25), source_rate, target_rate)

    shortest = max(1, round(count * target_rate / source_rate))
    assert shortest <= len(found) <= shortest + 2 + 2 * target_rate / source_rate


def test_digital_silence_stays_so() -> None:
    assert not resampled(np.zeros(20000), 44100, 48000).any()

"""K-weighting, the filter that makes levels comparable with what is heard: ITU-R BS.1770-4, Annex 1.

The filter is recursive, which numpy is slow at one sample at a time. So it is run on blocks: with the state space form

    z[n+1] = A z[n] + B x[n],  y[n] = C z[n] + D x[n]

the output of a whole block is a matrix times its samples plus a matrix times the state at its start, and the states
from block to block are a recursion that is 64 times shorter.
"""

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from adapters.numpy.samples import Samples

BLOCK = 64
"""Samples of one block."""
ROWS = 32
"""Blocks multiplied at a time: so few that a BLAS library does not start threads of its own for them."""
GRAIN = BLOCK * ROWS
"""What is filtered at a time is a multiple of so many samples."""
_NEGLIGIBLE = 1e-12
_LARGEST_GAIN = 1.0302

Matrix = NDArray[np.float64]
StateSpace = tuple[Matrix, Matrix, Matrix, float]


@dataclass(frozen=True, slots=True, eq=False)
class _BlockForm:
    """The matrices of the filter on blocks, to be multiplied from the right."""

    samples_to_output: Samples
    state_to_output: Samples
    samples_to_state: Samples
    steps: tuple[Matrix, ...]
    """What becomes of a state after 1, 2, 4… blocks, until nothing of it is left."""


class KWeighting:
    """The filter for all channels of one recording; it remembers where it was."""

    def __init__(self, sample_rate: int, channels: int) -> None:
        self._form = _block_form(sample_rate)
        self._state = np.zeros((channels, len(self._form.state_to_output)))

    def filtered(self, planes: Samples) -> Samples:
        """The next samples, of shape (channels, n) with n a multiple of `GRAIN`, filtered."""
        blocks = planes.reshape(len(planes), -1, ROWS, BLOCK)
        states = self._states((blocks @ self._form.samples_to_state).reshape(len(planes), -1, self._state.shape[1]))
        output: Samples = blocks @ self._form.samples_to_output
        output += states.reshape(*blocks.shape[:3], -1) @ self._form.state_to_output
        return output.reshape(planes.shape)

    def _states(self, added: Samples) -> Samples:
        """The state at the start of each block, of what each block adds to it; the last one is remembered."""
        states = np.concatenate([self._state[:, None], added], axis=1)
        distance = 1
        for step in self._form.steps:
            if distance >= states.shape[1]:
                break
            states[:, distance:] += states[:, :-distance] @ step
            distance *= 2
        self._state = states[:, -1].copy()
        return states[:, :-1].astype(np.float32)


@lru_cache(maxsize=32)
def _block_form(sample_rate: int) -> _BlockForm:
    a, b, c, d = _in_series(_shelf(sample_rate), _high_pass(sample_rate))
    powers = [np.eye(len(a))]
    for _ in range(BLOCK):
        powers.append(a @ powers[-1])
    observed = np.array([c @ power for power in powers[:BLOCK]])
    # In these coordinates a state is as large as what it contributes, and 32 bits are enough for it.
    state_to_output, coordinates = np.linalg.qr(observed)
    samples_to_state = coordinates @ np.array([power @ b for power in powers[BLOCK - 1 :: -1]]).T
    response = np.array([d, *(row @ b for row in observed[:-1])])
    return _BlockForm(
        samples_to_output=_toeplitz(response).T.astype(np.float32, order="C"),
        state_to_output=state_to_output.T.astype(np.float32, order="C"),
        samples_to_state=samples_to_state.T.astype(np.float32, order="C"),
        steps=_doublings(coordinates @ powers[BLOCK] @ np.linalg.inv(coordinates)),
    )


def _doublings(step: Matrix) -> tuple[Matrix, ...]:
    steps = []
    while np.abs(step).max() > _NEGLIGIBLE:
        steps.append(step.T)
        step = step @ step
    return tuple(steps)


def _toeplitz(response: Matrix) -> Matrix:
    """The matrix that convolves a block with the impulse response."""
    lag = np.subtract.outer(np.arange(BLOCK), np.arange(BLOCK))
    return np.where(lag >= 0, response[lag], 0.0)


def _shelf(sample_rate: int) -> StateSpace:
    """Stage 1: the head, a high shelf of 4 dB.

    The standard gives coefficients for 48 kHz only; these parameters of the analogue filter behind them give the same
    and are those of libebur128, `ebur128_init_filter`.
    """
    k = _warped(1681.974450955533, sample_rate)
    q = 0.7071752369554196
    high = 10 ** (3.999843853973347 / 20)
    band = high**0.4996667741545416
    numerator = (high + band * k / q + k * k, 2 * (k * k - high), high - band * k / q + k * k)
    return _second_order(numerator, k, q)


def _high_pass(sample_rate: int) -> StateSpace:
    """Stage 2: "RLB", a high-pass at 38 Hz.

    The standard has 1, -2, 1 for its numerator, which makes a gain of 0.04 dB at 48 kHz. libebur128 and ffmpeg have the
    same at every sample rate, which makes 0.26 dB at 8 kHz; we follow them so far and no further.
    """
    k = _warped(38.13547087602444, sample_rate)
    q = 0.5003270373238773
    gain = min(1 + k / q + k * k, _LARGEST_GAIN)
    return _second_order((gain, -2 * gain, gain), k, q)


def _warped(frequency: float, sample_rate: int) -> float:
    """The frequency for the bilinear transform, which is exact there, or near half of a lower sample rate.

    So it is stable at every sample rate. Up to 8 kHz, where the shelf is near half of the sample rate or above it,
    noise is measured up to 0.6 LU too loud.
    """
    exact_at = min(frequency, 0.45 * sample_rate)
    return frequency / exact_at * math.tan(math.pi * exact_at / sample_rate)


def _second_order(numerator: tuple[float, float, float], k: float, q: float) -> StateSpace:
    """State space (transposed direct form II) of a bilinear transform with poles of quality `q` at `k`."""
    scale = 1 + k / q + k * k
    a1, a2 = 2 * (k * k - 1) / scale, (1 - k / q + k * k) / scale
    b0, b1, b2 = (value / scale for value in numerator)
    return np.array([[-a1, 1.0], [-a2, 0.0]]), np.array([b1 - a1 * b0, b2 - a2 * b0]), np.array([1.0, 0.0]), b0


def _in_series(first: StateSpace, second: StateSpace) -> StateSpace:
    a1, b1, c1, d1 = first
    a2, b2, c2, d2 = second
    a = np.block([[a1, np.zeros((2, 2))], [np.outer(b2, c1), a2]])
    return a, np.concatenate([b1, b2 * d1]), np.concatenate([d2 * c1, c2]), d1 * d2

"""Integrated loudness: ITU-R BS.1770-4, Annex 1, as EBU R 128 and EBU Tech 3341 ask for it."""

import math
from array import array

import numpy as np
from numpy.typing import NDArray

from adapters.numpy.k_weighting import KWeighting
from adapters.numpy.samples import Samples
from domain.recording.format import WavFormat

_STEPS_PER_BLOCK = 4
"""Gating blocks of 400 ms begin every 100 ms."""
_ABSOLUTE_GATE = -70.0
"""In LUFS."""
_RELATIVE_GATE = -10.0
"""In LU, from the loudness of what passes the absolute gate."""
_OFFSET = -0.691
_SURROUND = 1.41
# Bits of dwChannelMask (WAVEFORMATEXTENSIBLE).
_LOW_FREQUENCY, _BACK, _SIDE = 1 << 3, 1 << 4 | 1 << 5, 1 << 9 | 1 << 10

Energies = NDArray[np.float32]


class Loudness:
    """Takes samples in order and keeps the energy of each 100 ms: 4 bytes each, 1.7 MB for 12 hours.

    Summing up takes twice as much for a moment.
    """

    def __init__(self, source: WavFormat) -> None:
        self._filter = KWeighting(source.sample_rate, source.channels)
        self._weights = channel_weights(source)
        self._step = max(1, (source.sample_rate + 5) // 10)
        self._energies = array("f")
        self._open_energy = 0.0
        self._open_samples = 0

    def add(self, planes: Samples, count: int) -> None:
        """Take the first `count` samples of (channels, n), n a multiple of `k_weighting.GRAIN`.

        Only the last time may `count` be less than n.
        """
        heard = self._filter.filtered(planes)[:, :count]
        first = min(self._step - self._open_samples, count)
        steps = (count - first) // self._step
        end = first + steps * self._step
        self._fill(heard[:, :first])
        if steps:
            self._energies.extend(self._energy(heard[:, first:end], steps))
        self._fill(heard[:, end:])

    def _fill(self, heard: Samples) -> None:
        """Take samples of one step, up to its end at most."""
        self._open_energy += self._energy(heard, 1)[0]
        self._open_samples += heard.shape[1]
        if self._open_samples == self._step:
            self._energies.append(self._open_energy)
            self._open_energy, self._open_samples = 0.0, 0

    def _energy(self, heard: Samples, steps: int) -> list[float]:
        """Of each of so many steps of the same length."""
        parts = heard.reshape(len(heard), steps, heard.shape[1] // steps)
        energies: list[float] = (self._weights @ np.einsum("cst,cst->cs", parts, parts)).tolist()
        return energies

    def integrated(self) -> float | None:
        """In LUFS; None where no gating block passes the absolute gate. A block that is not whole does not count."""
        blocks = _gating_blocks(np.frombuffer(self._energies, np.float32))
        blocks /= _STEPS_PER_BLOCK * self._step
        gate = _power(_ABSOLUTE_GATE)
        if not (blocks >= np.float32(gate)).any():
            return None
        gate = max(gate, _mean_above(gate, blocks) * 10 ** (_RELATIVE_GATE / 10))
        # Compared with the gate in 32 bits, a block may pass that is a hair below it.
        return max(_ABSOLUTE_GATE, _OFFSET + 10 * math.log10(_mean_above(gate, blocks)))


def channel_weights(source: WavFormat) -> NDArray[np.float64]:
    """What each channel counts: 1, surround channels (60° to 120° to the side) 1.41, the low-frequency channel nothing.

    The back pair of a channel mask is the surround pair where there is none at the sides (5.1), else it is behind it
    (7.1). Without a mask that fits, and for one and two channels, all count 1.
    """
    mask = source.channel_mask
    if source.channels <= 2 or mask.bit_count() != source.channels:
        return np.ones(source.channels)
    surround = _SIDE if mask & _SIDE else _BACK
    positions = [1 << bit for bit in range(mask.bit_length()) if mask >> bit & 1]
    weights = [0.0 if at & _LOW_FREQUENCY else _SURROUND if at & surround else 1.0 for at in positions]
    return np.array(weights)


def _gating_blocks(steps: Energies) -> Energies:
    """The energies of four steps each."""
    count = max(0, len(steps) - _STEPS_PER_BLOCK + 1)
    blocks = np.zeros(count, np.float32)
    for offset in range(_STEPS_PER_BLOCK):
        blocks += steps[offset : offset + count]
    return blocks


def _mean_above(gate: float, blocks: Energies) -> float:
    return float(blocks.mean(where=blocks >= np.float32(gate), dtype=np.float64))


def _power(lufs: float) -> float:
    return math.pow(10, (lufs - _OFFSET) / 10)

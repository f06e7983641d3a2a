"""The waveform of a recording whose length is not known before its end."""

from typing import Final

import numpy as np

from adapters.numpy.samples import Samples
from domain.measuring import WAVEFORM_POINTS, Waveform

_BINS = 16 * 1024
"""So many that grouping them at the end gives between 1,500 and 1,800 pairs for everything longer than half of them."""
_BITS: Final = 8
_SMALL_BIN = 16
"""Up to so many samples a bin, going through all bins at once is faster than through one after the other."""


class WaveformBins:
    """Minimum and maximum of every 1, 2, 4… samples: where the bins are full, pairs of them become one. 128 KiB."""

    def __init__(self, sample_rate: int) -> None:
        self._sample_rate = sample_rate
        self._low = np.full(_BINS, np.inf, np.float32)
        self._high = np.full(_BINS, -np.inf, np.float32)
        self._bin_samples = 1
        self._samples = 0
        """So many are in the bins, the last of which may be open."""

    def add(self, mono: Samples) -> None:
        """Take the next samples of one channel."""
        while self._samples + len(mono) > _BINS * self._bin_samples:
            self._halve()
        first, opened = divmod(self._samples, self._bin_samples)
        low, high = _extremes(mono, opened, self._bin_samples)
        filled = slice(first, first + len(low))
        np.minimum(self._low[filled], low, out=self._low[filled])
        np.maximum(self._high[filled], high, out=self._high[filled])
        self._samples += len(mono)

    def _halve(self) -> None:
        half = _BINS // 2
        self._low[:half] = np.minimum(self._low[::2], self._low[1::2])
        self._high[:half] = np.maximum(self._high[::2], self._high[1::2])
        self._low[half:], self._high[half:] = np.inf, -np.inf
        self._bin_samples *= 2

    def waveform(self) -> Waveform:
        """Of everything that was taken, at least one sample."""
        filled = -(-self._samples // self._bin_samples)
        group = -(-filled // WAVEFORM_POINTS)
        starts = np.arange(0, filled, group)
        low = np.minimum.reduceat(self._low[:filled], starts)
        high = np.maximum.reduceat(self._high[:filled], starts)
        pairs = np.stack([low, high], axis=1).reshape(-1)
        top = 1 << _BITS - 1
        data = np.clip(np.rint(pairs * top), -top, top - 1).astype(int).tolist()
        return Waveform(self._sample_rate, self._bin_samples * group, _BITS, tuple(data))


def _extremes(mono: Samples, opened: int, bin_samples: int) -> tuple[Samples, Samples]:
    """Minima and maxima of bins, the first of which has `opened` samples already."""
    if bin_samples > _SMALL_BIN:
        starts = np.arange(-opened, len(mono), bin_samples)
        starts[0] = 0
        return np.minimum.reduceat(mono, starts), np.maximum.reduceat(mono, starts)
    missing = -(opened + len(mono)) % bin_samples
    columns = np.pad(mono, (opened, missing), mode="edge").reshape(-1, bin_samples).T
    low, high = columns[0].copy(), columns[0].copy()
    for column in columns[1:]:
        np.minimum(low, column, out=low)
        np.maximum(high, column, out=high)
    return low, high

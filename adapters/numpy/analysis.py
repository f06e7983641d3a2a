"""Everything that is measured of a recording, in one pass over its samples."""

from collections.abc import Iterable

import numpy as np

from adapters.numpy.k_weighting import GRAIN
from adapters.numpy.loudness import Loudness
from adapters.numpy.samples import Samples, decoded
from adapters.numpy.waveform import WaveformBins
from domain.measuring import Sound
from domain.recording.format import SampleEncoding, WavFormat

_PIECE_VALUES = 32 * GRAIN
"""Samples of all channels in a piece: 256 KiB as numbers, and four times as much while it is measured."""
_TOP = 32767 / 32768
"""From here on a sample is clipped; in encodings that are coarser than 16 bits, from the top that they have."""
_COARSER_TOP = {
    SampleEncoding.UNSIGNED_8: 127 / 128,
    SampleEncoding.A_LAW: 32256 / 32768,
    SampleEncoding.MU_LAW: 32124 / 32768,
}


class Analysis:
    """Measures a recording piece by piece. It blocks: call it in a thread, one call at a time."""

    def __init__(self, source: WavFormat) -> None:
        self._source = source
        self._top = _COARSER_TOP.get(source.encoding, _TOP)
        self._bins = WaveformBins(source.sample_rate)
        self._loudness = Loudness(source)
        self._piece_bytes = max(1, _PIECE_VALUES // GRAIN // source.channels) * GRAIN * source.block_bytes
        self._rest = b""
        self._peak = 0.0
        self._clipped = 0

    def add(self, blocks: Iterable[bytes]) -> None:
        """Take the next samples. What is left of a piece waits, so that it does not matter how they are cut."""
        data = b"".join([self._rest, *blocks])
        whole = len(data) - len(data) % self._piece_bytes
        for start in range(0, whole, self._piece_bytes):
            self._measure(data[start : start + self._piece_bytes])
        self._rest = data[whole:]

    def _measure(self, piece: bytes) -> None:
        samples = decoded(self._source, piece)
        count = len(samples)
        planes = np.zeros((self._source.channels, -(-count // GRAIN) * GRAIN), np.float32)
        planes[:, :count] = samples.T
        self._count_peaks(planes)
        self._bins.add(_mixed(planes)[:count])
        self._loudness.add(planes, count)

    def finish(self, blocks: Iterable[bytes]) -> Sound:
        """Take the last samples, and sum up."""
        self.add(blocks)
        if self._rest:
            self._measure(self._rest)
        return Sound(self._bins.waveform(), self._loudness.integrated(), self._peak, self._clipped)

    def _count_peaks(self, planes: Samples) -> None:
        peak = max(float(planes.max()), -float(planes.min()))
        self._peak = max(self._peak, peak)
        if peak >= self._top:
            self._clipped += int(np.count_nonzero(np.abs(planes) >= self._top))


def _mixed(planes: Samples) -> Samples:
    """The mean of all channels."""
    if len(planes) == 1:
        first: Samples = planes[0]
        return first
    mono: Samples = planes[0] + planes[1]
    for plane in planes[2:]:
        mono += plane
    mono *= np.float32(1 / len(planes))
    return mono

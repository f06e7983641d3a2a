"""From a recording's sample bytes to the 16-bit samples that an MP3 encoder takes."""

import numpy as np

from adapters.lame.quantizing import Quantizer
from adapters.lame.resampling import Resampler
from adapters.numpy.samples import Samples, decoded
from domain.output.downmix import downmix_matrix
from domain.output.format import Mp3Format, samples_at
from domain.recording.format import SampleEncoding, WavFormat

_GRID_VALUES = 65536
"""Values (samples × channels), in or out, that are worked on at once: 256 KiB each time, which stay in the cache."""


class Pcm16:
    """Turns sample bytes into interleaved 16-bit little-endian samples of the target's rate and channels.

    Decodes, mixes down by `domain.output.downmix`, holds to full scale, resamples, dithers. 16-bit samples of the right
    rate and channels pass untouched. The output is the same however the input is cut. Memory: one push, what comes of
    it, and at most 4 MiB. Calls must not overlap; they may come from different threads.
    """

    def __init__(self, source: WavFormat, target: Mp3Format) -> None:
        """`source.encoding` is one of `DECODED`; `target.channels` is what `downmix_matrix(source)` gives."""
        self._source = source
        self._target = target
        self._weights = np.array(downmix_matrix(source), np.float32)
        self._untouched = (
            source.encoding is SampleEncoding.SIGNED_16
            and source.channels <= 2
            and source.sample_rate == target.sample_rate
        )
        self._grid_bytes = _grid_samples(source, target) * source.block_bytes
        self._pending = bytearray()
        self._bytes_in = 0
        self._samples_out = 0
        self._quantizer = Quantizer()
        self._resampler: Resampler | None = None
        if source.sample_rate != target.sample_rate:
            self._resampler = Resampler(source.sample_rate, target.sample_rate, target.channels)

    def push(self, block: bytes) -> bytes:
        """What is ready after these whole blocks of `source.block_bytes`; possibly nothing."""
        self._bytes_in += len(block)
        if self._untouched:
            return block
        self._pending += block
        whole = len(self._pending) - len(self._pending) % self._grid_bytes
        ready = bytes(self._pending[:whole])
        del self._pending[:whole]
        return b"".join(
            self._quantized(self._resampled(self._mixed(ready[start : start + self._grid_bytes])))
            for start in range(0, whole, self._grid_bytes)
        )

    def finish(self, block: bytes = b"") -> bytes:
        """What is ready after these last blocks, and the rest.

        In all there are max(1, round(samples × target rate / source rate)) samples per channel.
        """
        return self.push(block) + self._rest()

    def _rest(self) -> bytes:
        samples_in = self._bytes_in // self._source.block_bytes
        length = samples_at(self._target.sample_rate, samples_in, self._source.sample_rate)
        if self._untouched:
            return b"" if samples_in else bytes(2 * self._target.channels)
        rest = self._resampled(self._mixed(bytes(self._pending)))
        self._pending.clear()
        if self._resampler:
            rest = np.concatenate((rest, self._resampler.finish()))
        missing = length - self._samples_out
        silence = np.zeros((max(0, missing - len(rest)), self._target.channels), np.float32)
        return self._quantized(np.concatenate((rest[:missing], silence)))

    def _mixed(self, block: bytes) -> Samples:
        """Decoded, mixed down, and held to full scale."""
        samples = decoded(self._source, block)
        if self._source.channels > 2:
            # Not a matrix product: for that, BLAS would start threads of its own.
            samples = np.einsum("sc,oc->so", samples, self._weights)
        return np.clip(samples, -1.0, 1.0)

    def _resampled(self, samples: Samples) -> Samples:
        return self._resampler.push(samples) if self._resampler else samples

    def _quantized(self, samples: Samples) -> bytes:
        self._samples_out += len(samples)
        return self._quantizer.quantized(samples).tobytes()


def _grid_samples(source: WavFormat, target: Mp3Format) -> int:
    """How many samples per channel are worked on at once."""
    by_output = _GRID_VALUES * source.sample_rate // (target.channels * target.sample_rate)
    return min(_GRID_VALUES // source.channels, by_output)

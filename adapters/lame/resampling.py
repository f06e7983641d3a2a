"""Changing the sample rate with libsoxr."""

import numpy as np
import soxr

from adapters.numpy.samples import Samples


class Resampler:
    """Resamples a recording as it comes, without delay: the first output sample is at the time of the first input.

    libsoxr's "high quality": linear phase, passband to 0.91 of the lower Nyquist frequency, 120 dB of rejection.
    It keeps a few thousand samples. Outside the recording there is silence.
    """

    def __init__(self, source_rate: int, target_rate: int, channels: int) -> None:
        self._source_rate = source_rate
        self._target_rate = target_rate
        self._channels = channels
        self._stream = soxr.ResampleStream(source_rate, target_rate, channels, dtype="float32", quality="HQ")

    def push(self, samples: Samples) -> Samples:
        """Samples of shape (any, channels) at the source's rate; what is ready of them, at the target's."""
        resampled: Samples = self._stream.resample_chunk(samples)
        return resampled

    def finish(self) -> Samples:
        """The rest: with it there is at least as much output as input, and at most 2 sample periods more."""
        # libsoxr rounds the length, down to nothing; what it makes of silence behind the recording is cut off outside.
        silence = np.zeros((self._source_rate // self._target_rate + 1, self._channels), np.float32)
        resampled: Samples = self._stream.resample_chunk(silence, last=True)
        return resampled

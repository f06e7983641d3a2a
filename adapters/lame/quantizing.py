"""From numbers to 16-bit samples."""

import numpy as np
from numpy.typing import NDArray

from adapters.numpy.samples import Samples

_SIXTEEN_BITS = np.dtype("<i2")
_FULL_SCALE = 32768
_SEED = 16
"""A constant, so that the same recording always becomes the same MP3."""


class Quantizer:
    """Rounds samples to 16 bits with triangular dither of ±1 LSB, which makes the error's mean and power constant.

    Source: Lipshitz, Wannamaker and Vanderkooy, "Quantization and Dither: A Theoretical Survey", JAES 40 (1992),
    section 4. What 16 bits hold exactly stays as it is: where all samples of a call do (digital silence, 16-bit sound
    in a wider container, 8-bit, A-law and µ-law), nothing is rounded, and so nothing is dithered.
    """

    def __init__(self) -> None:
        self._random = np.random.Generator(np.random.SFC64(_SEED))

    def quantized(self, samples: Samples) -> NDArray[np.int16]:
        """Little-endian, of the same shape; what is beyond full scale becomes full scale."""
        scaled: Samples = samples * np.float32(_FULL_SCALE)
        np.clip(scaled, -_FULL_SCALE, _FULL_SCALE - 1, out=scaled)
        rounded = np.rint(scaled)
        if not np.array_equal(rounded, scaled):
            scaled += self._dither(scaled.size).reshape(scaled.shape)
            np.rint(scaled, out=rounded)
            np.clip(rounded, -_FULL_SCALE, _FULL_SCALE - 1, out=rounded)
        sixteen_bits: NDArray[np.int16] = rounded.astype(_SIXTEEN_BITS)
        return sixteen_bits

    def _dither(self, count: int) -> Samples:
        """The difference of two uniform numbers of 16 bits each, in LSB: triangular, from -1 to 1, without bias."""
        # As whole 64-bit words these are drawn without holding the interpreter.
        words = self._random.integers(0, 2**64, (count + 1) // 2, np.uint64).view(np.uint16)
        noise: Samples = np.subtract(words[:count], words[-count:], dtype=np.float32)
        noise *= np.float32(2**-16)
        return noise

"""From sample bytes to numbers: every encoding in which samples lie one by one."""

import numpy as np
from numpy.typing import NDArray

from domain.recording.format import SampleEncoding, WavFormat

Samples = NDArray[np.float32]
"""Samples as numbers, one row per sample and one column per channel; full scale is 1.0."""

LARGEST = 2.0**20
"""What finite float samples are held to, +120 dBFS: sums of squares over hours of it stay finite in 32-bit floats."""

_INTEGERS: dict[SampleEncoding, np.dtype[np.signedinteger]] = {
    SampleEncoding.SIGNED_16: np.dtype("<i2"),
    SampleEncoding.SIGNED_32: np.dtype("<i4"),
    SampleEncoding.SIGNED_64: np.dtype("<i8"),
}
_FLOATS: dict[SampleEncoding, np.dtype[np.floating]] = {
    SampleEncoding.FLOAT_32: np.dtype("<f4"),
    SampleEncoding.FLOAT_64: np.dtype("<f8"),
}


def _unsigned_8() -> Samples:
    return ((np.arange(256) - 128) / 128).astype(np.float32)


def _a_law() -> Samples:
    """ITU-T G.711 table 1: 13 bits with sign, left-justified in 16; even bits are sent inverted, a set sign is +."""
    code = np.arange(256) ^ 0x55
    segment, mantissa = code >> 4 & 7, code & 0x0F
    magnitude = np.where(segment == 0, 2 * mantissa + 1, (2 * mantissa + 33) << np.maximum(segment - 1, 0)) << 3
    return (np.where(code & 0x80, magnitude, -magnitude) / 32768).astype(np.float32)


def _mu_law() -> Samples:
    """ITU-T G.711 table 2: 14 bits with sign, left-justified in 16; all bits are sent inverted, a set sign is -."""
    code = ~np.arange(256) & 0xFF
    magnitude = (((2 * (code & 0x0F) + 33) << (code >> 4 & 7)) - 33) << 2
    return (np.where(code & 0x80, -magnitude, magnitude) / 32768).astype(np.float32)


_TABLES = {
    SampleEncoding.UNSIGNED_8: _unsigned_8(),
    SampleEncoding.A_LAW: _a_law(),
    SampleEncoding.MU_LAW: _mu_law(),
}
DECODED: frozenset[SampleEncoding] = frozenset({*_TABLES, *_INTEGERS, *_FLOATS, SampleEncoding.SIGNED_24})
"""What `decoded` takes: every encoding but the codecs that pack samples into blocks."""


def decoded(source: WavFormat, block: bytes) -> Samples:
    """Whole blocks of `source.block_bytes` as numbers of shape (samples, channels); may be a read-only view of `block`.

    Exact up to 24 bits, A-law and µ-law included; 32 and 64-bit integers and 64-bit floats are rounded to the 24
    significant bits of a 32-bit float, far more than an MP3 keeps. A float sample that is not finite (NaN, Inf) is
    silent. Floats beyond full scale stay, so that a meter sees them, up to `LARGEST`. Memory: the result, and for
    64-bit samples as much again. Raises KeyError for an encoding that is not in `DECODED`.
    """
    return _flat(source.encoding, block).reshape(-1, source.channels)


def _flat(encoding: SampleEncoding, block: bytes) -> Samples:
    if encoding is SampleEncoding.SIGNED_24:
        return _from_24_bits(block)
    if encoding in _TABLES:
        return _TABLES[encoding].take(np.frombuffer(block, np.uint8))
    if encoding in _FLOATS:
        return _from_floats(np.frombuffer(block, _FLOATS[encoding]))
    integers = np.frombuffer(block, _INTEGERS[encoding])
    return _scaled(integers, 8 * integers.itemsize)


def _scaled(integers: NDArray[np.signedinteger], bits: int) -> Samples:
    samples = integers.astype(np.float32)
    samples *= np.float32(0.5 ** (bits - 1))
    return samples


def _from_24_bits(block: bytes) -> Samples:
    """Each sample is read with the byte behind it as 32 bits, and that byte is shifted out."""
    count = len(block) // 3
    words: NDArray[np.int32] = np.ndarray(count, "<i4", block + b"\0", strides=(3,))
    return _scaled(words << 8, 32)


def _from_floats(values: NDArray[np.floating]) -> Samples:
    with np.errstate(invalid="ignore"):  # a signalling NaN is no news
        # Comparing with NaN is false.
        if not values.size or (values.min() >= -LARGEST and values.max() <= LARGEST):
            return values.astype(np.float32, copy=False)
        held = np.where(np.isfinite(values), np.clip(values, -LARGEST, LARGEST), 0.0)
        return held.astype(np.float32)

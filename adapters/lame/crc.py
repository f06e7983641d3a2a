"""CRC-16 as the LAME tag has it: polynomial 0x8005, bits reflected, from 0 ("CRC-16/ARC").

The bytes are cut into lanes that numpy works on side by side, two bytes a step. A CRC is linear: that of two parts is
the first one's, carried over as many zero bytes as the second has, XOR the second's.
"""

import functools

import numpy as np
import numpy.typing as npt

_REFLECTED_POLYNOMIAL = 0xA001
_LANES = 512
_LEAST_BYTES = 16 * _LANES
"""Below this, lanes cost more than they save."""

Words = npt.NDArray[np.uint16]


def crc16(data: bytes | bytearray | memoryview, crc: int = 0) -> int:
    """The CRC of what has the CRC `crc`, followed by `data`."""
    if len(data) < _LEAST_BYTES:
        return _one_by_one(data, crc)
    words = len(data) // (2 * _LANES)
    lanes = np.frombuffer(data, "<u2", words * _LANES).reshape(_LANES, words)
    low, high = _carried(2 * words)
    for lane in _lane_crcs(lanes).tolist():
        crc = low[crc & 0xFF] ^ high[crc >> 8] ^ lane
    return _one_by_one(data[2 * words * _LANES :], crc)


def _one_by_one(data: bytes | bytearray | memoryview, crc: int) -> int:
    table = _after_bytes()
    for byte in data:
        crc = crc >> 8 ^ table[(crc ^ byte) & 0xFF]
    return crc


def _lane_crcs(lanes: Words) -> Words:
    table = _after_words()
    crcs = np.zeros(len(lanes), np.uint16)
    for column in np.ascontiguousarray(lanes.T):
        crcs = table[crcs ^ column]
    return crcs


@functools.cache
def _after_words() -> Words:
    """What each CRC becomes over two zero bytes; XOR the bytes before, over two bytes."""
    return _shifted(np.arange(1 << 16, dtype=np.uint16), 16)


@functools.cache
def _after_bytes() -> list[int]:
    """The same for one byte, of CRCs below 256."""
    return [int(crc) for crc in _shifted(np.arange(1 << 8, dtype=np.uint16), 8)]


def _shifted(crcs: Words, bits: int) -> Words:
    """Over so many zero bits."""
    for _ in range(bits):
        carried = np.where(crcs & 1, _REFLECTED_POLYNOMIAL, 0)
        crcs = np.asarray(crcs >> 1 ^ carried, np.uint16)
    return crcs


def _carried(count: int) -> tuple[list[int], list[int]]:
    """What the low byte and the high byte of a CRC become over `count` zero bytes, an even number."""
    result: Words = (1 << np.arange(16)).astype(np.uint16)
    square: Words = _after_words()[result]
    for digit in bin(count // 2)[:1:-1]:
        if digit == "1":
            result = _image(square, result)
        square = _image(square, square)
    low = _image(result, np.arange(1 << 8, dtype=np.uint16))
    high = _image(result, np.arange(0, 1 << 16, 1 << 8, dtype=np.uint16))
    return [int(word) for word in low], [int(word) for word in high]


def _image(matrix: Words, words: Words) -> Words:
    """Of words, where `matrix` has that of each bit."""
    chosen = np.where(words[:, None] >> np.arange(16) & 1, matrix, 0)
    return np.asarray(np.bitwise_xor.reduce(chosen, axis=1), np.uint16)

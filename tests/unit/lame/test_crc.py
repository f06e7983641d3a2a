"""The CRC of the LAME tag."""

import random

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from adapters.lame.crc import crc16


def bit_by_bit(data: bytes, crc: int = 0) -> int:
    """As the polynomial says, with nothing clever."""
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0xA001 if crc & 1 else 0)
    return crc


def long_data(size: int, seed: int) -> bytes:
    return random.Random(seed).randbytes(size)


def test_the_check_value_is_that_of_crc_16_arc() -> None:
    assert crc16(b"123456789") == 0xBB3D


@given(st.binary(max_size=200), st.integers(0, 0xFFFF))
def test_short_data_has_the_crc_of_its_bits(data: bytes, before: int) -> None:
    assert crc16(data, before) == bit_by_bit(data, before)


@pytest.mark.parametrize("size", [8190, 8191, 8192, 8193, 9215, 9216, 10_240, 20_481, 33_333])
@pytest.mark.parametrize("before", [0, 0xBEEF])
def test_long_data_has_the_crc_of_its_bits(size: int, before: int) -> None:
    data = long_data(size, size)

    assert crc16(data, before) == bit_by_bit(data, before)


@settings(max_examples=30)
@given(st.integers(0, 40_000), st.integers(0, 40_000), st.integers(0, 9))
@example(8192, 8192, 0)
@example(0, 0, 0)
def test_the_crc_goes_on_where_it_was(size: int, place: int, seed: int) -> None:
    data = long_data(size, seed)
    first, second = data[:place], data[place:]

    assert crc16(second, crc16(first)) == crc16(data)


@pytest.mark.parametrize("kind", [bytes, bytearray, memoryview])
@pytest.mark.parametrize("size", [100, 10_000])
def test_every_kind_of_bytes_is_taken(kind: type, size: int) -> None:
    data = long_data(size, 1)

    assert crc16(kind(data)) == bit_by_bit(data)

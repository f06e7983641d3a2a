"""The library's CRC is the one of the LAME tag."""

from fastcrc import crc16
from hypothesis import given
from hypothesis import strategies as st


def bit_by_bit(data: bytes, crc: int = 0) -> int:
    """As the polynomial says, 0x8005 with its bits reflected, from 0, with nothing clever."""
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0xA001 if crc & 1 else 0)
    return crc


def test_the_check_value_is_that_of_crc_16_arc() -> None:
    """As the catalogue of parametrised CRC algorithms has it."""
    assert crc16.arc(b"123456789") == 0xBB3D


@given(st.lists(st.binary(max_size=300)))
def test_a_crc_is_carried_over_blocks(blocks: list[bytes]) -> None:
    crc = 0
    for block in blocks:
        crc = crc16.arc(bytearray(block), crc)
    assert crc == crc16.arc(b"".join(blocks)) == bit_by_bit(b"".join(blocks))

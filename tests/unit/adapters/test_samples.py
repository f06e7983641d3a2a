"""From sample bytes to numbers."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.numpy.samples import DECODED, LARGEST, decoded
from domain.recording.format import SampleEncoding
from domain.recording.source_format import SAMPLE_BYTES
from tests import wavs
from tests.unit.adapters.sources import source

INTEGERS = {
    SampleEncoding.SIGNED_16: 16,
    SampleEncoding.SIGNED_24: 24,
    SampleEncoding.SIGNED_32: 32,
    SampleEncoding.SIGNED_64: 64,
}
FLOATS = (SampleEncoding.FLOAT_32, SampleEncoding.FLOAT_64)


def values(encoding: SampleEncoding, block: bytes) -> list[float]:
    return [float(value) for value in decoded(source(encoding), block)[:, 0]]


def test_every_encoding_is_decoded_but_those_in_blocks() -> None:
    assert {encoding for encoding in SampleEncoding if not encoding.in_blocks} == DECODED


@pytest.mark.parametrize(("encoding", "bits"), INTEGERS.items())
def test_signed_integers_reach_from_minus_one_to_one(encoding: SampleEncoding, bits: int) -> None:
    top = 1 << (bits - 1)
    block = b"".join(n.to_bytes(bits // 8, "little", signed=True) for n in (-top, -top // 2, -1, 0, 1, top // 4))

    assert values(encoding, block) == [-1, -0.5, -1 / top, 0, 1 / top, 0.25]


@given(st.lists(st.integers(-(1 << 23), (1 << 23) - 1), max_size=40))
def test_24_bits_are_exact(numbers: list[int]) -> None:
    block = b"".join(number.to_bytes(3, "little", signed=True) for number in numbers)

    assert values(SampleEncoding.SIGNED_24, block) == [number / (1 << 23) for number in numbers]


def test_all_of_8_bits() -> None:
    assert values(SampleEncoding.UNSIGNED_8, bytes(range(256))) == [(code - 128) / 128 for code in range(256)]


def test_a_law_by_its_standard() -> None:
    """The decision values of ITU-T G.711 table 1a, in 16 bits; and back again by an encoder."""
    decoded_codes = values(SampleEncoding.A_LAW, bytes(range(256)))

    known = {0xD5: 8, 0x55: -8, 0xD4: 24, 0xC5: 264, 0xF5: 528, 0xAA: 32256, 0x2A: -32256}
    assert {code: decoded_codes[code] * 32768 for code in known} == known
    assert wavs.a_law(np.array(decoded_codes) * 32768 / 32767) == bytes(range(256))


def test_mu_law_by_its_standard() -> None:
    """The decision values of ITU-T G.711 table 2a, in 16 bits; and back again by an encoder."""
    decoded_codes = values(SampleEncoding.MU_LAW, bytes(range(256)))

    known = {0xFF: 0, 0x7F: 0, 0xFE: 8, 0x7E: -8, 0xEF: 132, 0x80: 32124, 0x00: -32124}
    assert {code: decoded_codes[code] * 32768 for code in known} == known
    negative_zero = 0x7F
    codes = bytes(set(range(256)) - {negative_zero})
    assert wavs.mu_law(np.array([decoded_codes[code] for code in codes]) * 32768 / 32767) == codes


@pytest.mark.parametrize("encoding", FLOATS)
def test_floats_beyond_full_scale_stay_so(encoding: SampleEncoding) -> None:
    block = wavs.floats(np.array([0.5, -1.0, 1.5, -3.0]), 8 * SAMPLE_BYTES[encoding])

    assert values(encoding, block) == [0.5, -1.0, 1.5, -3.0]


@pytest.mark.parametrize("encoding", FLOATS)
def test_what_is_not_finite_is_silent_and_harms_no_neighbour(encoding: SampleEncoding) -> None:
    bad = np.array([0.5, np.nan, np.inf, -np.inf, -0.25, 1e30, -1e30])

    assert values(encoding, wavs.floats(bad, 8 * SAMPLE_BYTES[encoding])) == [0.5, 0, 0, 0, -0.25, LARGEST, -LARGEST]


def test_a_64_bit_float_that_32_bits_cannot_hold_is_held() -> None:
    assert values(SampleEncoding.FLOAT_64, wavs.floats(np.array([1e300, -1e300, 1e-300]), 64)) == [LARGEST, -LARGEST, 0]


@given(st.sampled_from(sorted(DECODED, key=str)), st.integers(1, 3), st.integers(0, 3), st.data())
def test_any_bytes_become_bounded_numbers_of_the_right_shape(
    encoding: SampleEncoding, channels: int, samples: int, data: st.DataObject
) -> None:
    form = source(encoding, channels)
    size = samples * form.block_bytes
    block = data.draw(st.binary(min_size=size, max_size=size))

    numbers = decoded(form, block)

    assert numbers.shape == (samples, channels)
    assert numbers.dtype == np.float32
    assert np.all(np.abs(numbers) <= LARGEST)


def test_channels_are_interleaved() -> None:
    block = wavs.pcm(np.array([[0.5, -0.5, 0.25], [0.125, 0, 0.75]]), 24)

    assert decoded(source(SampleEncoding.SIGNED_24, 3), block).tolist() == [[0.5, -0.5, 0.25], [0.125, 0, 0.75]]

"""From sample bytes to the 16-bit samples that are encoded."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.lame.pcm import Pcm16
from adapters.numpy.samples import DECODED
from domain.output.downmix import downmix_matrix
from domain.recording.format import SampleEncoding, WavFormat
from tests import wavs
from tests.unit.adapters.sources import sixteen_bits, source, target
from tests.unit.streams import cut

CUT_FORMATS = [
    source(SampleEncoding.SIGNED_16, 2),
    source(SampleEncoding.SIGNED_24, 2),
    source(SampleEncoding.FLOAT_32, 1, 96000),
    source(SampleEncoding.SIGNED_24, 6, 48000, mask=0x3F),
    source(SampleEncoding.FLOAT_64, 64, 50000),
    source(SampleEncoding.SIGNED_16, 2, 44099),
]


def noise(of: WavFormat, samples: int) -> bytes:
    """Samples of every value, float bit patterns among them."""
    return np.random.default_rng(1).bytes(samples * of.block_bytes)


@pytest.mark.parametrize(
    "form", CUT_FORMATS, ids=lambda form: f"{form.encoding.name}-{form.channels}-{form.sample_rate}"
)
@settings(max_examples=5)
@given(places=st.lists(st.integers(0, 40000), max_size=4))
def test_the_output_does_not_depend_on_how_the_input_is_cut(form: WavFormat, places: list[int]) -> None:
    samples = 2 * 65536 // form.channels + 17
    data = noise(form, samples)

    whole = sixteen_bits(form, data)

    pieces = cut(data, [place % samples * form.block_bytes for place in places])
    assert np.array_equal(sixteen_bits(form, *pieces, b""), whole)


@settings(max_examples=50)
@given(
    st.sampled_from(sorted(DECODED, key=str)),
    st.sampled_from([1, 2, 3, 64]),
    st.one_of(st.integers(1000, 768_000), st.sampled_from([8000, 44100, 48000])),
    st.one_of(st.integers(0, 5), st.integers(0, 3000)),
)
def test_the_length_follows_from_the_rates_alone(
    encoding: SampleEncoding, channels: int, rate: int, samples: int
) -> None:
    form = source(encoding, channels, rate)

    found = sixteen_bits(form, noise(form, samples))

    assert len(found) == max(1, round(samples * target(form).sample_rate / rate))
    assert found.shape[1] == len(downmix_matrix(form))


def test_ten_minutes_are_as_long_as_their_rates_say() -> None:
    form = source(SampleEncoding.UNSIGNED_8, 1, 11024)
    minute = bytes([128]) * 11024 * 60

    assert len(sixteen_bits(form, *[minute] * 10)) == 11025 * 600


@pytest.mark.parametrize("channels", [1, 2])
def test_16_bit_samples_of_the_right_rate_pass_untouched(channels: int) -> None:
    form = source(SampleEncoding.SIGNED_16, channels)
    block = noise(form, 5000)
    pcm = Pcm16(form, target(form))

    assert pcm.push(block) is block
    assert pcm.finish() == b""


@pytest.mark.parametrize("encoding", [SampleEncoding.UNSIGNED_8, SampleEncoding.A_LAW, SampleEncoding.MU_LAW])
def test_what_has_fewer_bits_becomes_exact(encoding: SampleEncoding) -> None:
    found = sixteen_bits(source(encoding, 1, 8000), bytes(range(256)))[:, 0]

    known = {
        SampleEncoding.UNSIGNED_8: [-32768, 256],
        SampleEncoding.A_LAW: [-5504, 848],
        SampleEncoding.MU_LAW: [-32124, 716],
    }
    last = {SampleEncoding.UNSIGNED_8: 129, SampleEncoding.A_LAW: 0xFF, SampleEncoding.MU_LAW: 0xD5}
    assert [found[0], found[last[encoding]]] == known[encoding]


@pytest.mark.parametrize("encoding", [SampleEncoding.SIGNED_24, SampleEncoding.SIGNED_32, SampleEncoding.FLOAT_32])
def test_16_bits_in_a_wider_container_stay_exact(encoding: SampleEncoding) -> None:
    numbers = np.random.default_rng(1).integers(-32768, 32768, (40000, 2))
    bits = 24 if encoding is SampleEncoding.SIGNED_24 else 32
    if encoding is SampleEncoding.FLOAT_32:
        data = wavs.floats(numbers / 32768)
    else:
        data = b"".join((int(n) << (bits - 16)).to_bytes(bits // 8, "little", signed=True) for n in numbers.flat)

    assert np.array_equal(sixteen_bits(source(encoding, 2), data), numbers)


@pytest.mark.parametrize("rate", [44100, 96000])
@pytest.mark.parametrize("encoding", [SampleEncoding.FLOAT_32, SampleEncoding.SIGNED_24])
def test_digital_silence_stays_so(encoding: SampleEncoding, rate: int) -> None:
    form = source(encoding, 2, rate)

    assert not sixteen_bits(form, bytes(50000 * form.block_bytes)).any()


@pytest.mark.parametrize("rate", [44100, 48000, 96000, 384000])
@pytest.mark.parametrize("encoding", [SampleEncoding.FLOAT_32, SampleEncoding.FLOAT_64])
def test_a_tone_keeps_its_distance_from_the_noise(encoding: SampleEncoding, rate: int) -> None:
    form = source(encoding, 1, rate)
    bits = 32 if encoding is SampleEncoding.FLOAT_32 else 64
    tone = 0.5 * np.sin(2 * np.pi * 997 / rate * np.arange(rate))

    found = sixteen_bits(form, wavs.floats(tone, bits))[:, 0] / 32768

    wanted = 0.5 * np.sin(2 * np.pi * 997 / target(form).sample_rate * np.arange(len(found)))
    inner = slice(len(found) // 4, -(len(found) // 4))
    snr = 10 * np.log10(np.mean(wanted[inner] ** 2) / np.mean((found - wanted)[inner] ** 2))
    assert snr == pytest.approx(10 * np.log10(0.125 / (0.25 / 32768**2)), abs=0.5)


@pytest.mark.parametrize("rate", [44100, 96000])
def test_samples_that_are_none_or_huge_harm_no_neighbour(rate: int) -> None:
    form = source(SampleEncoding.FLOAT_32, 1, rate)
    good = np.zeros(40000)
    good[20000] = 1.0
    bad = good.copy()
    bad[20000] = 1e30
    bad[30000:30003] = [np.nan, np.inf, -np.inf]

    assert np.array_equal(sixteen_bits(form, wavs.floats(bad)), sixteen_bits(form, wavs.floats(good)))


def test_a_channel_without_weight_is_not_heard() -> None:
    form = source(SampleEncoding.FLOAT_32, 6, 48000, mask=0x3F)
    numbers = np.random.default_rng(1).uniform(-0.5, 0.5, (5000, 6))
    low_frequency = 3
    numbers[:, low_frequency] = 0
    with_it = numbers.copy()
    with_it[:, low_frequency] = np.resize([np.nan, np.inf, 1e30, -1.0], 5000)

    assert np.array_equal(sixteen_bits(form, wavs.floats(with_it)), sixteen_bits(form, wavs.floats(numbers)))


@pytest.mark.parametrize(("channels", "mask"), [(3, 0), (6, 0x3F), (6, 0x60F), (18, 0x3FFFF), (64, 0), (3, 0xB)])
def test_many_channels_are_mixed_by_their_weights(channels: int, mask: int) -> None:
    form = source(SampleEncoding.FLOAT_64, channels, 44100, mask)
    numbers = np.random.default_rng(1).uniform(-0.9, 0.9, (3000, channels))

    found = sixteen_bits(form, wavs.floats(numbers, 64))

    wanted = numbers @ np.array(downmix_matrix(form)).T * 32768
    assert np.abs(found - wanted).max() < 1.6
    assert abs(np.mean(found - wanted)) < 0.05


def test_channels_are_mixed_before_they_are_resampled() -> None:
    many = source(SampleEncoding.FLOAT_64, 6, 96000, mask=0x3F)
    numbers = np.random.default_rng(1).uniform(-0.5, 0.5, (9000, 6))
    mixed = numbers @ np.array(downmix_matrix(many)).T

    found = sixteen_bits(many, wavs.floats(numbers, 64))

    wanted = sixteen_bits(source(SampleEncoding.FLOAT_64, 2, 96000), wavs.floats(mixed, 64))
    assert np.abs(found - wanted).max() <= 1
    assert np.std(wanted[:, 0] - wanted[:, 1]) > 1000

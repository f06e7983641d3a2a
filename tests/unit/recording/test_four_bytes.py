"""Samples that have four bytes each, and only show themselves how they lie in them."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from adapters.numpy.samples import decoded
from domain.errors import DamagedRecording
from domain.recording.format import Codec, SampleEncoding
from domain.recording.layout_finder import MOST_WINDOW_BYTES, WINDOW_BYTES
from domain.recording.reader import WavReader
from domain.recording.repairs import Repair
from tests.sounds import speech
from tests.unit.recording.reading import read
from tests.wav_reading import finish, push
from tests.wavs import Samples, pcm, tone, wav

COOL_EDIT_MARK = b"\1\0"


def integers(values: Samples, bits: int) -> NDArray[np.int32]:
    return np.round(values * 2.0 ** (bits - 1)).astype("<i4")


def low(values: Samples) -> bytes:
    """ALSA's S24_LE."""
    return integers(values, 24).tobytes()


def low_without_sign(values: Samples) -> bytes:
    """S24_LE of a driver that leaves the byte zero that is to be ignored."""
    return (integers(values, 24) & 0xFFFFFF).tobytes()


def low_under_noise(values: Samples) -> bytes:
    """S24_LE of a driver that leaves in that byte whatever there was."""
    noise = np.random.default_rng(1).integers(-128, 128, values.shape, "<i4") << 24
    return (integers(values, 24) & 0xFFFFFF | noise).tobytes()


def high(values: Samples) -> bytes:
    return (integers(values, 24) << 8).tobytes()


def high_over_noise(values: Samples) -> bytes:
    """As of a driver that sets its volume in 32 bits."""
    return integers(values, 32).tobytes()


def scaled(full_scale: float) -> Callable[[Samples], bytes]:
    return lambda values: (values * full_scale).astype("<f4").tobytes()


WAYS: dict[str, tuple[Callable[[Samples], bytes], int, bytes | None]] = {
    "low three": (low, 24, None),
    "low three, no sign": (low_without_sign, 24, None),
    "low three, noise above": (low_under_noise, 24, None),
    "high three": (high, 24, None),
    "high three, noise below": (high_over_noise, 24, None),
    "24.0 float": (scaled(2.0**23), 24, None),
    "float of 24 bits, full scale 1": (scaled(1.0), 24, None),
    "float": (scaled(1.0), 32, None),
    "float, full scale 2^15": (scaled(2.0**15), 32, None),
    "16.8 float": (scaled(2.0**15), 32, COOL_EDIT_MARK),
    "integers": (high_over_noise, 32, None),
}
FLOATS = {name for name in WAYS if "float" in name}


def written(way: str, values: Samples, silence: int = 0) -> bytes:
    """A recording of so many samples of silence and then `values`."""
    write, bits, extra = WAYS[way]
    channels = values.shape[1]
    data = bytes(4 * channels * silence) + write(values)
    return wav(data, bits=bits, channels=channels, block_align=4 * channels, rate=16_000, extra=extra)


@pytest.mark.parametrize("channels", [1, 2, 3])
@pytest.mark.parametrize("silence", [0, 1, 4001, 20_000])
@pytest.mark.parametrize("way", WAYS)
def test_what_was_recorded_is_what_is_read(way: str, silence: int, channels: int) -> None:
    values = speech(20_000, channels, 16_000, seed=2) * 0.5

    found = read(written(way, values, silence), push=10_007)

    samples = decoded(found.format, found.data)
    assert found.samples == len(samples) == silence + len(values)
    assert not samples[:silence].any()
    assert np.abs(samples[silence:] - values).max() < 2.0**-22
    assert found.repairs == ((Repair.FLOAT_SAMPLES,) if way in FLOATS else ())


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("peak", [1.0, 0.5, 0.01])
def test_tones_are_read_however_loud(way: str, peak: float) -> None:
    values = 2 * peak * tone(3000, 1, 16_000, 1000) * (1 - 2.0**-15)

    found = read(written(way, values))

    assert np.abs(decoded(found.format, found.data) - values).max() < 2.0**-22


@pytest.mark.parametrize(("way", "codec", "bits"), [("low three", Codec.PCM, 24), ("24.0 float", Codec.FLOAT, 32)])
def test_what_it_was_is_told(way: str, codec: Codec, bits: int) -> None:
    reader = WavReader()
    push(reader, written(way, speech(2000, 2, 16_000, seed=1)))
    finish(reader)

    assert reader.recording_format is not None
    assert (reader.recording_format.codec, reader.recording_format.bits) == (codec, bits)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("first", [3, 1001, 10_000])
@pytest.mark.parametrize("silence", [0, 5])
def test_further_parts_of_a_recording_lie_as_the_first(way: str, first: int, silence: int) -> None:
    """However few samples a part has: what one cannot tell, the next one does."""
    values = speech(10_004, 1, 16_000, seed=8)
    parts = [values[:0], values[:first], values[first:10_001], values[10_001:]]

    found = read(b"".join(written(way, part, silence) for part in parts))

    expected = np.concatenate(
        [np.concatenate((np.zeros((silence, 1)), part)) for part in parts if silence or len(part)]
    )
    assert (found.samples, Repair.JOINED in found.repairs) == (len(expected), True)
    assert np.abs(decoded(found.format, found.data) - expected).max() < 2.0**-22


def packed(values: Samples) -> bytes:
    return wav(pcm(values, 24), bits=24, block_align=4, rate=16_000)


def test_parts_of_three_bytes_under_a_wrong_alignment_are_joined_or_refused() -> None:
    """Where the first one does not show it, it was cut into samples of four."""
    first, second = speech(12_001, 1, 16_000, seed=4), speech(12_001, 1, 16_000, seed=5)

    found = read(packed(first) + packed(second))

    assert found.data == pcm(first, 24) + pcm(second, 24)
    with pytest.raises(DamagedRecording, match="three bytes"):
        read(packed(first[:1001]) + packed(second))


def test_silence_is_handed_out_at_once_while_nothing_is_certain() -> None:
    reader = WavReader()
    values = tone(100, 1)
    file = written("float", values, silence=1_000_000)

    got = push(reader, file[: -len(values) * 4])

    assert len(got) > 4 * 1_000_000 - 12
    assert not reader.settled
    assert len(got + push(reader, file[-len(values) * 4 :]) + finish(reader)) == 4 * 1_000_100
    assert reader.settled
    assert reader.format is not None
    assert reader.format.encoding is SampleEncoding.FLOAT_32


def test_nothing_but_silence_is_a_recording() -> None:
    found = read(written("low three", np.zeros((1001, 1))))

    assert (found.samples, found.data) == (1001, bytes(4 * 1001))


def test_true_integers_wait_for_nothing() -> None:
    reader = WavReader()

    got = push(reader, written("integers", speech(1000, 1, 16_000, seed=1))[: 44 + 400])

    assert len(got) == 400


@given(
    values=st.lists(st.integers(-(2**31), 2**31 - 1), min_size=1, max_size=40),
    times=st.sampled_from([1, 3, 500, 20_000]),
    channels=st.integers(1, 2),
)
@settings(max_examples=100, deadline=None)
def test_true_integers_are_never_mistaken(values: list[int], times: int, channels: int) -> None:
    """Of any samples, and of any wave that they are repeated to."""
    data = np.tile(np.array(values * channels, "<i4"), times)[:40_000]

    found = read(wav(data.tobytes(), bits=32, channels=channels), push=1 << 16)

    assert (found.format.encoding, found.data) == (SampleEncoding.SIGNED_32, data.tobytes())
    assert Repair.FLOAT_SAMPLES not in found.repairs


@given(
    seed=st.integers(0, 1000),
    peak=st.integers(1, 2**31 - 1),
    offset=st.integers(-(2**31), 2**31 - 1),
    shape=st.sampled_from(["noise", "walk", "tone", "square"]),
    silence=st.integers(0, 3),
)
@settings(max_examples=100, deadline=None)
def test_sound_in_integers_is_never_mistaken(seed: int, peak: int, offset: int, shape: str, silence: int) -> None:
    random = np.random.default_rng(seed)
    wave = np.sin(np.arange(20_000) * random.uniform(0.001, 3))
    if shape == "noise":
        wave = random.uniform(-1, 1, 20_000)
    elif shape == "walk":
        wave = np.cumsum(random.normal(0, 0.01, 20_000))
    elif shape == "square":
        wave = np.sign(wave)
    sound = np.clip(wave * peak + offset, -(2**31), 2**31 - 1).astype("<i4")
    data = bytes(4 * silence) + sound.tobytes()

    found = read(wav(data, bits=32), push=1 << 16)

    assert (found.format.encoding, found.data) == (SampleEncoding.SIGNED_32, data)


@given(
    way=st.sampled_from(sorted(WAYS)),
    silence=st.integers(0, 30),
    channels=st.integers(1, 3),
    cuts=st.lists(st.integers(1, 5000), min_size=1, max_size=30),
)
@settings(max_examples=40, deadline=None)
def test_cuts_change_nothing(way: str, silence: int, channels: int, cuts: list[int]) -> None:
    file = written(way, speech(2000, channels, 16_000, seed=3), silence)
    whole = read(file, push=len(file))
    reader = WavReader()
    got, at = b"", 0
    for size in cuts:
        got += push(reader, file[at : at + size])
        at += size
    got += push(reader, file[at:]) + finish(reader)
    repairs = tuple(mended.repair for mended in reader.repairs)

    assert (got, reader.format, reader.samples, repairs) == (
        whole.data,
        whole.format,
        whole.samples,
        whole.repairs,
    )


@pytest.mark.parametrize("silence", [0, 1, 7, 30_000])
@pytest.mark.parametrize("channels", [1, 2])
@pytest.mark.parametrize(("byte_rate", "magic"), [(None, b"RIFF"), (1, b"RIFF"), (None, b"RIFX")])
def test_three_bytes_under_a_wrong_alignment_are_three_bytes(
    silence: int, channels: int, byte_rate: int | None, magic: bytes
) -> None:
    values, zeros = speech(9001, channels, 16_000, seed=4), bytes(3 * channels * silence)
    data = zeros + pcm(values, 24, big_endian=magic == b"RIFX")
    file = wav(data, magic=magic, bits=24, channels=channels, block_align=4 * channels, byte_rate=byte_rate)

    found = read(file, push=4099)

    assert (found.format.encoding, found.format.block_bytes) == (SampleEncoding.SIGNED_24, 3 * channels)
    assert (found.samples, found.data) == (silence + 9001, zeros + pcm(values, 24))
    assert Repair.WRONG_BLOCK_ALIGN in found.repairs


@pytest.mark.parametrize("way", WAYS)
def test_big_endian_words_are_read_alike(way: str) -> None:
    values = speech(3000, 2, 16_000, seed=7)
    write, bits, extra = WAYS[way]
    data = np.frombuffer(write(values), "<u4").byteswap().tobytes()
    if extra:
        extra = extra[::-1]

    found = read(wav(data, magic=b"RIFX", bits=bits, channels=2, block_align=8, extra=extra), push=999)

    assert np.abs(decoded(found.format, found.data) - values).max() < 2.0**-22


def test_a_byte_rate_of_three_bytes_is_believed() -> None:
    data = integers(speech(900, 1, 8000, seed=4), 24).tobytes()

    assert read(wav(data, bits=24, block_align=4, byte_rate=24_000)).samples == 1200


def test_16_bits_in_the_low_three_bytes_are_not_made_quiet() -> None:
    values = np.round(speech(30_000, 1, 16_000, seed=5) * 2**15) / 2**15

    found = read(written("low three", values))

    assert np.abs(decoded(found.format, found.data) - values).max() == 0


QUIET_BEGINNINGS: dict[str, tuple[str, float, float]] = {
    "high three": ("high three", 2.0**-9, 0.0),
    "float with an offset": ("float", 2.0**-12, 2.0**-10),
    "negative float with an offset": ("float", 2.0**-12, -(2.0**-10)),
    "16.8 float, not marked": ("float, full scale 2^15", 2.0**-14, 0.0),
    "24.0 float": ("24.0 float", 2.0**-22, 0.0),
}
"""In a way of `WAYS`, so much quieter than what follows, around an offset."""


def quiet_and_loud(name: str, quiet_bytes: int) -> tuple[str, Samples]:
    way, level, offset = QUIET_BEGINNINGS[name]
    loud = speech(4000, 1, 16_000, seed=6) * 0.5
    quiet = np.resize(loud * level + offset, (quiet_bytes // 4, 1))
    return way, np.concatenate((quiet, loud))


@pytest.mark.parametrize("name", QUIET_BEGINNINGS)
def test_a_quiet_beginning_is_no_other_layout(name: str) -> None:
    way, values = quiet_and_loud(name, WINDOW_BYTES * 3)

    found = read(written(way, values))

    step = 2.0**-23 if way == "high three" else 2.0**-25
    assert np.abs(decoded(found.format, found.data) - values).max() <= step


@pytest.mark.parametrize("name", QUIET_BEGINNINGS)
def test_samples_that_turn_out_to_be_others_are_no_noise(name: str) -> None:
    way, values = quiet_and_loud(name, MOST_WINDOW_BYTES + 400)

    for push_size in (100, 1 << 16):
        with pytest.raises(DamagedRecording, match=r"24-bit|float"):
            read(written(way, values), push=push_size)


def test_a_beginning_of_dither_is_no_noise_of_full_scale() -> None:
    dither = np.random.default_rng(3).integers(-3, 4, (2000, 1)).astype(float)

    for way, full_scale in (("24.0 float", 2.0**23), ("float, full scale 2^15", 2.0**15)):
        found = read(written(way, dither / full_scale))
        assert np.array_equal(decoded(found.format, found.data) * full_scale, dither)


def test_marked_floats_and_floats_in_place_of_24_bits_may_have_one_sign() -> None:
    values = 0.4 + speech(3000, 1, 16_000, seed=6) * 0.3

    for way in ("16.8 float", "24.0 float"):
        found = read(written(way, values))
        assert np.abs(decoded(found.format, found.data) - values).max() < 2.0**-23


@pytest.mark.parametrize("bits", [17, 20, 23])
def test_fewer_than_24_bits_may_lie_in_four_bytes(bits: int) -> None:
    values = speech(3000, 2, 16_000, seed=6)
    data = (integers(values, bits) << (32 - bits)).tobytes()

    found = read(wav(data, bits=bits, channels=2, block_align=8, rate=16_000))

    assert (found.format.encoding, found.data, found.repairs) == (SampleEncoding.SIGNED_32, data, ())


def test_floats_above_full_scale_nan_and_infinity_stay_for_what_measures() -> None:
    values = np.concatenate((tone(2000), tone(14_500), [[3.0], [np.nan], [np.inf]]))
    values[:2000] *= 1.5

    for way in ("float", "16.8 float", "24.0 float"):
        late = np.concatenate((values[:2000], np.resize(values[:2000], (WINDOW_BYTES // 4, 1)), values[2000:]))
        found = read(written(way, late))
        samples = np.frombuffer(found.data, "<f4")
        assert found.format.encoding is SampleEncoding.FLOAT_32
        assert samples[-3] == 3.0
        assert np.isnan(samples[-2])
        assert np.isinf(samples[-1])

"""Which MP3 a recording becomes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.output.format import BIT_RATES, Mp3Format, Mp3Quality, mp3_format
from domain.recording.format import SampleEncoding, WavFormat


def source(rate: int) -> WavFormat:
    return WavFormat(SampleEncoding.SIGNED_16, 1, 0, rate, 2)


@pytest.mark.parametrize(
    ("rate", "becomes"),
    [(8000, 8000), (16000, 16000), (44100, 44100), (96000, 48000), (384000, 48000), (1000, 8000), (37800, 32000)],
)
def test_the_nearest_sample_rate_is_taken(rate: int, becomes: int) -> None:
    assert mp3_format(source(rate), 1, Mp3Quality(bit_rate=128)).sample_rate == becomes


@pytest.mark.parametrize(
    ("rate", "wanted", "given_"),
    [(8000, 128, 64), (16000, 320, 160), (44100, 320, 320), (44100, 32, 32), (8000, 40, 40)],
)
def test_the_nearest_bit_rate_that_the_sample_rate_allows_is_taken(rate: int, wanted: int, given_: int) -> None:
    made = mp3_format(source(rate), 2, Mp3Quality(bit_rate=wanted))
    assert made == Mp3Format(rate, 2, Mp3Quality(bit_rate=given_))


@given(st.integers(1, 768_000), st.sampled_from([32, 128, 320, None]), st.integers(1, 2))
def test_every_format_is_one_that_mp3_knows(rate: int, bit_rate: int | None, channels: int) -> None:
    wanted = Mp3Quality(variable=4) if bit_rate is None else Mp3Quality(bit_rate=bit_rate)
    made = mp3_format(source(rate), channels, wanted)
    assert made.channels == channels
    assert made.quality == wanted or made.quality.bit_rate in BIT_RATES[made.sample_rate]


@pytest.mark.parametrize("text", ["32", "128", "320", "V0", "V9"])
def test_a_quality_reads_as_it_is_written(text: str) -> None:
    assert str(Mp3Quality.parse(text)) == text


@pytest.mark.parametrize("text", ["", "0", "129", "V10", "v0", "V", "-128", "128k", "١٢٨", "8", "9999"])
def test_a_quality_that_does_not_exist_is_refused_with_those_that_do(text: str) -> None:
    with pytest.raises(ValueError, match="320, or V0 to V9"):
        Mp3Quality.parse(text)

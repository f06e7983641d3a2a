"""Which MP3 a recording becomes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.output.format import BIT_RATES, Mp3Format, Mp3Quality, mp3_format
from domain.recording.block_rule import LEAST_RATES
from domain.recording.format import SampleEncoding, WavFormat
from domain.recording.format_chunk import read_format
from domain.recording.limits import WavLimits
from domain.recording.source_format import SAMPLE_BYTES
from tests.codecs import RECORDINGS
from tests.wavs import GSM_610, IMA_ADPCM, MS_ADPCM, fmt_body

QUALITIES = [Mp3Quality.parse(text) for text in ("32", "64", "128", "192", "320", *(f"V{step}" for step in range(10)))]
LIMITS = WavLimits()
OF_TELEPHONES = {
    SampleEncoding.GSM_610,
    SampleEncoding.TRUESPEECH,
    SampleEncoding.G723_1,
    SampleEncoding.G726,
    SampleEncoding.G729,
}
"""Which have down to 5.3 kb/s; their MP3s have 16, whatever they have."""
MADE = {
    what.source.encoding: what.source
    for what in RECORDINGS.values()
    if what.source.encoding not in (SampleEncoding.MS_ADPCM, SampleEncoding.IMA_ADPCM, SampleEncoding.GSM_610)
}


def source(rate: int) -> WavFormat:
    return WavFormat(SampleEncoding.SIGNED_16, 1, 0, rate, 2)


def plain(encoding: SampleEncoding, rate: int, channels: int = 1) -> WavFormat:
    return WavFormat(encoding, channels, 0, rate, SAMPLE_BYTES[encoding] * channels)


def in_blocks(tag: int, rate: int, block: int = 256, channels: int = 1) -> WavFormat:
    words = fmt_body(tag, channels, rate, 4, block_align=65 if tag == GSM_610 else block, extra=bytes(34))
    return read_format(words, big_endian=False, limits=LIMITS).format


@st.composite
def sources(draw: st.DrawFn) -> WavFormat:
    """Of every kind that is taken."""
    encoding = draw(st.sampled_from(SampleEncoding))
    if encoding in MADE:
        return MADE[encoding]
    rate = st.integers(LEAST_RATES.get(encoding, LIMITS.min_sample_rate), LIMITS.max_sample_rate)
    if encoding is SampleEncoding.GSM_610:
        return in_blocks(GSM_610, draw(rate))
    if encoding is SampleEncoding.IMA_ADPCM:
        channels = draw(st.integers(1, 2))
        return in_blocks(IMA_ADPCM, draw(rate), draw(st.integers(8 * channels, 65_535)), channels)
    if encoding is SampleEncoding.MS_ADPCM:
        return in_blocks(MS_ADPCM, draw(rate), draw(st.integers(42, 65_535)), draw(st.integers(1, 6)))
    return plain(encoding, draw(rate), draw(st.integers(1, LIMITS.max_channels)))


@pytest.mark.parametrize(
    ("rate", "becomes"),
    [
        (8000, 8000),
        (16000, 16000),
        (44100, 44100),
        (96000, 48000),
        (384000, 48000),
        (768_000, 48000),
        (1000, 8000),
        (37800, 32000),
    ],
)
def test_the_nearest_sample_rate_is_taken(rate: int, becomes: int) -> None:
    assert mp3_format(source(rate), 1, Mp3Quality(bit_rate=128)).sample_rate == becomes


@pytest.mark.parametrize(
    ("rate", "least", "becomes"),
    [
        *((8000, 8000, 8000), (8000, 16000, 16000), (11_025, 16000, 16000), (16000, 16000, 16000)),
        *((44_100, 16000, 44_100), (8000, 17_000, 22_050), (44_100, 48_000, 48_000), (2500, 32_000, 32_000)),
    ],
)
def test_no_sample_rate_is_below_the_least(rate: int, least: int, becomes: int) -> None:
    assert mp3_format(source(rate), 1, Mp3Quality(bit_rate=64), least).sample_rate == becomes


@pytest.mark.parametrize(
    ("encoding", "wanted", "becomes"),
    [
        (SampleEncoding.SIGNED_16, "128", "112"),
        (SampleEncoding.SIGNED_16, "64", "64"),
        (SampleEncoding.SIGNED_16, "V2", "48"),
        (SampleEncoding.A_LAW, "128", "56"),
    ],
)
def test_a_higher_sample_rate_offers_higher_bit_rates_up_to_nine_tenths(
    encoding: SampleEncoding, wanted: str, becomes: str
) -> None:
    assert str(mp3_format(plain(encoding, 8000), 1, Mp3Quality.parse(wanted), 16000).quality) == becomes


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


@given(sources(), st.sampled_from(QUALITIES))
def test_c14_an_mp3_has_at_most_nine_tenths_of_the_bits_of_its_recording(of: WavFormat, wanted: Mp3Quality) -> None:
    made = mp3_format(of, min(2, of.channels), wanted)
    most = made.quality.bit_rate or BIT_RATES[made.sample_rate][-1]
    assert most <= max(16 if of.encoding in OF_TELEPHONES else 0, 0.9 * of.bit_rate / 1000)
    assert made.samples_per_frame == 576 or most >= 32
    assert most >= 16


@pytest.mark.parametrize(
    ("of", "wanted", "becomes"),
    [
        (plain(SampleEncoding.A_LAW, 8000), "128", "56"),
        (plain(SampleEncoding.A_LAW, 8000), "32", "32"),
        (plain(SampleEncoding.A_LAW, 8000), "V0", "32"),
        (plain(SampleEncoding.A_LAW, 8000), "V9", "16"),
        (plain(SampleEncoding.SIGNED_16, 8000), "V4", "V4"),
        (plain(SampleEncoding.UNSIGNED_8, 44_100), "320", "256"),
        (plain(SampleEncoding.UNSIGNED_8, 44_100), "V0", "192"),
        (plain(SampleEncoding.UNSIGNED_8, 44_100, 2), "V0", "V0"),
        (plain(SampleEncoding.UNSIGNED_8, 2500), "128", "16"),
        (in_blocks(MS_ADPCM, 8000), "128", "24"),
        (in_blocks(IMA_ADPCM, 8000), "V2", "24"),
        (in_blocks(IMA_ADPCM, 44_100, 2048, 2), "128", "128"),
        (in_blocks(GSM_610, 8000), "128", "16"),
        (in_blocks(GSM_610, 8000), "V0", "16"),
        (in_blocks(GSM_610, 44_100), "128", "64"),
    ],
)
def test_few_bits_become_few_bits(of: WavFormat, wanted: str, becomes: str) -> None:
    assert str(mp3_format(of, of.channels, Mp3Quality.parse(wanted)).quality) == becomes


@pytest.mark.parametrize("text", ["32", "128", "320", "V0", "V9"])
def test_a_quality_reads_as_it_is_written(text: str) -> None:
    assert str(Mp3Quality.parse(text)) == text


@pytest.mark.parametrize("text", ["", "0", "129", "V10", "v0", "V", "-128", "128k", "١٢٨", "8", "9999"])
def test_a_quality_that_does_not_exist_is_refused_with_those_that_do(text: str) -> None:
    with pytest.raises(ValueError, match="320, or V0 to V9"):
        Mp3Quality.parse(text)

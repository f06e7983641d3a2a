"""Formats that are refused, and with which error."""

from typing import Any

import pytest

from domain.errors import DamagedRecording, RateTooLowForCodec, UnsupportedChannels, UnsupportedCodec, UnsupportedRate
from domain.recording.limits import WavLimits
from domain.recording.reader import WavReader
from tests.unit.recording.reading import read
from tests.wav_reading import push
from tests.wavs import EXTENSIBLE, FLOAT, GSM_610, IMA_ADPCM, MS_ADPCM, PCM, fmt_body, wav

SMALL = WavLimits(max_channels=2, min_sample_rate=8000, max_sample_rate=48000)


@pytest.mark.parametrize("tag", [0, 0x12, 0x50, 0x55, 0x92, 0xFF, 0x160, 0x2000, 0x2001, 0xFFFF])
@pytest.mark.parametrize("extensible", [False, True])
def test_other_codecs_are_refused(tag: int, extensible: bool) -> None:
    with pytest.raises(UnsupportedCodec):
        read(wav(bytes(1000), tag=tag, extensible=extensible))


def test_the_message_names_the_codec() -> None:
    with pytest.raises(UnsupportedCodec, match="MP3"):
        read(wav(bytes(1000), tag=0x55))


def test_unknown_sub_format_is_refused() -> None:
    with pytest.raises(UnsupportedCodec):
        read(wav(bytes(1000), fmt=fmt_body(EXTENSIBLE, extra=bytes(6) + bytes(range(16)))))


@pytest.mark.parametrize(
    ("tag", "bits"),
    [(PCM, 0), (PCM, 33), (PCM, 56), (PCM, 65), (PCM, 65535), (FLOAT, 0), (FLOAT, 16), (FLOAT, 24), (FLOAT, 80)],
)
def test_depths_nobody_decodes_are_refused(tag: int, bits: int) -> None:
    with pytest.raises(UnsupportedCodec):
        read(wav(bytes(1000), tag=tag, bits=bits))


def test_big_endian_extensible_is_refused() -> None:
    with pytest.raises(UnsupportedCodec):
        read(wav(bytes(1000), extensible=True, magic=b"RIFX"))


@pytest.mark.parametrize("channels", [0, 3, 256, 65535])
def test_channels_are_bounded(channels: int) -> None:
    with pytest.raises(UnsupportedChannels):
        read(wav(bytes(1000), channels=channels, block_align=1), limits=SMALL)


@pytest.mark.parametrize("rate", [0, 1, 7999, 48001, 2**32 - 1])
def test_rates_are_bounded(rate: int) -> None:
    with pytest.raises(UnsupportedRate):
        read(wav(bytes(1000), rate=rate), limits=SMALL)


def test_bounds_are_checked_before_the_codec_and_before_any_data() -> None:
    reader = WavReader()
    with pytest.raises(UnsupportedRate):
        push(reader, wav(b"", tag=0x55, rate=1)[:36])


@pytest.mark.parametrize(
    ("tag", "least", "name"),
    [
        *((MS_ADPCM, 5000, "MS ADPCM"), (IMA_ADPCM, 5000, "IMA ADPCM"), (GSM_610, 8000, "GSM 6.10")),
        *((0x10, 5000, "OKI ADPCM"), (0x20, 5000, "Yamaha ADPCM"), (0x200, 5000, "Creative ADPCM")),
        *((0x28F, 8000, "G.722"), (0x45, 8000, "G.726 ADPCM")),
    ],
)
def test_c15_codecs_that_put_much_into_a_byte_have_a_least_rate_of_their_own(tag: int, least: int, name: str) -> None:
    words: dict[str, Any] = {"tag": tag, "bits": 0 if tag == GSM_610 else 4, "block_align": 65}
    assert read(wav(bytes(1000), rate=least, **words)).samples
    with pytest.raises(RateTooLowForCodec, match=f"{name} is taken at {least} Hz or more$"):
        read(wav(bytes(1000), rate=least - 1, **words))


@pytest.mark.parametrize("length", [0, 2, 14, 15])
def test_short_format_chunk_is_damaged(length: int) -> None:
    with pytest.raises(DamagedRecording):
        read(wav(bytes(1000), fmt=fmt_body()[:length]))


@pytest.mark.parametrize("length", [16, 18, 24, 39])
def test_short_extensible_format_chunk_is_damaged(length: int) -> None:
    with pytest.raises(DamagedRecording):
        read(wav(bytes(1000), fmt=fmt_body(extensible=True)[:length]))


@pytest.mark.parametrize(
    ("tag", "block_align"), [(MS_ADPCM, 0), (MS_ADPCM, 6), (IMA_ADPCM, 3), (IMA_ADPCM, 7), (GSM_610, 33)]
)
def test_blocks_that_hold_no_block_head_are_damaged(tag: int, block_align: int) -> None:
    with pytest.raises(DamagedRecording):
        read(wav(bytes(1000), tag=tag, bits=4, block_align=block_align))


@pytest.mark.parametrize(("bits", "channels"), [(2, 1), (5, 1), (4, 3), (3, 3)])
def test_rare_kinds_of_ima_adpcm_are_refused(bits: int, channels: int) -> None:
    with pytest.raises(UnsupportedCodec):
        read(wav(bytes(1000), tag=IMA_ADPCM, bits=bits, channels=channels, block_align=36))


@pytest.mark.parametrize("channels", [7, 64])
@pytest.mark.parametrize("block_align", [0, 6, 256])
def test_ms_adpcm_of_more_channels_than_are_decoded_says_so(channels: int, block_align: int) -> None:
    with pytest.raises(UnsupportedCodec, match=f"MS ADPCM of {channels} channels"):
        read(wav(bytes(1000), tag=MS_ADPCM, bits=4, channels=channels, block_align=block_align))

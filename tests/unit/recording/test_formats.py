"""What the reader hands out for each codec, depth and byte order."""

import struct

import pytest

from domain.recording.format import SampleEncoding
from domain.recording.repairs import Repair
from tests.unit.recording.reading import read
from tests.wavs import (
    A_LAW,
    FLOAT,
    GSM_610,
    IMA_ADPCM,
    MS_ADPCM,
    MU_LAW,
    floats,
    fmt_body,
    gsm_blocks,
    ima_adpcm_blocks,
    ms_adpcm_blocks,
    pcm,
    tone,
    wav,
)

TONE = tone(100, channels=2)


@pytest.mark.parametrize(
    ("bits", "encoding"),
    [
        (1, SampleEncoding.UNSIGNED_8),
        (5, SampleEncoding.UNSIGNED_8),
        (8, SampleEncoding.UNSIGNED_8),
        (12, SampleEncoding.SIGNED_16),
        (16, SampleEncoding.SIGNED_16),
        (20, SampleEncoding.SIGNED_24),
        (24, SampleEncoding.SIGNED_24),
        (32, SampleEncoding.SIGNED_32),
        (60, SampleEncoding.SIGNED_64),
        (64, SampleEncoding.SIGNED_64),
    ],
)
def test_pcm_in_a_common_container_is_handed_out_as_it_lies(bits: int, encoding: SampleEncoding) -> None:
    data = pcm(TONE, bits)
    found = read(wav(data, bits=bits, channels=2))
    assert (found.format.encoding, found.data, found.samples) == (encoding, data, 100)
    assert found.repairs == ()


@pytest.mark.parametrize("bits", [8, 12, 16, 20, 24, 32, 64])
def test_big_endian_pcm_comes_out_as_little_endian(bits: int) -> None:
    found = read(wav(pcm(TONE, bits, big_endian=True), bits=bits, channels=2, magic=b"RIFX"))
    assert found.data == pcm(TONE, bits)


@pytest.mark.parametrize("bits", [32, 64])
@pytest.mark.parametrize("magic", [b"RIFF", b"RIFX", b"RF64", b"BW64", b"riff"])
def test_floats_come_out_bit_for_bit(bits: int, magic: bytes) -> None:
    found = read(wav(floats(TONE, bits, big_endian=magic == b"RIFX"), bits=bits, tag=FLOAT, channels=2, magic=magic))
    assert found.data == floats(TONE, bits)


@pytest.mark.parametrize("tag", [A_LAW, MU_LAW])
@pytest.mark.parametrize(("bits", "block_align"), [(8, 2), (0, 2), (16, 4), (13, 0)])
def test_companded_samples_are_one_byte_whatever_the_header_says(tag: int, bits: int, block_align: int) -> None:
    data = bytes(range(200))
    found = read(wav(data, tag=tag, bits=bits, channels=2, block_align=block_align, byte_rate=16000))
    assert (found.data, found.samples, found.format.block_bytes) == (data, 100, 2)
    assert found.repairs == (() if block_align == 2 else (Repair.WRONG_BLOCK_ALIGN,))


@pytest.mark.parametrize("extensible", [False, True])
def test_channel_mask_is_known_from_extensible_formats_alone(extensible: bool) -> None:
    found = read(wav(pcm(tone(50, channels=6)), channels=6, extensible=extensible, mask=0x3F))
    assert (found.format.channels, found.format.channel_mask) == (6, 0x3F if extensible else 0)


def test_container_counts_and_not_the_valid_bits() -> None:
    found = read(wav(pcm(TONE, 20, container_bytes=4), bits=32, valid_bits=20, channels=2, extensible=True))
    assert (found.format.encoding, found.samples) == (SampleEncoding.SIGNED_32, 100)


@pytest.mark.parametrize("block_align", [0, 1, 3, 8, 65535])
def test_wrong_block_align_is_mended(block_align: int) -> None:
    found = read(wav(pcm(TONE), channels=2, block_align=block_align, byte_rate=32000))
    assert (found.samples, found.repairs) == (100, (Repair.WRONG_BLOCK_ALIGN,))


def test_wrong_byte_rate_is_reported() -> None:
    assert read(wav(pcm(TONE), channels=2, byte_rate=0)).repairs == (Repair.WRONG_BYTE_RATE,)


@pytest.mark.parametrize("magic", [b"RIFF", b"RIFX", b"RF64", b"riff"])
@pytest.mark.parametrize("channels", [1, 2])
def test_adpcm_blocks_are_counted_from_their_size(magic: bytes, channels: int) -> None:
    for tag, blocks, per_block in (
        (MS_ADPCM, ms_adpcm_blocks(3, channels=channels), 2 * (256 // channels - 6)),
        (IMA_ADPCM, ima_adpcm_blocks(3, channels=channels), 2 * (256 // channels - 4) + 1),
    ):
        found = read(wav(blocks, tag=tag, bits=4, channels=channels, block_align=256, magic=magic))
        assert (found.data, found.samples, found.repairs) == (blocks, 3 * per_block, ())


def test_samples_per_block_of_the_header_are_not_believed() -> None:
    extra = struct.pack("<H", 1) + fmt_body(MS_ADPCM, bits=4, block_align=256)[20:]
    found = read(wav(ms_adpcm_blocks(2), fmt=fmt_body(MS_ADPCM, bits=4, block_align=256, extra=extra)))
    assert found.samples == 2 * 500


@pytest.mark.parametrize(
    ("tag", "channels", "size", "kept", "samples"),
    [
        (MS_ADPCM, 1, 6, 0, 0),
        (MS_ADPCM, 1, 7, 7, 2),
        (MS_ADPCM, 2, 13, 0, 0),
        (MS_ADPCM, 2, 31, 31, 19),
        (IMA_ADPCM, 1, 3, 0, 0),
        (IMA_ADPCM, 1, 4, 4, 1),
        (IMA_ADPCM, 1, 31, 28, 49),
        (IMA_ADPCM, 2, 33, 32, 25),
    ],
)
def test_whole_groups_of_a_partial_adpcm_block_are_kept(
    tag: int, channels: int, size: int, kept: int, samples: int
) -> None:
    make = ms_adpcm_blocks if tag == MS_ADPCM else ima_adpcm_blocks
    whole = read(wav(make(2, channels=channels), tag=tag, bits=4, channels=channels, block_align=256))
    cut = make(3, channels=channels)[: 512 + size]
    found = read(wav(cut, tag=tag, bits=4, channels=channels, block_align=256))
    assert (len(found.data), found.samples) == (512 + kept, whole.samples + samples)
    assert (Repair.PARTIAL_FRAME in found.repairs) == (kept != size)


def test_bytes_behind_the_last_group_of_an_ima_block_are_left_out() -> None:
    blocks = ima_adpcm_blocks(3, block_bytes=255)
    found = read(wav(blocks, tag=IMA_ADPCM, bits=4, block_align=255))
    assert found.data == b"".join(blocks[start : start + 252] for start in (0, 255, 510))
    assert (found.format.block_bytes, found.samples) == (252, 3 * 497)


def test_impossible_words_in_adpcm_block_heads_are_mended() -> None:
    ms, ima = bytearray(ms_adpcm_blocks(3)), bytearray(ima_adpcm_blocks(3))
    ms[256], ima[256 + 2], ima[256 + 3] = 7, 89, 1
    assert read(wav(bytes(ms), tag=MS_ADPCM, bits=4, block_align=256)).data[256] == 0
    assert read(wav(bytes(ima), tag=IMA_ADPCM, bits=4, block_align=256)).data[258:260] == b"\x58\0"


def test_gsm_has_320_samples_in_65_bytes_and_no_partial_block() -> None:
    blocks = gsm_blocks(3)
    found = read(wav(blocks[:-1], tag=GSM_610, bits=0, block_align=65))
    assert (found.data, found.samples, found.repairs) == (blocks[:130], 640, (Repair.PARTIAL_FRAME,))


def test_half_a_sample_at_the_end_is_dropped() -> None:
    found = read(wav(pcm(TONE)[:-1], channels=2))
    assert (found.samples, found.repairs) == (99, (Repair.PARTIAL_FRAME,))


def test_pcm_that_looks_like_spdif_stays_pcm() -> None:
    burst = bytes.fromhex("72f81f4e0100c035") + bytes(6136)
    found = read(wav(burst * 4, channels=2, rate=48000))
    assert (found.format.encoding, found.data) == (SampleEncoding.SIGNED_16, burst * 4)

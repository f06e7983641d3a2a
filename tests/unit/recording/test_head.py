"""ffmpeg decodes, behind our head, exactly the samples that the reader counted."""

import subprocess

import numpy as np
import pytest

from domain.recording.canonical_head import canonical_head
from domain.recording.format import SampleEncoding
from tests.programs import FFMPEG
from tests.unit.recording.reading import Reading, read
from tests.wavs import (
    A_LAW,
    FLOAT,
    GSM_610,
    IMA_ADPCM,
    MS_ADPCM,
    MU_LAW,
    PCM,
    Samples,
    a_law,
    floats,
    gsm_blocks,
    ima_adpcm_blocks,
    ms_adpcm_blocks,
    mu_law,
    pcm,
    tone,
    wav,
)

DECODERS = {
    SampleEncoding.UNSIGNED_8: "pcm_u8",
    SampleEncoding.SIGNED_16: "pcm_s16le",
    SampleEncoding.SIGNED_24: "pcm_s24le",
    SampleEncoding.SIGNED_32: "pcm_s32le",
    SampleEncoding.SIGNED_64: "pcm_s64le",
    SampleEncoding.FLOAT_32: "pcm_f32le",
    SampleEncoding.FLOAT_64: "pcm_f64le",
    SampleEncoding.A_LAW: "pcm_alaw",
    SampleEncoding.MU_LAW: "pcm_mulaw",
    SampleEncoding.MS_ADPCM: "adpcm_ms",
    SampleEncoding.IMA_ADPCM: "adpcm_ima_wav",
    SampleEncoding.GSM_610: "gsm_ms",
}


def encode(values: Samples, tag: int, bits: int) -> bytes:
    match tag:
        case 3:
            return floats(values, bits)
        case 6:
            return a_law(values)
        case 7:
            return mu_law(values)
    return pcm(values, bits)


def decode(found: Reading) -> Samples:
    """What ffmpeg decodes, one row per sample."""
    decoder = DECODERS[found.format.encoding]
    command = [FFMPEG, "-nostdin", "-v", "error", "-f", "wav", "-c:a", decoder, "-i", "pipe:0", "-f", "f64le", "-"]
    done = subprocess.run(command, input=canonical_head(found.format) + found.data, capture_output=True, check=True)
    assert done.stderr == b""
    return np.frombuffer(done.stdout, "<f8").reshape(-1, found.format.channels)


@pytest.mark.parametrize("channels", [1, 2, 6])
@pytest.mark.parametrize(
    ("tag", "bits", "closeness"),
    [
        (PCM, 8, 0.01),
        (PCM, 16, 1e-4),
        (PCM, 24, 1e-6),
        (PCM, 32, 1e-8),
        (PCM, 64, 1e-8),
        (FLOAT, 32, 1e-6),
        (FLOAT, 64, 1e-12),
        (A_LAW, 8, 0.02),
        (MU_LAW, 8, 0.02),
    ],
)
def test_samples_sound_as_they_did(tag: int, bits: int, closeness: float, channels: int) -> None:
    values = tone(999, channels)
    found = read(wav(encode(values, tag, bits), tag=tag, bits=bits, channels=channels, rate=11025))
    decoded = decode(found)
    assert len(decoded) == found.samples == 999
    assert np.abs(decoded - values).max() < closeness


@pytest.mark.parametrize("mask", [0, 0x3F, 0x60F, 3, 0xFFFFFFFF])
def test_any_channel_mask_is_taken(mask: int) -> None:
    found = read(wav(pcm(tone(100, 6)), channels=6, extensible=True, mask=mask))
    assert len(decode(found)) == 100


@pytest.mark.parametrize("channels", [1, 2])
@pytest.mark.parametrize(("block", "cut"), [(32, 0), (32, 17), (255, 9), (256, 1), (256, 24), (1024, 0)])
def test_adpcm_is_as_long_as_counted(channels: int, block: int, cut: int) -> None:
    for tag, make in ((MS_ADPCM, ms_adpcm_blocks), (IMA_ADPCM, ima_adpcm_blocks)):
        blocks = make(5, channels=channels, block_bytes=block)
        found = read(wav(blocks[: 4 * block + cut], tag=tag, bits=4, channels=channels, block_align=block))
        assert len(decode(found)) == found.samples


def test_ms_adpcm_of_many_channels_is_as_long_as_counted() -> None:
    blocks = ms_adpcm_blocks(12, block_bytes=64)
    found = read(wav(blocks, tag=MS_ADPCM, bits=4, channels=3, block_align=64))
    assert len(decode(found)) == found.samples == 4 * 116


def test_mended_adpcm_heads_lose_nothing() -> None:
    for tag, make, at in ((MS_ADPCM, ms_adpcm_blocks, 0), (IMA_ADPCM, ima_adpcm_blocks, 2)):
        blocks = bytearray(make(5))
        blocks[256 + at : 256 + at + 2] = b"\xff\xff" if tag == IMA_ADPCM else b"\xff\0"
        found = read(wav(bytes(blocks), tag=tag, bits=4, block_align=256))
        assert len(decode(found)) == found.samples


@pytest.mark.parametrize("cut", [0, 33])
def test_gsm_is_as_long_as_counted(cut: int) -> None:
    found = read(wav(gsm_blocks(5)[: 4 * 65 + cut], tag=GSM_610, bits=0, block_align=65))
    assert len(decode(found)) == found.samples == 4 * 320


@pytest.mark.parametrize(("encoder", "option"), [("adpcm_ms", "1"), ("adpcm_ima_wav", "2"), ("pcm_alaw", "2")])
def test_files_made_by_ffmpeg_are_as_long_as_counted(encoder: str, option: str) -> None:
    source = ["-f", "lavfi", "-i", "sine=duration=1:sample_rate=8000", "-ac", option]
    command = [FFMPEG, "-nostdin", "-v", "error", *source, "-c:a", encoder, "-bitexact", "-f", "wav", "pipe:1"]
    made = subprocess.run(command, capture_output=True, check=True).stdout
    found = read(made)
    decoded = decode(found)
    assert len(decoded) == found.samples >= 8000
    assert 0.05 < np.abs(decoded).max() < 0.5

"""Codecs that are disguised as PCM are refused by name; PCM never is."""

import random
import struct
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.errors import UnsupportedCodec
from domain.recording.bitstreams import WINDOW_BYTES
from domain.recording.reader import WavReader
from domain.recording.repairs import Repair
from tests.unit.recording.reading import read
from tests.wav_reading import push
from tests.wavs import pcm, tone, wav


def swapped(data: bytes) -> bytes:
    return np.frombuffer(data, "<u2").byteswap().tobytes()


def dts(frame: int = 2013, seed: int = 1) -> bytes:
    """A frame of so many bytes: sync, normal, no deficit, 16 blocks (ETSI TS 102 114, section 5.3.1); then noise."""
    bits = f"{0x7FFE8001:032b}" + "1" + "11111" + "0" + f"{15:07b}" + f"{frame - 1:014b}" + "0" * 4
    head = int(bits, 2).to_bytes(8, "big")
    return head + random.Random(seed).randbytes(frame - len(head))


def of_14_bits(data: bytes) -> bytes:
    """Its form on CDs: of each big-endian word the low 14 bits are used, and the sign goes on above them."""
    bits = "".join(f"{byte:08b}" for byte in data)
    bits += "0" * (-len(bits) % 14)
    words = [int(bits[at : at + 14], 2) for at in range(0, len(bits), 14)]
    return b"".join(struct.pack(">H", word | (0xC000 if word & 0x2000 else 0)) for word in words)


def burst(kind: int, payload: bytes, period: int) -> bytes:
    """IEC 61937: Pa, Pb, the type of the data, its length in bits, the data, and zeros; as 16-bit samples."""
    whole = struct.pack(">4H", 0xF872, 0x4E1F, kind, 8 * len(payload)) + payload
    return swapped(whole + bytes(period - len(whole)))


def frames(head: bytes, size: int, count: int = 6) -> bytes:
    """Of any codec: so many frames that begin alike; then noise."""
    return b"".join(head + random.Random(seed).randbytes(size - len(head)) for seed in range(count))


MUSIC = pcm(tone(30_000))
NOISE = random.Random(5).randbytes(4000)
MPEG_1_LAYER_3_AT_128 = b"\xff\xfb\x90\x44"
"""44,100 Hz: 144 * 128,000 / 44,100 are 417 bytes (ISO/IEC 11172-3, section 2.4.3.1)."""
AC_3_AT_192 = b"\x0b\x77\0\0\x14\x40"
"""48,000 Hz: 384 words (ATSC A/52, table 5.18)."""
ADTS_OF_300_BYTES = bytes((0xFF, 0xF1, 0x50, 0x80, 300 >> 3, (300 & 7) << 5 | 0x1F, 0xFC))
AC_3 = b"\x0b\x77" + random.Random(2).randbytes(1790)
DISGUISED: dict[str, tuple[bytes, str]] = {
    "DTS": (b"".join(dts(2012, seed) for seed in range(9)), "DTS"),
    "DTS of an odd size": (b"".join(dts(1007 - seed % 2, seed) for seed in range(20)) + bytes(10), "DTS"),
    "DTS, swapped": (swapped(b"".join(dts(2012, seed) for seed in range(9))), "DTS"),
    "DTS of 14 bits": (b"".join(of_14_bits(dts(1792, seed)) for seed in range(9)), "DTS"),
    "DTS of a CD": (swapped(b"".join(of_14_bits(dts(1792, seed)) for seed in range(9))), "DTS"),
    "the longest DTS": (b"".join(dts(16384, seed) for seed in range(3)), "DTS"),
    "AC-3 by S/PDIF": (burst(1, AC_3, 6144) * 4, "AC-3 in S/PDIF"),
    "AC-3 by S/PDIF, swapped": (swapped(burst(1, AC_3, 6144) * 4), "AC-3 in S/PDIF"),
    "E-AC-3 by S/PDIF": (burst(21, AC_3, 24_576) * 3, "E-AC-3"),
    "DTS by S/PDIF": (burst(11, dts(1006), 2048) * 4, "DTS"),
    "MP3": (frames(MPEG_1_LAYER_3_AT_128, 417), "MP3"),
    "AAC": (frames(ADTS_OF_300_BYTES, 300), "AAC"),
    "AC-3": (frames(AC_3_AT_192, 768), "AC-3"),
    "AC-3, swapped": (swapped(frames(AC_3_AT_192, 768)), "AC-3"),
    "an MP3 with a tag": (b"ID3\4\0\0\0\0\x10\0TIT2" + NOISE, "MP3"),
    "Ogg": (b"OggS\0\2" + NOISE, "Ogg"),
    "WebM": (b"\x1aE\xdf\xa3\x9fB\x86\x81\1B\xf7\x81\1B\xf2\x81\4B\xf3\x81\x08B\x82\x84webm" + NOISE, "WebM"),
    "FLAC": (b"fLaC\0\0\0\x22" + NOISE, "FLAC"),
    "M4A": (b"\0\0\0\x1cftypM4A " + NOISE, "MP4"),
    "AMR": (b"#!AMR\n" + NOISE, "AMR"),
    "AIFF": (b"FORM\0\0\1\0AIFF" + NOISE, "AIFF"),
    "AAC by S/PDIF": (burst(7, AC_3, 4096) * 4, "AAC"),
}


@pytest.mark.parametrize("size", [10_000, 60_000])
@pytest.mark.parametrize("silence", [0, 100_002])
@pytest.mark.parametrize("name", DISGUISED)
def test_a_recording_is_kept_behind_which_a_codec_in_pcm_lies(name: str, silence: int, size: int) -> None:
    first = MUSIC[:size]
    words: dict[str, Any] = {"channels": 2, "rate": 44_100}

    found = read(wav(first, **words) + wav(bytes(silence) + DISGUISED[name][0], **words), push=10_000)

    assert (found.data, found.repairs) == (first, (Repair.TRAILING_RECORDING,))


@pytest.mark.parametrize("big_endian", [False, True])
@pytest.mark.parametrize("bits", [16, 24, 32])
def test_silence_and_sound_behind_a_recording_belong_to_it(bits: int, big_endian: bool) -> None:
    parts = [pcm(tone(3000, frequency=hertz), bits, big_endian=big_endian) for hertz in (440, 660)]
    parts.insert(1, bytes(len(parts[0])))
    words: dict[str, Any] = {"bits": bits, "magic": b"RIFX" if big_endian else b"RIFF"}

    found = read(b"".join(wav(part, **words) for part in parts), push=10_000)

    assert (found.samples, found.repairs) == (9000, (Repair.JOINED,))


LONG_SILENCE = bytes(300_000)
"""Longer than a further WAV is looked at before any of it is taken."""


@pytest.mark.parametrize("push", [10_000, 1 << 20])
@pytest.mark.parametrize("size", [None, 1000, 0xFFFFFFFF])
@pytest.mark.parametrize("name", ["DTS", "DTS, swapped", "AC-3 by S/PDIF", "MP3", "WebM"])
def test_of_a_further_wav_long_silence_is_taken_and_the_codec_behind_it_left_out(
    name: str, size: int | None, push: int
) -> None:
    words: dict[str, Any] = {"channels": 2, "rate": 44_100}
    further = wav(LONG_SILENCE + DISGUISED[name][0], data_size=size, **words)

    found = read(wav(MUSIC, **words) + further + wav(MUSIC, **words), push=push)

    assert found.data == MUSIC + LONG_SILENCE
    assert found.repairs == (Repair.JOINED, Repair.TRAILING_RECORDING)


@pytest.mark.parametrize("behind", [MUSIC, MUSIC[:500], NOISE[:2] * 4000, b""])
@pytest.mark.parametrize("size", [None, 0xFFFFFFFF])
@pytest.mark.parametrize("push", [10_000, 1 << 20])
def test_of_a_further_wav_sound_behind_long_silence_is_taken(push: int, size: int | None, behind: bytes) -> None:
    further = LONG_SILENCE + b"\0\0" + behind
    note = (b"LIST", b"INFOICMT\4\0\0\0rain")

    found = read(wav(MUSIC) + wav(further, data_size=size, after=[note]) + wav(MUSIC), push=push)

    assert found.data == MUSIC + further + MUSIC
    assert Repair.JOINED in found.repairs
    assert Repair.TRAILING_RECORDING not in found.repairs
    assert found.tags.comment == "rain"


@pytest.mark.parametrize("silence", [0, 100_002])
@pytest.mark.parametrize("name", DISGUISED)
def test_a_codec_in_pcm_is_refused_by_name(name: str, silence: int) -> None:
    data, codec = DISGUISED[name]

    for size in (10_000, 1 << 17):
        with pytest.raises(UnsupportedCodec, match=codec):
            read(wav(bytes(silence) + data, channels=2, rate=44_100), push=size)


@pytest.mark.parametrize("bits", [24, 32])
def test_it_is_found_in_the_high_bits_of_larger_samples(bits: int) -> None:
    words = burst(1, AC_3, 6144) * 4
    low = bytes(bits // 8 - 2)
    data = b"".join(low + words[at : at + 2] for at in range(0, len(words), 2))

    with pytest.raises(UnsupportedCodec, match="AC-3"):
        read(wav(data, bits=bits, channels=2, rate=48_000))


def test_it_is_told_before_the_rest_has_come() -> None:
    file = wav(dts(2012) * 100, channels=2, data_size=1 << 30)
    reader = WavReader()
    push(reader, file[:WINDOW_BYTES])

    with pytest.raises(UnsupportedCodec):
        push(reader, file[WINDOW_BYTES : WINDOW_BYTES + 100])


@given(
    words=st.lists(st.sampled_from([0x7FFE, 0x8001, 0x1FFF, 0xE800, 0x0400, 0x0080]), min_size=1, max_size=30),
    order=st.sampled_from("<>"),
)
@settings(max_examples=50, deadline=None)
def test_samples_with_the_values_of_syncs_are_samples(words: list[int], order: str) -> None:
    """As of clipped or square waves: none of these values follows a sync in a frame."""
    data = np.tile(np.array(words, f"{order}u2"), 2000)[:30_000].tobytes()

    assert read(wav(data, channels=2)).data == data


def test_a_clipped_square_wave_is_samples() -> None:
    data = np.tile(np.array([0x7FFE, -0x7FFF], "<i2"), 30_000).tobytes()

    assert read(wav(data, channels=2)).data == data


@pytest.mark.parametrize("bits", [16, 24, 32])
def test_noise_is_samples(bits: int) -> None:
    data = random.Random(3).randbytes(48_000 * bits // 8)

    assert read(wav(data, bits=bits, channels=2)).data == data


def test_two_frames_are_too_few_to_tell() -> None:
    data = dts(2012) * 2

    assert read(wav(data, channels=2)).data == data


@pytest.mark.parametrize("head", [MPEG_1_LAYER_3_AT_128, AC_3_AT_192, ADTS_OF_300_BYTES, b"OggS", b"ID3\4\0", b"fLaC"])
def test_samples_that_begin_like_a_file_are_samples(head: bytes) -> None:
    """Four frames, and magic numbers alone, are no proof."""
    size = {MPEG_1_LAYER_3_AT_128: 417, AC_3_AT_192: 768, ADTS_OF_300_BYTES: 300}.get(head, 100)
    data = frames(head, size, count=4) + NOISE

    assert read(wav(data)).data == data


@pytest.mark.parametrize("period", [(-1, 16), (-1025, 0x4490, *range(207)), (-1, 0x4490, *range(12))])
def test_waves_that_repeat_are_samples_however_they_begin(period: tuple[int, ...]) -> None:
    data = np.resize(np.array(period, "<i2"), 20_000).tobytes()

    assert read(wav(data)).data == data

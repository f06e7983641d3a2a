"""Recordings in the codecs that pack samples into blocks: noise in right blocks, and how long it is by their rules.

The figures are those of the table in docs/recordings.md.
"""

import random
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from domain.recording.format import SampleEncoding, WavFormat
from domain.recording.reader import WavReader
from tests.wav_reading import finish, push
from tests.wavs import fmt_body, gsm_blocks, ima_adpcm_blocks, ms_adpcm_blocks, wav


@dataclass(frozen=True)
class CodecRecording:
    """A format chunk's words, data, and the samples per channel in it. Rates are in Hz."""

    tag: int
    bits: int
    block_align: int
    byte_rate: int
    data: bytes
    samples: int
    decoder: str
    """Of ffmpeg."""
    channels: int = 1
    rate: int = 8000
    extra: bytes = b""

    def file(self, *, fact: int | None = None, data: bytes | None = None) -> bytes:
        """The WAV. `fact` is what its chunk of that name says, `data` other data."""
        words = (self.tag, self.channels, self.rate, self.byte_rate, self.block_align, self.bits, len(self.extra))
        before = [] if fact is None else [(b"fact", struct.pack("<I", fact))]
        fmt = struct.pack("<HHIIHHH", *words) + self.extra
        return wav(self.data if data is None else data, fmt=fmt, before=before)

    @cached_property
    def blocks(self) -> bytes:
        """What the reader hands out."""
        reader = WavReader()
        return push(reader, self.file()) + finish(reader)

    @cached_property
    def counted(self) -> int:
        """How many samples the reader counts."""
        reader = WavReader()
        push(reader, self.file())
        finish(reader)
        return reader.samples

    @cached_property
    def source(self) -> WavFormat:
        """In which format it hands that out."""
        reader = WavReader()
        push(reader, self.file())
        assert reader.format is not None
        return reader.format


def noise(size: int) -> bytes:
    return random.Random(size).randbytes(size)


def g723_1_frames(count: int, size: int) -> bytes:
    """The two low bits of a frame's first byte say how long it is: 0 for 24 bytes, 1 for 20, 2 for 4, 3 for 1."""
    kind = {24: 0, 20: 1, 4: 2, 1: 3}[size]
    data = bytearray(noise(count * size))
    for start in range(0, len(data), size):
        data[start] = data[start] & 0xFC | kind
    return bytes(data)


def ima_adpcm_3_blocks(count: int, *, channels: int = 1, groups: int = 20) -> bytes:
    """A head for each channel, and groups of 12 bytes for each, which hold 32 samples."""
    size = 12 * channels * groups
    return b"".join(struct.pack("<hBB", 100, 10, 0) * channels + noise(size + n)[:size] for n in range(count))


def _ms_extra(block: int, channels: int = 1) -> bytes:
    return fmt_body(2, channels, bits=4, block_align=block)[18:]


RECORDINGS: Mapping[str, CodecRecording] = {
    "MS ADPCM": CodecRecording(2, 4, 256, 4096, ms_adpcm_blocks(20), 20 * 500, "adpcm_ms", extra=_ms_extra(256)),
    "MS ADPCM, stereo": CodecRecording(
        2, 4, 256, 8393, ms_adpcm_blocks(20, channels=2), 20 * 244, "adpcm_ms", 2, extra=_ms_extra(256, 2)
    ),
    "IMA ADPCM": CodecRecording(
        0x11, 4, 256, 4055, ima_adpcm_blocks(20), 20 * 505, "adpcm_ima_wav", extra=struct.pack("<H", 505)
    ),
    "IMA ADPCM of 3 bits": CodecRecording(
        0x11, 3, 244, 3045, ima_adpcm_3_blocks(20), 20 * 641, "adpcm_ima_wav", extra=struct.pack("<H", 641)
    ),
    "IMA ADPCM of 3 bits, stereo": CodecRecording(
        0x11, 3, 488, 6090, ima_adpcm_3_blocks(20, channels=2), 20 * 641, "adpcm_ima_wav", 2
    ),
    "GSM 6.10": CodecRecording(0x31, 0, 65, 1625, gsm_blocks(20), 20 * 320, "gsm_ms", extra=struct.pack("<H", 320)),
    "OKI ADPCM": CodecRecording(0x10, 4, 1, 4000, noise(4001), 8002, "adpcm_ima_oki"),
    "OKI ADPCM, stereo": CodecRecording(0x10, 4, 1, 8000, noise(4001), 4001, "adpcm_ima_oki", 2),
    "Dialogic OKI ADPCM": CodecRecording(0x17, 4, 1, 3000, noise(4001), 8002, "adpcm_ima_oki", rate=6000),
    "Yamaha ADPCM": CodecRecording(0x20, 4, 1024, 4000, noise(4001), 8002, "adpcm_yamaha"),
    "Yamaha ADPCM, stereo": CodecRecording(0x20, 4, 1024, 8000, noise(4001), 4001, "adpcm_yamaha", 2),
    "Creative ADPCM": CodecRecording(0x200, 4, 1, 4000, noise(4001), 8002, "adpcm_ct"),
    "Creative ADPCM, stereo": CodecRecording(0x200, 4, 1, 8000, noise(4001), 4001, "adpcm_ct", 2),
    "TrueSpeech": CodecRecording(0x22, 1, 32, 1067, noise(32 * 40), 40 * 240, "truespeech", extra=bytes(32)),
    "G.722": CodecRecording(0x65, 4, 1, 8000, noise(4001), 8002, "g722", rate=16_000),
    "G.722, unregistered tag": CodecRecording(0x28F, 4, 1, 8000, noise(4001), 8002, "g722", rate=16_000),
    "G.726 of 2 bits": CodecRecording(0x45, 2, 1, 2000, noise(4001), 16_004, "g726"),
    "G.726 of 3 bits": CodecRecording(0x14, 3, 3, 3000, noise(4001), 10_669, "g726"),
    "G.726 of 4 bits": CodecRecording(0x64, 4, 1, 4000, noise(4001), 8002, "g726"),
    "G.726 of 5 bits": CodecRecording(0x45, 5, 5, 5000, noise(4001), 6401, "g726"),
    "G.721": CodecRecording(0x40, 4, 1, 4000, noise(4001), 8002, "g726"),
    "G.721 of libsndfile": CodecRecording(0x40, 4, 64, 4000, noise(4020), 8040, "g726le", extra=bytes(2)),
    "G.723.1 at 6.3 kb/s": CodecRecording(0x42, 0, 24, 800, g723_1_frames(40, 24), 40 * 240, "g723_1"),
    "G.723.1 at 5.3 kb/s": CodecRecording(0x111, 0, 20, 667, g723_1_frames(40, 20), 40 * 240, "g723_1"),
    "G.723.1 with silence": CodecRecording(
        0xA100,
        0,
        24,
        800,
        (g723_1_frames(3, 24) + g723_1_frames(2, 4) + g723_1_frames(3, 1) + g723_1_frames(2, 20)) * 4,
        40 * 240,
        "g723_1",
    ),
    "G.729": CodecRecording(0x83, 0, 10, 1000, noise(10 * 100), 100 * 80, "g729"),
    "G.729 of Sipro Lab": CodecRecording(0x133, 0, 10, 1000, noise(10 * 100), 100 * 80, "g729"),
    "G.729 at 6.4 kb/s": CodecRecording(0x83, 0, 8, 800, noise(8 * 100), 100 * 80, "g729"),
}
assert {what.source.encoding for what in RECORDINGS.values()} == {e for e in SampleEncoding if e.in_blocks}

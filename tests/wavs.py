"""Builds WAVs for tests: every container, codec and depth that the reader takes, and whatever lies about itself.

`wav(data, …)` puts a file together from sample bytes; `pcm`, `floats`, `a_law`, `mu_law` and the `…_blocks` functions
make sample bytes. Sizes, block alignment and byte rate are right unless the caller names wrong ones.
"""

import random
import struct
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

PCM, MS_ADPCM, FLOAT, A_LAW, MU_LAW, IMA_ADPCM, GSM_610 = 1, 2, 3, 6, 7, 0x11, 0x31
EXTENSIBLE = 0xFFFE
SUB_FORMAT_TAIL = bytes.fromhex("800000aa00389b71")
# W64 names are GUIDs: four letters and one of these tails.
W64_TAILS = {b"riff": "2e91cf11a5d628db04c10000", b"list": "2f91cf11a5d628db04c10000"}
W64_TAIL = bytes.fromhex("f3acd3118cd100c04f8edb8a")
UNKNOWN_SIZE = 0xFFFFFFFF
# The seven predictors every MS ADPCM format chunk names.
MS_ADPCM_COEFFICIENTS = (256, 0, 512, -256, 0, 0, 192, 64, 240, 0, 460, -208, 392, -232)

Chunk = tuple[bytes, bytes]
Samples = NDArray[np.float64]


def tone(samples: int, channels: int = 1, rate: int = 8000, frequency: float = 440.0) -> Samples:
    """A sine at half of full scale, one row per sample, one column per channel, each a third of a period later."""
    at = np.arange(samples)[:, None] * (2 * np.pi * frequency / rate) + np.arange(channels)[None, :] * (2 * np.pi / 3)
    wave: Samples = 0.5 * np.sin(at)
    return wave


def pcm(values: Samples, bits: int = 16, *, container_bytes: int | None = None, big_endian: bool = False) -> bytes:
    """Integer samples, left-justified in their container; unsigned where the container is one byte."""
    size = container_bytes or (bits + 7) // 8
    shift = 8 * size - bits
    top = 1 << (bits - 1)
    out = bytearray()
    for value in np.asarray(values).reshape(-1):
        whole = max(-top, min(top - 1, round(float(value) * top))) << shift
        whole += 128 if size == 1 else 0
        out += whole.to_bytes(size, "big" if big_endian else "little", signed=size > 1)
    return bytes(out)


def floats(values: Samples, bits: int = 32, *, big_endian: bool = False) -> bytes:
    """32 or 64-bit IEEE floats."""
    order = ">" if big_endian else "<"
    return np.asarray(values).astype(f"{order}f{bits // 8}").tobytes()


def a_law(values: Samples) -> bytes:
    """ITU-T G.711 A-law."""
    return bytes(_a_law_byte(int(value * 32767)) for value in np.asarray(values).reshape(-1))


def _a_law_byte(value: int) -> int:
    sign = 0x80 if value >= 0 else 0
    magnitude = min((value if value >= 0 else ~value) >> 4, 0x7FF)
    segment = max(magnitude.bit_length() - 4, 0)
    mantissa = magnitude & 0x0F if segment == 0 else (magnitude >> (segment - 1)) & 0x0F
    return (sign | segment << 4 | mantissa) ^ 0x55


def mu_law(values: Samples) -> bytes:
    """ITU-T G.711 µ-law."""
    return bytes(_mu_law_byte(int(value * 32767)) for value in np.asarray(values).reshape(-1))


def _mu_law_byte(value: int) -> int:
    sign = 0x80 if value < 0 else 0
    magnitude = min(abs(value), 32635) + 0x84
    segment = magnitude.bit_length() - 8
    return ~(sign | segment << 4 | (magnitude >> (segment + 3)) & 0x0F) & 0xFF


def ms_adpcm_blocks(count: int, *, channels: int = 1, block_bytes: int = 256, seed: int = 1) -> bytes:
    """Blocks of noise with valid heads: predictor, delta, two samples per channel."""
    rng = random.Random(seed)
    return b"".join(
        bytes(rng.randrange(7) for _ in range(channels))
        + struct.pack(f"<{3 * channels}h", *[16] * channels, *[0] * 2 * channels)
        + rng.randbytes(block_bytes - 7 * channels)
        for _ in range(count)
    )


def ima_adpcm_blocks(count: int, *, channels: int = 1, block_bytes: int = 256, seed: int = 1) -> bytes:
    """Blocks of noise with valid heads: first sample, step index, reserved byte per channel."""
    rng = random.Random(seed)
    return b"".join(
        struct.pack("<hBB", 100, 10, 0) * channels + rng.randbytes(block_bytes - 4 * channels) for _ in range(count)
    )


def gsm_blocks(count: int, *, seed: int = 1) -> bytes:
    """65-byte blocks of noise; any bits are valid GSM 6.10."""
    return random.Random(seed).randbytes(65 * count)


def block_samples(tag: int, channels: int, block_align: int) -> int:
    """Samples per channel in a block; 1 but for the block codecs."""
    if tag == IMA_ADPCM:
        return (block_align - 4 * channels) * 2 // channels + 1
    if tag == MS_ADPCM:
        return (block_align - 7 * channels) * 2 // channels + 2
    return 320 if tag == GSM_610 else 1


def codec_extra(tag: int, channels: int, block_align: int, *, big_endian: bool = False) -> bytes:
    """What the format chunk holds after cbSize for the block codecs; empty for the others."""
    if tag not in (GSM_610, IMA_ADPCM, MS_ADPCM):
        return b""
    order = ">" if big_endian else "<"
    extra = struct.pack(f"{order}H", max(0, block_samples(tag, channels, block_align)))
    return extra + (struct.pack(f"{order}H14h", 7, *MS_ADPCM_COEFFICIENTS) if tag == MS_ADPCM else b"")


def fmt_body(
    tag: int = PCM,
    channels: int = 1,
    rate: int = 8000,
    bits: int = 16,
    *,
    block_align: int | None = None,
    byte_rate: int | None = None,
    extra: bytes | None = None,
    extensible: bool = False,
    valid_bits: int | None = None,
    mask: int = 0,
    big_endian: bool = False,
) -> bytes:
    """The body of a format chunk. `tag` is the codec even where `extensible` moves it into the sub-format GUID."""
    order = ">" if big_endian else "<"
    align = channels * ((bits + 7) // 8) & 0xFFFF if block_align is None else block_align
    tail = codec_extra(tag, channels, align, big_endian=big_endian) if extra is None else extra
    right_rate = rate * align // max(1, block_samples(tag, channels, align)) & 0xFFFFFFFF
    per_second = right_rate if byte_rate is None else byte_rate
    if extensible:
        sub_format = struct.pack(f"{order}IHH", tag, 0, 0x10) + SUB_FORMAT_TAIL
        tail = struct.pack(f"{order}HI", bits if valid_bits is None else valid_bits, mask) + sub_format + tail
    head = struct.pack(f"{order}HHIIHH", EXTENSIBLE if extensible else tag, channels, rate, per_second, align, bits)
    return head + (struct.pack(f"{order}H", len(tail)) + tail if tail else b"")


@dataclass(frozen=True)
class Container:
    """How chunks are put together: byte order, width of sizes, alignment."""

    magic: bytes = b"RIFF"

    @property
    def big_endian(self) -> bool:
        return self.magic == b"RIFX"

    @property
    def wide(self) -> bool:
        return self.magic == b"riff"

    def chunk(self, name: bytes, body: bytes, *, size: int | None = None, pad: bool = True) -> bytes:
        """One chunk; `size` is what it claims (of the body alone), where that is to be a lie."""
        claimed = len(body) if size is None else size
        if self.wide:
            guid = name + bytes.fromhex(W64_TAILS[name]) if name in W64_TAILS else name + W64_TAIL
            return guid + struct.pack("<Q", (claimed + 24) % 2**64) + body + bytes(-len(body) % 8 if pad else 0)
        return (
            name + struct.pack(">I" if self.big_endian else "<I", claimed) + body + bytes(len(body) % 2 if pad else 0)
        )

    def file(self, chunks: bytes, *, size: int | None = None) -> bytes:
        """The whole file around its chunks; `size` is what the head claims, where that is to be a lie."""
        if self.wide:
            guids = self.chunk(b"riff", b"")[:16], self.chunk(b"wave", b"")[:16]
            return guids[0] + struct.pack("<Q", 40 + len(chunks) if size is None else size) + guids[1] + chunks
        claimed = 4 + len(chunks) if size is None else size
        if self.magic in (b"RF64", b"BW64") and size is None:
            claimed = UNKNOWN_SIZE
        return self.magic + struct.pack(">I" if self.big_endian else "<I", claimed) + b"WAVE" + chunks


def ds64_body(riff_size: int, data_size: int, samples: int = 0) -> bytes:
    """The body of the 64-bit size chunk (EBU Tech 3306): three unsigned 64-bit words and an empty table."""
    return struct.pack("<QQQI", riff_size % 2**64, data_size % 2**64, samples % 2**64, 0)


def wav(
    data: bytes = b"",
    *,
    magic: bytes = b"RIFF",
    data_size: int | None = None,
    riff_size: int | None = None,
    ds64: bytes | None = None,
    before: Iterable[Chunk] = (),
    after: Iterable[Chunk] = (),
    trailing: bytes = b"",
    pad: bool = True,
    fmt: bytes | None = None,
    **format_words: Any,
) -> bytes:
    """A whole file. `before` and `after` are chunks around the data chunk; `trailing` is put behind everything.

    RF64 and BW64 get a right ds64 chunk unless `ds64` is given (empty: none at all). `pad=False` leaves out the pad
    byte after the data chunk.
    """
    container = Container(magic)
    fmt = fmt_body(big_endian=container.big_endian, **format_words) if fmt is None else fmt
    head = container.chunk(b"fmt ", fmt) + b"".join(container.chunk(*chunk) for chunk in before)
    if magic in (b"RF64", b"BW64"):
        data_size = UNKNOWN_SIZE if data_size is None else data_size
    tail = container.chunk(b"data", data, size=data_size, pad=pad) + b"".join(
        container.chunk(*chunk) for chunk in after
    )
    if magic in (b"RF64", b"BW64") and ds64 != b"":
        length = 4 + 8 + 28 + len(head) + len(tail)
        head = container.chunk(b"ds64", ds64 or ds64_body(length, len(data))) + head
    return container.file(head + tail, size=riff_size) + trailing

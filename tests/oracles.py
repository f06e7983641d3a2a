"""What other programs make of a WAV: ffmpeg, sox and libsndfile decode a file, and the majority decides.

Lengths are counted from decoded samples, never read from a header. As a program:
`python -m tests.oracles FILE…` prints one line per file.
"""

import ctypes
import ctypes.util
import functools
import os
import struct
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import IO

TIMEOUT_SECONDS = 60
_READ_MODE = 0x10  # SFM_READ of sndfile.h
_BLOCK_FRAMES = 4096


@dataclass(frozen=True, slots=True)
class Decoded:
    """What one program decoded: samples per channel, channels, rate in Hz."""

    samples: int
    channels: int
    rate: int


@dataclass(frozen=True, slots=True)
class Oracle:
    """The verdict on a file: accepted if at least two programs decode at least one sample.

    `samples` (per channel), `rate` (Hz) and `channels` are each what at least two agree on, else None.
    """

    accept: bool
    samples: int | None
    rate: int | None
    channels: int | None


def verdict(path: Path | str) -> Oracle:
    """The verdict of the three programs on the file."""
    decoded = [found for found in opinions(path).values() if found]
    return Oracle(
        accept=len(decoded) > 1,
        samples=_agreed([found.samples for found in decoded]),
        rate=_agreed([found.rate for found in decoded]),
        channels=_agreed([found.channels for found in decoded]),
    )


def _agreed(values: list[int]) -> int | None:
    return next((value for value, votes in Counter(values).most_common(1) if votes > 1), None)


def opinions(path: Path | str) -> dict[str, Decoded | None]:
    """What each program decodes; None where it refuses, or finds no sample."""
    return {"ffmpeg": by_ffmpeg(path), "sox": by_sox(path), "libsndfile": by_libsndfile(path)}


def by_ffmpeg(path: Path | str, *options: str) -> Decoded | None:
    """What `ffmpeg` on PATH decodes, with `options` before the input."""
    command = ["ffmpeg", "-nostdin", "-v", "error", *options, "-i", f"file:{path}"]
    return _by_program([*command, "-map", "0:a:0", "-c:a", "pcm_s16be", "-f", "au", "-"])


def by_sox(path: Path | str) -> Decoded | None:
    """What `sox` on PATH decodes, told that the file is a WAV (or W64 by its magic)."""
    with Path(path).open("rb") as file:
        kind = "w64" if file.read(4) == b"riff" else "wav"
    return _by_program(["sox", "-V0", "-D", "-t", kind, str(path), "-t", "au", "-e", "signed", "-b", "16", "-"])


def _by_program(command: list[str]) -> Decoded | None:
    """Count what a program writes as Sun AU, whose head tells rate and channels."""
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as child:
        assert child.stdout is not None
        try:
            return _count_au(child.stdout)
        finally:
            child.stdout.close()
            child.wait(TIMEOUT_SECONDS)


def _count_au(stream: IO[bytes]) -> Decoded | None:
    head = stream.read(24)
    if len(head) < 24:
        return None
    magic, start, _, _, rate, channels = struct.unpack(">4s5I", head)
    assert magic == b".snd"
    count = 24 - start
    while block := stream.read(1 << 16):
        count += len(block)
    samples = count // 2 // channels
    return Decoded(samples, channels, rate) if samples > 0 else None


class _SndfileInfo(ctypes.Structure):
    """SF_INFO of sndfile.h."""

    _fields_ = (
        ("frames", ctypes.c_int64),
        ("samplerate", ctypes.c_int),
        ("channels", ctypes.c_int),
        ("format", ctypes.c_int),
        ("sections", ctypes.c_int),
        ("seekable", ctypes.c_int),
    )


@functools.cache
def _libsndfile() -> ctypes.CDLL | None:
    try:
        library = ctypes.CDLL("libsndfile.so.1")
    except OSError:
        return None
    library.sf_open.restype = ctypes.c_void_p
    library.sf_open.argtypes = (ctypes.c_char_p, ctypes.c_int, ctypes.POINTER(_SndfileInfo))
    library.sf_readf_float.restype = ctypes.c_int64
    library.sf_readf_float.argtypes = (ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int64)
    library.sf_close.argtypes = (ctypes.c_void_p,)
    return library


def by_libsndfile(path: Path | str) -> Decoded | None:
    """What libsndfile reads; None too where the library is not installed."""
    library = _libsndfile()
    if library is None:
        return None
    info = _SndfileInfo()
    handle = library.sf_open(os.fsencode(path), _READ_MODE, ctypes.byref(info))
    if not handle:
        return None
    try:
        samples = _read_all(library, handle, info.channels)
    finally:
        library.sf_close(handle)
    return Decoded(samples, info.channels, info.samplerate) if samples else None


def _read_all(library: ctypes.CDLL, handle: int, channels: int) -> int:
    block = (ctypes.c_float * (_BLOCK_FRAMES * channels))()
    samples = 0
    while (count := library.sf_readf_float(handle, block, _BLOCK_FRAMES)) > 0:
        samples += count
    return samples


def _main(paths: list[str]) -> None:
    for path in paths:
        print(path, verdict(path), opinions(path))


if __name__ == "__main__":
    _main(sys.argv[1:])

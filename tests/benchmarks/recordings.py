"""WAVs to measure with, written to disk a second at a time: 44.1 kHz, stereo, 16 bit."""

import struct
from pathlib import Path

import numpy as np

RATE = 44_100
_FRAME_BYTES = 4


def music(path: Path, seconds: int) -> Path:
    """Chords that change every second, and noise: what an encoder has to work for."""
    rng = np.random.default_rng(7)
    at = np.arange(RATE) / RATE
    with path.open("wb") as file:
        file.write(_head(seconds * RATE * _FRAME_BYTES))
        for _ in range(seconds):
            chord = sum(np.sin(2 * np.pi * 55 * 2 ** (rng.integers(0, 72) / 12) * at) for _ in range(6)) / 12
            noise = rng.normal(0, 0.03, (RATE, 2))
            stereo = np.stack([chord, np.roll(chord, 200)], axis=1) + noise
            file.write((np.clip(stereo, -1, 1) * 32767).astype("<i2").tobytes())
    return path


def silence(path: Path, size: int) -> Path:
    """A file of about `size` bytes that takes no room on disk."""
    data = size // _FRAME_BYTES * _FRAME_BYTES
    with path.open("wb") as file:
        head = _head(data)
        file.write(head)
        file.truncate(len(head) + data)
    return path


def _head(data: int) -> bytes:
    fmt = struct.pack("<HHIIHH", 1, 2, RATE, RATE * _FRAME_BYTES, _FRAME_BYTES, 16)
    return struct.pack("<4sI4s4sI", b"RIFF", 36 + data, b"WAVE", b"fmt ", 16) + fmt + struct.pack("<4sI", b"data", data)

"""libsndfile: the one that the package soundfile brings, and the system's where it is installed."""

import ctypes
import functools
import importlib.metadata
import os
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

_READ_MODE = 0x10  # SFM_READ of sndfile.h
_BLOCK_FRAMES = 4096


class _Info(ctypes.Structure):
    """SF_INFO of sndfile.h."""

    _fields_ = (
        ("frames", ctypes.c_int64),
        ("samplerate", ctypes.c_int),
        ("channels", ctypes.c_int),
        ("format", ctypes.c_int),
        ("sections", ctypes.c_int),
        ("seekable", ctypes.c_int),
    )


class Libsndfile:
    """The library in a shared object."""

    def __init__(self, shared_object: str) -> None:
        """Raises `OSError` where it cannot be loaded."""
        self._library = ctypes.CDLL(shared_object)
        self._library.sf_open.restype = ctypes.c_void_p
        self._library.sf_open.argtypes = (ctypes.c_char_p, ctypes.c_int, ctypes.POINTER(_Info))
        self._library.sf_readf_float.restype = ctypes.c_int64
        self._library.sf_readf_float.argtypes = (ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int64)
        self._library.sf_close.argtypes = (ctypes.c_void_p,)

    def blocks(self, path: Path | str) -> Iterator[tuple[int, NDArray[np.float32]]]:
        """Rate in Hz and samples, one column per channel, block by block; none of a file that it refuses."""
        info = _Info()
        handle = self._library.sf_open(os.fsencode(path), _READ_MODE, ctypes.byref(info))
        if not handle:
            return
        block = np.empty((_BLOCK_FRAMES, info.channels), np.float32)
        try:
            while (count := self._library.sf_readf_float(handle, block.ctypes.data, _BLOCK_FRAMES)) > 0:
                yield info.samplerate, block[:count].copy()
        finally:
            self._library.sf_close(handle)


@functools.cache
def of_the_package() -> Libsndfile:
    """As it comes with soundfile."""
    [shared_object] = [file for file in importlib.metadata.files("soundfile") or () if file.suffix == ".so"]
    return Libsndfile(str(shared_object.locate()))


@functools.cache
def of_the_system() -> Libsndfile | None:
    """None where it is not installed."""
    try:
        return Libsndfile("libsndfile.so.1")
    except OSError:
        return None

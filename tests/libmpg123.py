"""libmpg123, by which the program mpg123 decodes, where the system has it."""

import ctypes
import functools
import os
from pathlib import Path

_OK, _NEW_FORMAT, _DONE = 0, -11, -12  # MPG123_OK, MPG123_NEW_FORMAT, MPG123_DONE of mpg123.h
_ADD_FLAGS, _QUIET = 2, 0x20  # MPG123_ADD_FLAGS, MPG123_QUIET
_BLOCK_BYTES = 1 << 16


class Libmpg123:
    """The library in a shared object. It heeds delay and padding unless it is told not to, as the program does."""

    def __init__(self, shared_object: str) -> None:
        """Raises `OSError` where it cannot be loaded."""
        self._library = library = ctypes.CDLL(shared_object)
        library.mpg123_new.restype = ctypes.c_void_p
        library.mpg123_new.argtypes = (ctypes.c_char_p, ctypes.c_void_p)
        library.mpg123_param.argtypes = (ctypes.c_void_p, ctypes.c_int, ctypes.c_long, ctypes.c_double)
        library.mpg123_open.argtypes = (ctypes.c_void_p, ctypes.c_char_p)
        library.mpg123_read.argtypes = (ctypes.c_void_p, ctypes.c_void_p, ctypes.c_size_t, ctypes.c_void_p)
        library.mpg123_delete.argtypes = (ctypes.c_void_p,)
        library.mpg123_init()

    def size(self, path: Path) -> int | None:
        """How many bytes of 16-bit samples it gives out of an MP3; None where it refuses it."""
        handle = self._library.mpg123_new(None, None)
        self._library.mpg123_param(handle, _ADD_FLAGS, _QUIET, 0.0)
        try:
            return self._size(handle, path)
        finally:
            self._library.mpg123_delete(handle)

    def _size(self, handle: int, path: Path) -> int | None:
        block, done = ctypes.create_string_buffer(_BLOCK_BYTES), ctypes.c_size_t()
        said = self._library.mpg123_open(handle, os.fsencode(path))
        size = 0
        while said in (_OK, _NEW_FORMAT):
            said = self._library.mpg123_read(handle, block, _BLOCK_BYTES, ctypes.byref(done))
            size += done.value
        return size if said == _DONE else None


@functools.cache
def of_the_system() -> Libmpg123 | None:
    """None where it is not installed."""
    try:
        return Libmpg123("libmpg123.so.0")
    except OSError:
        return None

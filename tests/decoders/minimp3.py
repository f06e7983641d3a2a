"""minimp3, as SDL_mixer decodes MP3s with it; both come with the package pysdl2-dll."""

import ctypes
import functools
import importlib.metadata
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

_16_BITS = 0x8010  # AUDIO_S16LSB of SDL_audio.h
_MP3 = 0x08  # MIX_INIT_MP3 of SDL_mixer.h
_SAMPLE_BYTES = 2
_BUFFER_FRAMES = 1024
"""Of the device, on which nothing is played."""


class _Chunk(ctypes.Structure):
    """Mix_Chunk of SDL_mixer.h."""

    _fields_ = (
        ("allocated", ctypes.c_int),
        ("samples", ctypes.c_void_p),
        ("bytes", ctypes.c_uint32),
        ("volume", ctypes.c_uint8),
    )


def counts(mp3s: Sequence[bytes], rate: int, channels: int) -> list[int | None]:
    """Samples per channel of each; None where it refuses one."""
    with _device(rate, channels):
        return [_count(mp3, channels) for mp3 in mp3s]


def _count(mp3: bytes, channels: int) -> int | None:
    sdl, mixer = _libraries()
    chunk = mixer.Mix_LoadWAV_RW(sdl.SDL_RWFromConstMem(mp3, len(mp3)), 1)
    if not chunk:
        return None
    try:
        return int(chunk.contents.bytes) // (_SAMPLE_BYTES * channels)
    finally:
        mixer.Mix_FreeChunk(chunk)


@contextmanager
def _device(rate: int, channels: int) -> Iterator[None]:
    """One that plays nowhere: what is loaded gets its rate and channels, so it has those of the MP3s."""
    sdl, mixer = _libraries()
    if mixer.Mix_OpenAudio(rate, _16_BITS, channels, _BUFFER_FRAMES):
        raise OSError(sdl.SDL_GetError().decode())
    try:
        yield
    finally:
        mixer.Mix_CloseAudio()


@functools.cache
def _libraries() -> tuple[ctypes.CDLL, ctypes.CDLL]:
    """SDL and SDL_mixer. Raises `OSError` where they cannot be loaded."""
    files = {file.name.partition("-")[0]: file for file in importlib.metadata.files("pysdl2-dll") or ()}
    sdl = ctypes.CDLL(str(files["libSDL2"].locate()), mode=ctypes.RTLD_GLOBAL)  # the mixer looks there
    mixer = ctypes.CDLL(str(files["libSDL2_mixer"].locate()))
    sdl.SDL_SetHint(b"SDL_AUDIODRIVER", b"dummy")
    sdl.SDL_GetError.restype = ctypes.c_char_p
    sdl.SDL_RWFromConstMem.restype = ctypes.c_void_p
    sdl.SDL_RWFromConstMem.argtypes = (ctypes.c_char_p, ctypes.c_int)
    mixer.Mix_LoadWAV_RW.restype = ctypes.POINTER(_Chunk)
    mixer.Mix_LoadWAV_RW.argtypes = (ctypes.c_void_p, ctypes.c_int)
    mixer.Mix_FreeChunk.argtypes = (ctypes.POINTER(_Chunk),)
    if not mixer.Mix_Init(_MP3) & _MP3:
        raise OSError("SDL_mixer knows no MP3")
    return sdl, mixer

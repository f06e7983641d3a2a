"""How many samples per channel each decoder gives out of an MP3; None where it refuses it.

Files have no extension, so that each has to find out by the bytes alone what they are.
"""

import subprocess
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import miniaudio

from tests import libmpg123
from tests.decoders import chromium, gstreamer, minimp3
from tests.libmpg123 import Libmpg123
from tests.libsndfile import Libsndfile, of_the_package, of_the_system
from tests.programs import FFMPEG, on_path

Counts = list[int | None]
Decoder = Callable[[Sequence[bytes], int, int], Counts]
"""From MP3s, their sample rate in Hz and their channels."""
_SECONDS = 600
_AT_ONCE = 100
"""Files that one ffmpeg opens: by fewer its start counts for more, by more its threads do."""
_SAMPLE_BYTES = 2


def decoders() -> dict[str, Decoder]:
    """Those that this machine has."""
    found = quick_decoders()
    if gstreamer.is_there():
        found["GStreamer"] = gstreamer.counts
    if chromium.is_there():
        found["Chromium (decodeAudioData)"] = chromium.counts
    return found


def quick_decoders() -> dict[str, Decoder]:
    """Of these, those that the tests ask every time."""
    found: dict[str, Decoder] = {
        "ffmpeg (imageio-ffmpeg)": partial(by_ffmpeg, program=FFMPEG),
        "libsndfile (soundfile)": partial(by_libsndfile, library=of_the_package()),
        "miniaudio": by_miniaudio,
        "minimp3 (pysdl2-dll)": minimp3.counts,
    }
    if system_ffmpeg := on_path("ffmpeg"):
        found["ffmpeg (system)"] = partial(by_ffmpeg, program=system_ffmpeg)
    if library := of_the_system():
        found["libsndfile (system)"] = partial(by_libsndfile, library=library)
    if system_mpg123 := libmpg123.of_the_system():
        found["mpg123"] = partial(by_mpg123, library=system_mpg123)
    return found


def by_ffmpeg(mp3s: Sequence[bytes], rate: int, channels: int, *, program: str) -> Counts:
    return [
        count
        for start in range(0, len(mp3s), _AT_ONCE)
        for count in _by_one_ffmpeg(mp3s[start : start + _AT_ONCE], channels, program)
    ]


def _by_one_ffmpeg(mp3s: Sequence[bytes], channels: int, program: str) -> Counts:
    with _files(mp3s) as paths:
        command = [program, "-nostdin", "-v", "error", "-y"]
        command += [word for path in paths for word in ("-i", str(path))]
        for number, path in enumerate(paths):
            command += ["-map", f"{number}:a:0", "-f", "s16le", f"{path}.raw"]
        if subprocess.run(command, capture_output=True, check=False, timeout=_SECONDS).returncode == 0:
            return [Path(f"{path}.raw").stat().st_size // (_SAMPLE_BYTES * channels) for path in paths]
    if len(mp3s) == 1:
        return [None]
    return [count for mp3 in mp3s for count in _by_one_ffmpeg([mp3], channels, program)]


def by_mpg123(mp3s: Sequence[bytes], rate: int, channels: int, *, library: Libmpg123) -> Counts:
    with _files(mp3s) as paths:
        sizes = [library.size(path) for path in paths]
    return [size // (_SAMPLE_BYTES * channels) if size else None for size in sizes]


def by_libsndfile(mp3s: Sequence[bytes], rate: int, channels: int, *, library: Libsndfile) -> Counts:
    with _files(mp3s) as paths:
        return [sum(len(block) for _, block in library.blocks(path)) or None for path in paths]


def by_miniaudio(mp3s: Sequence[bytes], rate: int, channels: int) -> Counts:
    return [_by_one_miniaudio(mp3) for mp3 in mp3s]


def _by_one_miniaudio(mp3: bytes) -> int | None:
    try:
        return int(miniaudio.mp3_read_s16(mp3).num_frames)
    except miniaudio.DecodeError:
        return None


@contextmanager
def _files(mp3s: Sequence[bytes]) -> Iterator[list[Path]]:
    with tempfile.TemporaryDirectory() as folder:
        paths = [Path(folder) / f"{number}" for number in range(len(mp3s))]
        for path, mp3 in zip(paths, mp3s, strict=True):
            path.write_bytes(mp3)
        yield paths

"""GStreamer, by way of the system's Python, for which Debian has its bindings (python3-gi, gir1.2-gstreamer-1.0)."""

import json
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

from tests.decoders import gstreamer_program

_PYTHON = "/usr/bin/python3"
_SECONDS = 1200
_ELEMENTS = ("mpegaudioparse", "mpg123audiodec", "audioconvert", "appsink")


def is_there() -> bool:
    """Whether the bindings and the elements for MP3s are installed."""
    if not Path(_PYTHON).exists():
        return False
    return _run("elements", *_ELEMENTS, check=False) == [True] * len(_ELEMENTS)


def counts(mp3s: Sequence[bytes], rate: int, channels: int) -> list[int | None]:
    """Samples per channel of each."""
    with tempfile.TemporaryDirectory() as folder:
        paths = [Path(folder) / str(number) for number in range(len(mp3s))]
        for path, mp3 in zip(paths, mp3s, strict=True):
            path.write_bytes(mp3)
        return [count or None for count in _run("count", folder)]


def landings(path: Path, seconds: Sequence[float]) -> list[bytes]:
    """What is played after an ordinary seek to each second: 32-bit floats of one channel, at the MP3's rate."""
    with tempfile.TemporaryDirectory() as folder:
        _run("seek", str(path), folder, *map(str, seconds))
        return [(Path(folder) / str(number)).read_bytes() for number in range(len(seconds))]


def _run(*arguments: str, check: bool = True) -> list[int]:
    command = [_PYTHON, "-P", gstreamer_program.__file__, *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=check, timeout=_SECONDS)
    found: list[int] = json.loads(done.stdout or "[]")
    return found

"""`python -m tests.benchmarks [speed] [memory]`: how the service compares with ffmpeg, and what memory it takes."""

import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from tests.benchmarks.recordings import music, silence
from tests.benchmarks.uploads import upload
from tests.server import running_server

LENGTHS = {1: 15, 59: 5, 600: 3}
"""Seconds of audio, and how often each is measured."""
SMALL_BYTES, LARGE_BYTES = 10 * 10**6, 1 << 30
ALLOWED_GROWTH = 40 * 1024
"""KiB by which the large recording may need more memory than the small one."""


def main(arguments: list[str]) -> int:
    """Measure what is named, or all; 1 if the memory grows more than it may."""
    wanted = arguments or ["speed", "memory"]
    with tempfile.TemporaryDirectory(prefix="music-app-benchmark-") as name:
        folder = Path(name)
        if "speed" in wanted:
            _speed(folder)
        return 1 if "memory" in wanted and not _memory(folder) else 0


def _speed(folder: Path) -> None:
    """Upload to 201, credentials first, and ffmpeg itself on the same file, in turns."""
    print("recording  upload to 201   ffmpeg alone   ratio")
    with running_server(folder / "speed") as server:
        fields = server.register()
        for seconds, runs in LENGTHS.items():
            wav = music(folder / f"{seconds}.wav", seconds)
            upload(server.url, fields, wav)
            pairs = [
                (_time(partial(upload, server.url, fields, wav)), _time(partial(_ffmpeg, wav))) for _ in range(runs)
            ]
            ours, theirs = (statistics.median(times) for times in zip(*pairs, strict=True))
            print(f"{seconds:7d} s {ours:13.3f} s {theirs:12.3f} s {ours / theirs:7.2f}", flush=True)
            wav.unlink()


def _ffmpeg(wav: Path) -> None:
    command = ["ffmpeg", "-nostdin", "-v", "error", "-y", "-i", str(wav), "-b:a", "128k", str(wav.with_suffix(".mp3"))]
    subprocess.run(command, check=True)


def _time(action: Callable[[], None]) -> float:
    began = time.perf_counter()
    action()
    return time.perf_counter() - began


def _memory(folder: Path) -> bool:
    """The service's peak (without ffmpeg and PostgreSQL), each from a fresh start; whether it is bounded."""
    small, large = silence(folder / "small.wav", SMALL_BYTES), silence(folder / "large.wav", LARGE_BYTES)
    print("order               10 MB       1 GiB    growth")
    bounded = True
    for file_first in (False, True):
        few, many = (_peak(folder, wav, file_first=file_first) for wav in (small, large))
        bounded &= many - few <= ALLOWED_GROWTH
        order = "file first" if file_first else "credentials first"
        print(f"{order:17} {few / 1024:5.1f} MiB {many / 1024:7.1f} MiB {(many - few) / 1024:5.1f} MiB", flush=True)
    return bounded


def _peak(folder: Path, wav: Path, *, file_first: bool) -> int:
    """KiB of resident memory at most (VmHWM of proc(5)) in a service that takes this one upload."""
    with tempfile.TemporaryDirectory(dir=folder) as name, running_server(Path(name)) as server:
        upload(server.url, server.register(), wav, file_first=file_first)
        status = Path(f"/proc/{server.process.pid}/status").read_text("utf-8")
    match = re.search(r"VmHWM:\s+(\d+) kB", status)
    assert match
    return int(match[1])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

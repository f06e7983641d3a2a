"""What other programs make of a WAV: three decode a file, and the majority decides.

They are ffmpeg, libsndfile, and sox or miniaudio; see `JURIES`.
Lengths are counted from decoded samples, never read from a header. As a program:
`python -m tests.oracles FILE…` prints one line per file.
"""

import os
import struct
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import IO

import miniaudio

from tests.libsndfile import Libsndfile, of_the_package, of_the_system
from tests.programs import FFMPEG, on_path

TIMEOUT_SECONDS = 60


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


def verdict(opinions: Mapping[str, Decoded | None]) -> Oracle:
    """What the programs of a jury say of a file, all in all."""
    decoded = [found for found in opinions.values() if found]
    return Oracle(
        accept=len(decoded) > 1,
        samples=_agreed([found.samples for found in decoded]),
        rate=_agreed([found.rate for found in decoded]),
        channels=_agreed([found.channels for found in decoded]),
    )


def _agreed(values: list[int]) -> int | None:
    return next((value for value, votes in Counter(values).most_common(1) if votes > 1), None)


def opinions(path: Path, jury: "Jury | None" = None) -> dict[str, Decoded | None]:
    """What each program of a jury decodes; None where it refuses, or finds no sample."""
    return {name: decode(path) for name, decode in (jury or JURY).items()}


def by_ffmpeg(path: Path | str, *options: str, program: str = FFMPEG) -> Decoded | None:
    """What ffmpeg decodes, with `options` before the input."""
    command = [program, "-nostdin", "-v", "error", *options, "-i", f"file:{path}"]
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


def by_libsndfile(library: Libsndfile, path: Path | str) -> Decoded | None:
    """What libsndfile reads."""
    sizes = [(rate, *block.shape) for rate, block in library.blocks(path)]
    if not sizes:
        return None
    rate, _, channels = sizes[0]
    return Decoded(sum(count for _, count, _ in sizes), channels, rate)


def by_miniaudio(path: Path | str) -> Decoded | None:
    """What miniaudio reads."""
    try:
        found = miniaudio.wav_read_file_f32(os.fspath(path))
    except miniaudio.DecodeError:
        return None
    return Decoded(found.num_frames, found.nchannels, found.sample_rate) if found.num_frames else None


Jury = dict[str, Callable[[Path], Decoded | None]]
"""Three programs that have nothing in common, the quickest first."""


def _juries() -> dict[str, Jury]:
    of_packages: Jury = {
        "libsndfile": partial(by_libsndfile, of_the_package()),
        "miniaudio": by_miniaudio,
        "ffmpeg": partial(by_ffmpeg, program=FFMPEG),
    }
    ffmpeg, sox, library = on_path("ffmpeg"), on_path("sox"), of_the_system()
    if not (ffmpeg and sox and library):
        return {"packages": of_packages}
    of_the_machine: Jury = {
        "libsndfile": partial(by_libsndfile, library),
        "sox": by_sox,
        "ffmpeg": partial(by_ffmpeg, program=ffmpeg),
    }
    return {"packages": of_packages, "system": of_the_machine}


JURIES = _juries()
"""That of the packages, and that of the system where all three are installed, which in CI they are."""
JURY = JURIES.get("system", JURIES["packages"])


def _main(paths: list[str]) -> None:
    for path in paths:
        print(path, verdict(said := opinions(Path(path))), said)


if __name__ == "__main__":
    _main(sys.argv[1:])

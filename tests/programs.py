"""Programs of other people that the tests run. Those that wheels bring are always there, those of the system may be.

Where CI is set, those of the system have to be there, too: `tests/conftest.py` asks `missing`.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import imageio_ffmpeg

from tests.decoders.gstreamer import is_there as gstreamer_is_there
from tests.libsndfile import of_the_system

ROOT = Path(__file__).parents[1]
DEBIAN_PACKAGES = {
    "chromium": "chromium",
    "curl": "curl",
    "ffmpeg": "ffmpeg",
    "ffprobe": "ffmpeg",
    "mpg123": "mpg123",
    "sox": "sox",
    "strace": "strace",  # by which calls to the system are made to fail
    "unzip": "unzip",
}
GSTREAMER_PACKAGES = {
    "gir1.2-gstreamer-1.0",
    "gstreamer1.0-plugins-base",
    "gstreamer1.0-plugins-good",
    "python3-gi",
}
FFMPEG = str(imageio_ffmpeg.get_ffmpeg_exe())
"""The package's, which starts six times as fast as one that is linked with all that Debian's is."""


def on_path(name: str) -> str | None:
    """Where a program of the system is; None where it is not installed."""
    return shutil.which(name)


def sox_reads_mp3() -> bool:
    """Whether there is a sox that does; on Debian, its MP3 format is a package of its own."""
    sox = on_path("sox")
    if not sox:
        return False
    done = subprocess.run([sox, "--help-format", "mp3"], capture_output=True, check=False, timeout=60)
    return b"Reads: yes" in done.stdout


def missing() -> list[str]:
    """The Debian packages without which the tests ask fewer programs than they could."""
    wanted = {package for name, package in DEBIAN_PACKAGES.items() if not on_path(name)}
    wanted |= set() if sox_reads_mp3() else {"libsox-fmt-mp3"}
    wanted |= set() if of_the_system() else {"libsndfile1"}
    wanted |= set() if gstreamer_is_there() else GSTREAMER_PACKAGES
    return sorted(wanted)


CURLS = ["stand-in", "system"] if on_path("curl") else ["stand-in"]


def path_with_curl(folder: Path, which: str = CURLS[-1]) -> str:
    """PATH with this `python3` and a `curl`: the system's, or `tests/curl.py`, for which `folder` gets a script."""
    folders = [str(Path(sys.executable).parent), os.environ["PATH"]]
    if which == "stand-in":
        script = folder / "curl"
        script.write_text(f'#!/bin/sh\nPYTHONPATH="{ROOT}" exec "{sys.executable}" -m tests.curl "$@"\n')
        script.chmod(0o755)
        folders.insert(0, str(folder))
    return os.pathsep.join(folders)


def curl(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """What `curl` says to the arguments."""
    path = path_with_curl(folder)
    command = [str(shutil.which("curl", path=path)), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)

"""What players make of our MP3s: what is heard, their warnings, and the texts that they show."""

import json
import re
import subprocess
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path

import miniaudio
import numpy as np

from tests.libsndfile import of_the_package
from tests.programs import FFMPEG, on_path, sox_reads_mp3
from tests.wavs import Samples

SECONDS = 60
Heard = tuple[Samples, str]
"""One row per sample, one column per channel; and the warnings."""


def by_ffmpeg(mp3: bytes, channels: int, program: str = FFMPEG) -> Heard:
    command = [program, "-nostdin", "-hide_banner", "-v", "warning", "-f", "mp3", "-i", "{}", "-f", "f32le", "pipe:1"]
    return _by_program(command, mp3, channels)


def by_mpg123(mp3: bytes, channels: int) -> Heard:
    return _by_program(["mpg123", "-q", "-e", "f32", "-s", "{}"], mp3, channels)


def by_sox(mp3: bytes, channels: int) -> Heard:
    """It takes no notice of the delay."""
    return _by_program(["sox", "-V2", "-t", "mp3", "{}", "-t", "f32", "-"], mp3, channels)


def by_libsndfile(mp3: bytes, channels: int) -> Heard:
    """By the mpg123 that is in it. It has no warnings."""
    with tempfile.NamedTemporaryFile(suffix=".mp3") as file:
        file.write(mp3)
        file.flush()
        blocks = [block for _, block in of_the_package().blocks(file.name)]
    return np.concatenate(blocks).astype(np.float64).reshape(-1, channels), ""


def by_miniaudio(mp3: bytes, channels: int) -> Heard:
    """By minimp3. It has no warnings."""
    found = miniaudio.mp3_read_f32(mp3)
    return np.array(found.samples, np.float64).reshape(-1, channels), ""


def _by_program(command: list[str], mp3: bytes, channels: int) -> Heard:
    with tempfile.NamedTemporaryFile(suffix=".mp3") as file:
        file.write(mp3)
        file.flush()
        words = [word.format(file.name) for word in command]
        done = subprocess.run(words, capture_output=True, check=True, timeout=SECONDS)
    return np.frombuffer(done.stdout, "<f4").astype(np.float64).reshape(-1, channels), done.stderr.decode()


Player = Callable[[bytes, int], Heard]
_ffmpeg = partial(by_ffmpeg, program=on_path("ffmpeg") or FFMPEG)
EXACT: dict[str, Player] = {"ffmpeg": _ffmpeg, "libsndfile": by_libsndfile, "miniaudio": by_miniaudio}
"""Those that honour delay and padding."""
EXACT |= {"mpg123": by_mpg123} if on_path("mpg123") else {}
PLAYERS: dict[str, Player] = EXACT | ({"sox": by_sox} if sox_reads_mp3() else {})


def shown_texts(path: Path) -> dict[str, str]:
    """The texts that ffmpeg shows, without a warning; where there is an ffprobe, it shows the same."""
    warnings = _said([FFMPEG, "-nostdin", "-v", "warning", "-i", str(path), "-f", "null", "-"])
    assert warnings == ""
    texts = _listed(_said([FFMPEG, "-nostdin", "-hide_banner", "-i", str(path), "-f", "null", "-"]))
    assert texts == _by_ffprobe(path, otherwise=texts)
    return texts


Shown = tuple[float, float, str]
"""A chapter: where it starts and ends, in seconds, and its title."""


def shown_chapters(path: Path) -> list[Shown]:
    """The chapters that ffmpeg shows; where there is an ffprobe, it shows the same."""
    said = _said([FFMPEG, "-nostdin", "-hide_banner", "-i", str(path), "-f", "null", "-"]).split("Stream mapping:")[0]
    chapters = re.findall(r"    Chapter #\S+ start (\S+), end (\S+)\n(?:.*\n)?\s+title\s+: (.*)\n", said)
    found = [(float(start), float(end), title) for start, end, title in chapters]
    assert found == _chapters_by_ffprobe(path, otherwise=found)
    return found


def _chapters_by_ffprobe(path: Path, otherwise: list[Shown]) -> list[Shown]:
    if not on_path("ffprobe"):
        return otherwise
    command = ["ffprobe", "-v", "warning", "-show_chapters", "-of", "json", str(path)]
    done = subprocess.run(command, capture_output=True, check=True, timeout=SECONDS)
    assert done.stderr == b""
    chapters = json.loads(done.stdout)["chapters"]
    return [(float(made["start_time"]), float(made["end_time"]), made["tags"]["title"]) for made in chapters]


def _said(command: list[str]) -> str:
    return subprocess.run(command, capture_output=True, check=True, timeout=SECONDS).stderr.decode()


def _listed(description: str) -> dict[str, str]:
    """`    name            : text` below the first `  Metadata:`; a line without a name goes on with the text above."""
    texts: dict[str, str] = {}
    name = ""
    for line in description.split("\n  Metadata:\n")[1].split("\n"):
        if not line.startswith("    "):
            break
        word, text = line[4:20].strip(), line[22:]
        name, texts[word or name] = word or name, text if word else f"{texts[name]}\n{text}"
    return texts


def _by_ffprobe(path: Path, otherwise: dict[str, str]) -> dict[str, str]:
    if not on_path("ffprobe"):
        return otherwise
    command = ["ffprobe", "-v", "warning", "-show_entries", "format_tags", "-of", "json", str(path)]
    done = subprocess.run(command, capture_output=True, check=True, timeout=SECONDS)
    assert done.stderr == b""
    found: dict[str, str] = json.loads(done.stdout)["format"]["tags"]
    return found

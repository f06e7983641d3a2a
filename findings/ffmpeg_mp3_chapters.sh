#!/usr/bin/env bash
# ffmpeg moves the chapters of an MP3 when it copies it, and not the sound.
#
# For ffmpeg the clock of an MP3 with an Info frame begins at the encoder's delay, 1105 samples (0.025057 s at 44.1 kHz).
# When it copies such a file (`-c copy`), it takes this start off all times, but the sound of the new file begins at the
# same delay again, while its chapters have become 25 ms earlier. Each further copy moves them as much once more.
#
# Seen with ffmpeg 9.0.2 of the package imageio-ffmpeg 0.8.1 and with ffmpeg 5.1.9 of Debian 12.
# Source of the chapters' times: ID3v2 Chapter Frame Addendum 1.0 (2005), section 3.1, "from the beginning of the file".
set -euo pipefail

folder="$(mktemp -d)"
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check imageio-ffmpeg==0.8.1
"$folder/venv/bin/python" - "$folder" <<'PYTHON'
import pathlib
import re
import subprocess
import sys

import imageio_ffmpeg

PROGRAM = imageio_ffmpeg.get_ffmpeg_exe()
FFMPEG = [PROGRAM, "-nostdin", "-v", "error", "-y"]
CHAPTER = ";FFMETADATA1\n[CHAPTER]\nTIMEBASE=1/1000\nSTART=1000\nEND=2000\ntitle=one\n"
folder = pathlib.Path(sys.argv[1])


def start_of_chapter(path: pathlib.Path) -> float:
    said = subprocess.run([PROGRAM, "-nostdin", "-i", path, "-f", "null", "-"], capture_output=True, text=True, check=True)
    return float(re.search(r"Chapter #0:0: start ([0-9.]+)", said.stderr)[1])


def sound(path: pathlib.Path) -> bytes:
    return subprocess.run([*FFMPEG, "-i", path, "-f", "s16le", "pipe:1"], capture_output=True, check=True).stdout


print(subprocess.run([PROGRAM, "-version"], capture_output=True, text=True, check=True).stdout.splitlines()[0])
(folder / "chapter.txt").write_text(CHAPTER)
first = folder / "0.mp3"
tone = ["-f", "lavfi", "-i", "sine=440:duration=3:sample_rate=44100", "-i", folder / "chapter.txt"]
subprocess.run([*FFMPEG, *tone, "-map", "0:a", "-map_chapters", "1", "-c:a", "libmp3lame", "-b:a", "64k", first], check=True)
print(f"as it was made: the chapter starts at {start_of_chapter(first)} s")
changed = start_of_chapter(first) != 1.0
for copy in (1, 2, 3):
    path = folder / f"{copy}.mp3"
    subprocess.run([*FFMPEG, "-i", folder / f"{copy - 1}.mp3", "-c", "copy", path], check=True)
    found, same = start_of_chapter(path), sound(path) == sound(first)
    print(f"copy {copy}: the chapter starts at {found} s, the samples are {'the same' if same else 'others'}")
    changed = changed or not same or abs(found - (1.0 - 0.025 * copy)) > 0.001
sys.exit("this has changed: see above" if changed else 0)
PYTHON

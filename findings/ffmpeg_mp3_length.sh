#!/usr/bin/env bash
# ffmpeg's MP3s of some lengths play up to 46 samples too long.
#
# libmp3lame in ffmpeg writes an Info frame with encoder delay and padding, by which players give back as many samples
# as were encoded. That holds but for lengths that reach 1 to 46 samples into a frame (of 576 samples below 32 kHz,
# 1152 from there on): they come back as if they reached 47 samples into it, which is 1152 less the delays of encoder
# (576) and decoder (529). What is heard in addition is the encoder's ringing, close to silence.
#
# Seen with ffmpeg 9.0.2 of the package imageio-ffmpeg 0.8.1 and with ffmpeg 5.1.9 of Debian 12, decoded by either, and
# alike by libsndfile and minimp3, which read the same Info frame.
# Source of the fields: http://gabriel.mp3-tech.org/mp3infotag.html, "Encoder delays".
set -euo pipefail

folder="$(mktemp -d)"
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check imageio-ffmpeg==0.8.1
"$folder/venv/bin/python" - "$folder" <<'PYTHON'
import array
import math
import subprocess
import sys

import imageio_ffmpeg

FFMPEG = [imageio_ffmpeg.get_ffmpeg_exe(), "-nostdin", "-v", "error"]


def length_after(samples: int, rate: int) -> int:
    """How many samples come back of a tone of so many."""
    tone = array.array("h", (round(8000 * math.sin(n / 3)) for n in range(samples)))
    path = f"{sys.argv[1]}/tone.mp3"
    source = ["-f", "s16le", "-ar", str(rate), "-ac", "1", "-i", "pipe:0"]
    subprocess.run([*FFMPEG, *source, "-c:a", "libmp3lame", "-b:a", "64k", "-y", path], input=tone.tobytes(), check=True)
    decoded = subprocess.run([*FFMPEG, "-i", path, "-f", "s16le", "pipe:1"], capture_output=True, check=True)
    return len(decoded.stdout) // 2


print(subprocess.run([FFMPEG[0], "-version"], capture_output=True, text=True, check=True).stdout.splitlines()[0])
changed = False
for rate, frame in ((8000, 576), (22050, 576), (44100, 1152)):
    for into_frame in (1, 20, 46, 47, 300):
        samples = 5 * frame + into_frame
        found, expected = length_after(samples, rate), 5 * frame + max(47, into_frame)
        print(f"{rate} Hz: {samples} samples come back as {found}, {found - samples} too many")
        changed = changed or found != expected
sys.exit("this has changed: see above" if changed else 0)
PYTHON

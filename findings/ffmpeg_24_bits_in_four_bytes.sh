#!/usr/bin/env bash
# ffmpeg plays WAVs of 24 bits in four bytes as NaN, as if they were Cool Edit's floats; libsndfile 48 dB too quietly.
#
# `arecord -f S24_LE` of ALSA writes a plain format chunk with 24 bits and blocks of four bytes a channel, and the
# samples in the low three of them, with their sign above. Cool Edit wrote the same words for its "24.0 float", floats
# whose full scale is 2^23. ffmpeg's demuxer takes every such file for the latter, by the head alone: what is small as an
# integer is then a tiny float or, where it is negative, NaN. libsndfile looks at the samples, and takes them for
# 32-bit integers, which is right for those in the high three bytes alone.
#
# Seen with ffmpeg 9.0.2 of the package imageio-ffmpeg 0.8.1, with ffmpeg 5.1.9 of Debian 12, and with libsndfile 1.2.2 of
# the package soundfile 0.13.1.
# Source of the words: alsa-utils' aplay/aplay.c, begin_wave(); ffmpeg's libavformat/wavdec.c, wav_read_header(), where
# it chooses AV_CODEC_ID_PCM_F24LE.
set -euo pipefail

folder="$(mktemp -d)"
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check imageio-ffmpeg==0.8.1 soundfile==0.13.1 numpy
"$folder/venv/bin/python" - "$folder" <<'PYTHON'
import array
import math
import struct
import subprocess
import sys

import imageio_ffmpeg
import soundfile

RATE, HALF_SCALE = 16_000, 1 << 22
FFMPEG = imageio_ffmpeg.get_ffmpeg_exe()


def recording(shift: int) -> str:
    """A second of a tone at half of full scale, as 24-bit integers in the low bits (0) or the high (8) of 32."""
    tone = array.array("i", (round(HALF_SCALE * math.sin(n / 3)) << shift for n in range(RATE))).tobytes()
    chunk = b"fmt " + struct.pack("<IHHIIHH", 16, 1, 1, RATE, 4 * RATE, 4, 24)
    body = b"WAVE" + chunk + b"data" + struct.pack("<I", len(tone)) + tone
    path = f"{sys.argv[1]}/tone.wav"
    with open(path, "wb") as file:
        file.write(b"RIFF" + struct.pack("<I", len(body)) + body)
    return path


def level(samples: "array.array[float]") -> str:
    """Root mean square, to three places, where half of full scale has 0.354."""
    return f"{math.sqrt(sum(value * value for value in samples) / len(samples)):.3f}"


def by_ffmpeg(path: str) -> str:
    command = [FFMPEG, "-nostdin", "-v", "error", "-i", path, "-f", "f64le", "pipe:1"]
    return level(array.array("d", subprocess.run(command, capture_output=True, check=True).stdout))


print(subprocess.run([FFMPEG, "-version"], capture_output=True, text=True, check=True).stdout.splitlines()[0])
print(soundfile.__libsndfile_version__)
low = recording(0)
found = {"ffmpeg": by_ffmpeg(low), "libsndfile": level(array.array("d", soundfile.read(low)[0].tolist()))}
found["libsndfile, high three bytes"] = level(array.array("d", soundfile.read(recording(8))[0].tolist()))
print(found)
expected = {"ffmpeg": "nan", "libsndfile": "0.001", "libsndfile, high three bytes": "0.354"}
sys.exit("this has changed: see above" if found != expected else 0)
PYTHON

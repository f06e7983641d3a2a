#!/usr/bin/env bash
# ffmpeg reads G.722 under its registered WAV format tag as G.726, and plays noise.
#
# The registry of wave format tags (mmreg.h of the Windows SDK) has 0x0065 for G.722 ADPCM and 0x0045 for Sharp's G.726.
# ffmpeg's table (ff_codec_wav_tags in libavformat/riff.c) has 0x0045, and 0x028F for G.722, but not 0x0065. A tag that is
# not in the table is looked for once more with its letters made capital (ff_codec_get_id in libavformat/utils.c), and
# the byte 0x65 is the letter "e", 0x45 the letter "E". So the file is taken for G.726, without a warning.
#
# Seen with ffmpeg 9.0.2 of the package imageio-ffmpeg 0.8.1 and with ffmpeg 5.1.9 of Debian 12. Naming the decoder before
# the input (-c:a g722) helps.
set -euo pipefail

folder="$(mktemp -d)"
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check imageio-ffmpeg==0.8.1
"$folder/venv/bin/python" - "$folder" <<'PYTHON'
import array
import cmath
import math
import subprocess
import sys

import imageio_ffmpeg

FFMPEG = [imageio_ffmpeg.get_ffmpeg_exe(), "-nostdin", "-hide_banner"]
RATE = 16_000
PATH = f"{sys.argv[1]}/tone.wav"
tone = [round(8000 * math.sin(2 * math.pi * 440 * n / RATE)) for n in range(RATE)]


def encoded(tag: int) -> None:
    """Write a second of G.722, 64 kb/s, with this format tag in bytes 20 and 21 and 8,000 bytes a second in 28 to 31."""
    source = ["-f", "s16le", "-ar", str(RATE), "-ac", "1", "-i", "pipe:0"]
    command = [*FFMPEG, "-v", "error", "-y", *source, "-c:a", "g722", "-bitexact", PATH]
    subprocess.run(command, input=array.array("h", tone).tobytes(), check=True)
    with open(PATH, "r+b") as file:
        file.seek(20)
        file.write(tag.to_bytes(2, "little"))
        file.seek(28)
        file.write((8000).to_bytes(4, "little"))


def heard(*decoder: str) -> float:
    """How loud the tone is in what ffmpeg decodes, beside all else: 1 for the tone alone."""
    command = [*FFMPEG, "-v", "error", *decoder, "-i", PATH, "-f", "s16le", "-"]
    sound = array.array("h", subprocess.run(command, capture_output=True, check=True).stdout)
    wave = sum(cmath.rect(value, 2 * math.pi * 440 * n / RATE) for n, value in enumerate(sound))
    return abs(wave) / math.sqrt(sum(value * value for value in sound) * len(sound) / 2)


print(subprocess.run([FFMPEG[0], "-version"], capture_output=True, text=True, check=True).stdout.splitlines()[0])
found = {}
for tag in (0x028F, 0x0065):
    encoded(tag)
    described = subprocess.run([*FFMPEG, "-i", PATH], capture_output=True, text=True).stderr
    codec = described.split("Audio: ")[1].split()[0]
    found[tag] = codec, heard() > 0.95, heard("-c:a", "g722") > 0.95
    print(f"tag 0x{tag:04X}: taken for {codec}; the tone is {'' if found[tag][1] else 'not '}heard", end="; ")
    print(f"with the decoder named it is {'' if found[tag][2] else 'not '}heard")
expected = {0x028F: ("adpcm_g722", True, True), 0x0065: ("adpcm_g726", False, True)}
sys.exit("this has changed: see above" if found != expected else 0)
PYTHON

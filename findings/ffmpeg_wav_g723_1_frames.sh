#!/usr/bin/env bash
# ffmpeg loses its place in a WAV of G.723.1 whose frames have different lengths.
#
# A frame of G.723.1 holds 240 samples in 24 bytes, 20, or in silence 4 or 1, as the two low bits of its first byte say;
# frames lie one behind the other (RFC 3551 section 4.5.3). ffmpeg reads a WAV in packets that do not end where frames do,
# and its parser (libavcodec/g723_1_parser.c) takes whatever a packet begins with for the beginning of a frame. So
# frames go missing or are invented, and what is heard is noise in between. In frames of one length, packets are multiples
# of it, and nothing is wrong; nor where the same bytes are read without a WAV around them (-f g723_1).
#
# Seen with ffmpeg 9.0.2 of the package imageio-ffmpeg 0.8.1, and once in about 4 KB with ffmpeg 5.1.9 of Debian 12, whose
# packets are longer.
set -euo pipefail

folder="$(mktemp -d)"
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check imageio-ffmpeg==0.8.1
"$folder/venv/bin/python" - <<'PYTHON'
import array
import math
import struct
import subprocess
import sys

import imageio_ffmpeg

FFMPEG = [imageio_ffmpeg.get_ffmpeg_exe(), "-nostdin", "-hide_banner", "-v", "error"]
RATE = 8000
SILENCE_DESCRIBED, SILENCE = bytes([2, 0, 0, 0]), bytes([3])


def spoken(frames: int) -> list[bytes]:
    """Frames of 24 bytes with a tone in them."""
    tone = array.array("h", (round(8000 * math.sin(2 * math.pi * 300 * n / RATE)) for n in range(240 * frames)))
    source = ["-f", "s16le", "-ar", str(RATE), "-ac", "1", "-i", "pipe:0"]
    command = [*FFMPEG, *source, "-c:a", "g723_1", "-b:a", "6300", "-f", "g723_1", "-"]
    data = subprocess.run(command, input=tone.tobytes(), capture_output=True, check=True).stdout
    return [data[start : start + 24] for start in range(0, 24 * frames, 24)]


def samples(form: str, content: bytes) -> int:
    """How many are decoded."""
    command = [*FFMPEG, "-f", form, "-i", "pipe:0", "-f", "s16le", "-"]
    return len(subprocess.run(command, input=content, capture_output=True, check=True).stdout) // 2


def wav(data: bytes) -> bytes:
    words = struct.pack("<4sIHHIIHHH", b"fmt ", 18, 0x42, 1, RATE, 800, 24, 0, 0)
    body = b"WAVE" + words + b"data" + struct.pack("<I", len(data)) + data + bytes(len(data) % 2)
    return b"RIFF" + struct.pack("<I", len(body)) + body


print(subprocess.run([FFMPEG[0], "-version"], capture_output=True, text=True, check=True).stdout.splitlines()[0])
speech = spoken(200)
pauses = [part for frame in speech for part in (frame, SILENCE_DESCRIBED, SILENCE)]
alike = {}
for name, frames in (("of one length", speech), ("with silence", pauses)):
    data = b"".join(frames)
    found = {form: samples(form, content) for form, content in (("g723_1", data), ("wav", wav(data)))}
    alike[name] = [count == 240 * len(frames) for count in found.values()]
    print(f"{len(frames)} frames {name} hold {240 * len(frames)} samples; decoded: {found}")
sys.exit("this has changed: see above" if alike != {"of one length": [True, True], "with silence": [True, False]} else 0)
PYTHON

#!/usr/bin/env bash
# A WAV of G.721 that libsndfile writes is noise in ffmpeg: the two put codes into bytes from opposite ends.
#
# Nothing in the head of a WAV tells in which order codes of 4 bits (tag 0x0040 for G.721, 0x0045 and 0x0064 for G.726) lie
# in a byte. libsndfile puts the first one into the low bits (pack_bytes in src/G72x/g72x.c), as RFC 3551 section 4.5.4 has
# it for RTP. ffmpeg expects it in the high bits (g726_decode_frame in libavcodec/g726.c), as ITU-T I.366.2 has it for
# ATM, and plays noise without a warning. Named before the input, its decoder g726le plays what was written.
#
# Seen with libsndfile 1.2.2 of the package soundfile 0.14.0, ffmpeg 9.0.2 of the package imageio-ffmpeg 0.8.1, and
# ffmpeg 5.1.9 of Debian 12. Audacity writes WAVs by way of libsndfile.
set -euo pipefail

folder="$(mktemp -d)"
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check imageio-ffmpeg==0.8.1 soundfile==0.14.0
"$folder/venv/bin/python" - "$folder" <<'PYTHON'
import subprocess
import sys

import imageio_ffmpeg
import numpy as np
import soundfile

FFMPEG = imageio_ffmpeg.get_ffmpeg_exe()
RATE = 8000
PATH = f"{sys.argv[1]}/noise.wav"
rng = np.random.default_rng(3)
written = np.convolve(rng.normal(0, 0.1, 2 * RATE), np.hanning(9) / 4, "same")


def ratio(heard: np.ndarray) -> float:
    """Signal to noise in dB, after the gain that fits best."""
    heard = heard[: len(written)]
    gain = np.dot(heard, written) / np.dot(heard, heard)
    return float(10 * np.log10(np.sum(written**2) / np.sum((written - gain * heard) ** 2)))


def by_ffmpeg(*decoder: str) -> np.ndarray:
    command = [FFMPEG, "-nostdin", "-v", "error", *decoder, "-i", PATH, "-f", "f32le", "-"]
    return np.frombuffer(subprocess.run(command, capture_output=True, check=True).stdout, "<f4").astype(float)


print(subprocess.run([FFMPEG, "-version"], capture_output=True, text=True, check=True).stdout.splitlines()[0])
print(f"libsndfile {soundfile.__libsndfile_version__}")
soundfile.write(PATH, written, RATE, subtype="G721_32")
found = {
    "libsndfile": ratio(soundfile.read(PATH)[0]),
    "ffmpeg": ratio(by_ffmpeg()),
    "ffmpeg with -c:a g726le": ratio(by_ffmpeg("-c:a", "g726le")),
}
for name, decibels in found.items():
    print(f"decoded by {name}: {decibels:.1f} dB of signal to noise")
as_expected = found["libsndfile"] > 20 and found["ffmpeg"] < 8 and found["ffmpeg with -c:a g726le"] > 10
sys.exit(0 if as_expected else "this has changed: see above")
PYTHON

"""`python -m tests.benchmarks.telephone_speech`: what low bit rates do to the speech of telephones, which has few bits.

The first table has the signal-to-noise ratio of the MP3 against the decoded recording, by the MP3's bit rate; and that
of the recording against what was spoken, which is what its codec has lost already. The second has what LAME's variable
bit rates come to.
"""

import subprocess
import tempfile
from pathlib import Path

import numpy as np
import soundfile  # type: ignore[import-untyped] # it comes without types

from tests.players import by_ffmpeg
from tests.programs import FFMPEG
from tests.sounds import speech
from tests.wavs import Samples

RATE = 8000
SECONDS = 60
CODECS = {"GSM 6.10": "GSM610", "IMA ADPCM": "IMA_ADPCM", "MS ADPCM": "MS_ADPCM", "A-law": "ALAW"}
"""And what libsndfile calls them."""
BIT_RATES = (8, 16, 24, 32, 40, 56, 64)
"""In kb/s."""


def main() -> None:
    """Print the table."""
    spoken = speech(SECONDS * RATE, 1, RATE)
    print("codec        kb/s   codec alone" + "".join(f"{f'{rate} kb/s':>10}" for rate in BIT_RATES))
    with tempfile.TemporaryDirectory(prefix="music-app-speech-") as name:
        for codec, kind in CODECS.items():
            wav, mp3 = Path(name, "speech.wav"), Path(name, "speech.mp3")
            soundfile.write(wav, spoken, RATE, subtype=kind)
            recorded, _ = soundfile.read(wav, always_2d=True)
            heard = [_signal_to_noise(recorded, _encoded(wav, mp3, rate)) for rate in BIT_RATES]
            alone = _signal_to_noise(spoken, recorded)
            kilobits = wav.stat().st_size * 8 / SECONDS / 1000
            print(f"{codec:12} {kilobits:4.1f} {alone:10.1f} dB" + "".join(f"{ratio:7.1f} dB" for ratio in heard))

        print("\nrate     " + "".join(f"{f'V{quality}':>5}" for quality in range(10)) + "  kb/s")
        for rate in (RATE, 2 * RATE):
            soundfile.write(wav, speech(SECONDS * rate, 1, rate), rate)
            sizes = [_encode(wav, mp3, "-q:a", str(quality)) for quality in range(10)]
            print(f"{rate} Hz ".rjust(9) + "".join(f"{8 * size / SECONDS / 1000:5.0f}" for size in sizes))


def _encoded(wav: Path, mp3: Path, rate: int) -> Samples:
    """What is heard of it at this bit rate."""
    _encode(wav, mp3, "-b:a", f"{rate}k")
    return by_ffmpeg(mp3.read_bytes(), 1)[0]


def _encode(wav: Path, mp3: Path, *quality: str) -> int:
    """Bytes of the MP3."""
    command = [FFMPEG, "-nostdin", "-v", "error", "-y", "-i", str(wav), *quality, "-id3v2_version", "0", str(mp3)]
    subprocess.run(command, check=True)
    return mp3.stat().st_size


def _signal_to_noise(original: Samples, heard: Samples) -> float:
    """In dB, after the gain that fits best, over what both have."""
    length = min(len(original), len(heard))
    original, heard = original[:length], heard[:length]
    gain = float(np.sum(original * heard) / np.sum(heard**2))
    return float(10 * np.log10(np.sum(original**2) / np.sum((original - gain * heard) ** 2)))


if __name__ == "__main__":
    main()

"""`python -m tests.benchmarks.joint_stereo`: what plain stereo costs against joint stereo at the same bit rate.

`lameenc` encodes constant bit rates above 128 kb/s in plain stereo; ffmpeg has LAME choose for every frame. The table
has which of them does what, and by how many dB ffmpeg's signal-to-noise ratio is the better one. Both are decoded by
ffmpeg, exactly aligned by their Info frames.
"""

import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np

from adapters.lame.encoder import new_encoder
from adapters.lame.frames import FrameLayout
from adapters.lame.info import InfoFrame
from adapters.lame.stream import FrameStream
from domain.output.format import Mp3Format, Mp3Quality
from tests.programs import FFMPEG
from tests.sounds import music, noise, speech
from tests.wavs import Samples

RATES = {44100: ["64", "96", "128", "160", "192", "224", "256", "320"], 22050: ["64", "128", "160"]}
VARIABLE = ["V0", "V2", "V4", "V6", "V9"]
SECONDS = 5
AUDIBLE_DB = 0.5
_MODES = ("stereo", "joint", "dual", "mono")


def near_mono_music(samples: int, rate: int) -> Samples:
    """The same in both channels, but for a thirtieth of it."""
    return music(samples, 1, rate, 1) + music(samples, 2, rate, 2) / 30


def near_mono_speech(samples: int, rate: int) -> Samples:
    """A voice in the middle, and each microphone's own noise."""
    return speech(samples, 2, rate, 1) + noise(samples, 2, rate, 2) / 300


def mixed_music(samples: int, rate: int) -> Samples:
    """Instruments from left to right."""
    return music(samples, 2, rate, 1)


def wide_music(samples: int, rate: int) -> Samples:
    """Two channels that have nothing to do with each other."""
    return np.concatenate([music(samples, 1, rate, 1), music(samples, 1, rate, 2)], axis=1)


SIGNALS: dict[str, Callable[[int, int], Samples]] = {
    "mixed music": mixed_music,
    "near-mono music": near_mono_music,
    "wide music": wide_music,
    "near-mono speech": near_mono_speech,
}


def main() -> None:
    """Print the table."""
    print("rate    quality  lameenc       ffmpeg        " + "".join(f"{name:>20}" for name in SIGNALS))
    with tempfile.TemporaryDirectory(prefix="music-app-stereo-") as folder:
        for rate, constant in RATES.items():
            for quality in [*constant, *VARIABLE]:
                _print_line(Path(folder), rate, quality)
    print(f"\ndB by which ffmpeg's joint stereo is nearer to the original (our dB in brackets); {SECONDS} s each")
    print(f"*: plain stereo, and more than {AUDIBLE_DB} dB worse")


def _print_line(folder: Path, rate: int, quality: str) -> None:
    """One quality's losses with every signal."""
    form = Mp3Format(rate, 2, Mp3Quality.parse(quality))
    modes, cells = ("", ""), ""
    for signal in SIGNALS.values():
        samples = np.rint(np.clip(signal(SECONDS * rate, rate), -1, 1) * 32767).astype("<i2")
        mp3s = _by_lameenc(form, samples.tobytes()), _by_ffmpeg(folder, form, samples.tobytes())
        ours, theirs = (_signal_to_noise(samples / 32768, _decoded(folder, mp3)) for mp3 in mp3s)
        modes = _modes(form, mp3s[0]), _modes(form, mp3s[1])
        mark = "*" if modes[0].startswith("stereo") and theirs - ours > AUDIBLE_DB else " "
        cells += f"{theirs - ours:+10.2f}{mark} ({ours:5.1f})"
    print(f"{rate:5d}   {quality:7}  {modes[0]:12}  {modes[1]:12}  {cells}", flush=True)


def _by_lameenc(form: Mp3Format, samples: bytes) -> bytes:
    encoder, info = new_encoder(form), InfoFrame(form, form.sample_rate)
    frames = bytearray(encoder.encode(samples)) + encoder.flush()
    stream = FrameStream(FrameLayout(form), 0)
    stream.push(frames)
    info.count(frames, stream.sizes(0, stream.end))
    return bytes(info.frame(len(samples) // 4) + frames)


def _by_ffmpeg(folder: Path, form: Mp3Format, samples: bytes) -> bytes:
    path = folder / "ffmpeg.mp3"
    quality = str(form.quality)
    wanted = ["-q:a", quality[1:]] if quality.startswith("V") else ["-b:a", f"{quality}k"]
    source = ["-f", "s16le", "-ar", str(form.sample_rate), "-ac", "2", "-i", "pipe:0"]
    command = [FFMPEG, "-nostdin", "-v", "error", "-y", *source, *wanted, "-id3v2_version", "0", str(path)]
    subprocess.run(command, input=samples, check=True)
    return path.read_bytes()


def _decoded(folder: Path, mp3: bytes) -> Samples:
    path = folder / "decoded.mp3"
    path.write_bytes(mp3)
    command = [FFMPEG, "-nostdin", "-v", "error", "-i", str(path), "-f", "f32le", "pipe:1"]
    done = subprocess.run(command, capture_output=True, check=True)
    return np.frombuffer(done.stdout, "<f4").astype(np.float64).reshape(-1, 2)


def _signal_to_noise(original: Samples, heard: Samples) -> float:
    """In dB, after the gain that fits best: at some bit rates LAME takes a little off."""
    gain = float(np.sum(original * heard) / np.sum(heard**2))
    return float(10 * np.log10(np.sum(original**2) / np.sum((original - gain * heard) ** 2)))


def _modes(form: Mp3Format, mp3: bytes) -> str:
    """The most frequent mode of the headers behind the Info frame, and how often mid and side are coded."""
    stream = FrameStream(FrameLayout(form), 0)
    stream.push(mp3)
    fourth = [mp3[stream.frame(number).start + 3] for number in range(1, stream.end)]
    names = [_MODES[byte >> 6] for byte in fourth]
    middle = sum(byte >> 6 == 1 and bool(byte & 0x20) for byte in fourth)
    return f"{max(names, key=names.count)} {100 * middle // len(fourth)}%"


if __name__ == "__main__":
    main()

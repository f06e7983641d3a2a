"""Comparing what two programs decoded: same rate, same channels, same sound."""

import struct
import subprocess
from dataclasses import dataclass
from pathlib import Path

import miniaudio
import numpy as np
from numpy.typing import NDArray

from domain.output.downmix import downmix_matrix
from domain.recording.format import SampleEncoding, WavFormat
from tests.libsndfile import of_the_package
from tests.programs import FFMPEG

DECODE_SECONDS = 120
COMPARED_BYTES = 64 << 20
"""Of a decoding this much (as 64-bit floats) is compared; the rest is only counted."""
LARGEST_SHIFT = 1152
_BAND = 0.7
"""Of the spectrum this part is compared: what lies above, encoders leave out."""
_QUIET = 1e-3
_SHORTEST = 1000
"""Samples below which an MP3 is too coarse for a comparison."""

Samples = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Sound:
    """Decoded samples, one column per channel; `length` counts all of them, `values` holds the first."""

    rate: int
    length: int
    values: Samples


@dataclass(frozen=True, slots=True)
class Likeness:
    """How alike two sounds are: correlation from -1 to 1, gain, shift in samples, each the worst of the channels."""

    correlation: float
    gain: float
    shift: int


def by_ffmpeg(path: Path) -> Sound | None:
    """What ffmpeg decodes, an Info frame's delay and padding taken off; None if nothing."""
    command = [FFMPEG, "-nostdin", "-v", "error", "-i", f"file:{path}", "-map", "0:a:0"]
    return _decoded([*command, "-c:a", "pcm_f64be", "-f", "au", "-"])


def by_sox(path: Path) -> Sound | None:
    """What sox decodes, told that the file is a WAV; None if nothing."""
    with path.open("rb") as file:
        kind = "w64" if file.read(4) == b"riff" else "wav"
    return _decoded(["sox", "-V0", "-D", "-t", kind, str(path), "-t", "au", "-e", "float", "-b", "64", "-"])


def by_libsndfile(path: Path) -> Sound | None:
    """What libsndfile reads; None if nothing. For files that it is known to survive."""
    kept, length, rate = [], 0, 0
    for rate, block in of_the_package().blocks(path):  # noqa: B007 - it is the same for all
        if length * block.shape[1] * 8 < COMPARED_BYTES:
            kept.append(block.astype(np.float64))
        length += len(block)
    return Sound(rate, length, np.concatenate(kept)) if kept else None


def by_miniaudio(path: Path) -> Sound | None:
    """What miniaudio reads; None if nothing."""
    try:
        found = miniaudio.wav_read_file_f32(str(path))
    except miniaudio.DecodeError:
        return None
    values = np.array(found.samples, np.float64).reshape(-1, found.nchannels)
    return Sound(found.sample_rate, len(values), values) if len(values) else None


DECODERS = {"ffmpeg": by_ffmpeg, "sox": by_sox, "libsndfile": by_libsndfile, "miniaudio": by_miniaudio}


def _decoded(command: list[str]) -> Sound | None:
    """Run a program that writes Sun AU of 64-bit floats."""
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as child:
        assert child.stdout is not None
        try:
            return _read_au(child)
        finally:
            child.stdout.close()
            child.wait(DECODE_SECONDS)


def _read_au(child: "subprocess.Popen[bytes]") -> Sound | None:
    assert child.stdout is not None
    head = child.stdout.read(24)
    if len(head) < 24:
        return None
    start, _, _, rate, channels = struct.unpack(">5I", head[4:])
    child.stdout.read(start - 24)
    kept = child.stdout.read(COMPARED_BYTES // (8 * channels) * 8 * channels)
    count = len(kept)
    while block := child.stdout.read(1 << 20):
        count += len(block)
    whole = len(kept) // (8 * channels)
    values = np.frombuffer(kept, ">f8", whole * channels).reshape(whole, channels).astype(np.float64)
    return Sound(rate, count // (8 * channels), values) if count else None


def mixed_down(sound: Sound, mask: int) -> Sound:
    """As the service is to mix down, and made safe: no NaN, nothing beyond full scale after the mix."""
    channels = sound.values.shape[1]
    source = WavFormat(SampleEncoding.FLOAT_64, channels, mask, sound.rate, 8 * channels)
    matrix = np.array(downmix_matrix(source))
    mixed = np.nan_to_num(sound.values, nan=0.0) @ matrix.T
    return Sound(sound.rate, sound.length, np.clip(mixed, -1, 1))


def likeness(original: Sound, copy: Sound) -> Likeness | None:
    """None where there is nothing to compare: too short, or both are silent."""
    if original.values.shape[1] != copy.values.shape[1]:
        return Likeness(0, 0, 0)
    found = [
        _channel_likeness(_resampled(original.values[:, i], original.rate, copy.rate), copy.values[:, i])
        for i in range(copy.values.shape[1])
    ]
    compared = [channel for channel in found if channel]
    return min(compared, key=lambda channel: channel.correlation) if compared else None


def _resampled(values: Samples, rate: int, wanted: int) -> Samples:
    """By its spectrum, cut or continued with zeros."""
    if rate == wanted or not len(values):
        return values
    count = round(len(values) * wanted / rate)
    spectrum = np.fft.rfft(values)
    fitted = np.zeros(count // 2 + 1, np.complex128)
    common = min(len(spectrum), len(fitted))
    fitted[:common] = spectrum[:common]
    return np.fft.irfft(fitted, count) * (wanted / rate)


def _channel_likeness(original: Samples, copy: Samples) -> Likeness | None:
    count = min(len(original), len(copy))
    if count < _SHORTEST:
        return None
    one, two = _spectrum(original[:count]), _spectrum(copy[:count])
    size = 2 * (len(one) - 1)
    energies = np.sum(np.fft.irfft(one, size) ** 2), np.sum(np.fft.irfft(two, size) ** 2)
    if max(energies) < count * _QUIET**2:
        return None
    if min(energies) == 0:
        return Likeness(0, 0, 0)
    products = np.fft.irfft(one.conj() * two, size)
    shifts = np.array(sorted(range(-LARGEST_SHIFT, LARGEST_SHIFT + 1), key=abs))
    around = products[shifts]
    # Of a periodic sound many shifts are about as good; the smallest is meant.
    best = int(np.argmax(around >= 0.999 * around.max()))
    return Likeness(
        float(around[best] / np.sqrt(energies[0] * energies[1])), float(around[best] / energies[0]), int(shifts[best])
    )


def _spectrum(values: Samples) -> NDArray[np.complex128]:
    """Of the values followed by silence, without the highest frequencies."""
    size = 1 << (len(values) + 2 * LARGEST_SHIFT).bit_length()
    spectrum = np.fft.rfft(values, size)
    spectrum[int(_BAND * len(spectrum)) :] = 0
    return spectrum

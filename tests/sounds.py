"""Sounds that encoders work on: shape (samples, channels), full scale 1, the same for the same seed."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from tests.wavs import Samples

Sound = Callable[[int, int, int, int], Samples]
"""From samples per channel, channels, rate in Hz and seed."""


def music(samples: int, channels: int, rate: int, seed: int = 0) -> Samples:
    """Struck chords with harmonics and beats of a drum, panned, in a room with some noise."""
    rng = np.random.default_rng(seed)
    sound = rng.normal(0, 0.003, (samples, channels))
    for start in range(0, samples, rate // 4):
        at = np.arange(min(samples - start, rate // 2))[:, None] / rate
        for _ in range(3):
            pitch, pan = 55 * 2 ** (rng.integers(0, 48) / 12), rng.uniform(0.3, 1, channels)
            harmonics = [n for n in range(1, 9) if n * pitch < 0.45 * rate]
            wave = _chord(np.exp(2j * np.pi * pitch * at), [rng.uniform(0, 6, channels) for _ in harmonics])
            sound[start : start + rate // 2] += 0.05 * pan * wave * np.exp(-8 * at)
        sound[start : start + rate // 2] += rng.normal(0, 0.1, (len(at), 1)) * np.exp(-40 * at)
    return np.clip(sound, -1, 1)


def _chord(turning: NDArray[np.complex128], phases: list[Samples]) -> Samples:
    """Harmonics of a tone, each weaker than the one before: its powers, since sines would take three times as long."""
    wave, power = np.zeros((len(turning), len(phases[0]))), np.ones_like(turning)
    for number, phase in enumerate(phases, 1):
        power = power * turning
        wave += (power.imag * np.cos(phase) + power.real * np.sin(phase)) / number
    return wave


def speech(samples: int, channels: int, rate: int, seed: int = 0) -> Samples:
    """Syllables of a pulsed voice through two resonances, hisses, and pauses; the same in all channels."""
    rng = np.random.default_rng(seed)
    sound = rng.normal(0, 0.0005, samples)
    start = 0
    while start < samples:
        count = min(samples - start, int(rate * rng.uniform(0.08, 0.35)))
        at = np.arange(count) / rate
        kind = rng.choice(["voice", "voice", "voice", "hiss", "pause"])
        if kind == "voice":
            phase = 2 * np.pi * np.cumsum(rng.uniform(90, 220) * (1 + 0.1 * np.sin(5 * at))) / rate
            formants = rng.uniform(300, 900), rng.uniform(1000, 3000)
            voice = sum(np.sin(phase) * np.exp(6 * (np.cos(phase) - 1)) * np.cos(2 * np.pi * f * at) for f in formants)
            sound[start : start + count] += 0.2 * np.hanning(count) * voice
        elif kind == "hiss":
            sound[start : start + count] += np.hanning(count) * np.diff(rng.normal(0, 0.05, count + 1))
        start += count
    return np.repeat(np.clip(sound, -1, 1)[:, None], channels, axis=1)


def noise(samples: int, channels: int, rate: int, seed: int = 0) -> Samples:
    """White, and different in every channel."""
    white: Samples = np.clip(np.random.default_rng(seed).normal(0, 0.1, (samples, channels)), -1, 1)
    return white


def silence(samples: int, channels: int, rate: int, seed: int = 0) -> Samples:
    """Nothing."""
    return np.zeros((samples, channels))


def clicks(samples: int, channels: int, rate: int, seed: int = 0) -> Samples:
    """Single samples in silence, at odd distances."""
    rng = np.random.default_rng(seed)
    sound = np.zeros((samples, channels))
    places = np.cumsum(rng.integers(rate // 20, rate // 2, 40 * samples // rate + 1))
    sound[places[places < samples]] = 0.9
    return sound


def square(samples: int, channels: int, rate: int, seed: int = 0) -> Samples:
    """A square wave whose pitch is off the grid of samples."""
    pitch = np.random.default_rng(seed).uniform(100, 400)
    wave = 0.6 * np.sign(np.sin(2 * np.pi * pitch * np.arange(samples) / rate + 0.1))
    return np.repeat(wave[:, None], channels, axis=1)


def sweep(samples: int, channels: int, rate: int, seed: int = 0) -> Samples:
    """A sine from 20 Hz to 0.45 of the rate, in octaves, over and over every seven seconds."""
    at = np.arange(samples) / rate % 7
    octaves = np.log2(0.45 * rate / 20) / 7
    wave = 0.5 * np.sin(2 * np.pi * 20 * (2 ** (octaves * at) - 1) / (octaves * np.log(2)))
    return np.repeat(wave[:, None], channels, axis=1)


def alternating(samples: int, channels: int, rate: int, seed: int = 0) -> Samples:
    """Loud noise and silence in turns of some seconds: the bit rate goes from one end to the other."""
    rng = np.random.default_rng(seed)
    seconds = -(-samples // rate)
    gates = np.repeat(np.cumsum(rng.integers(0, 2, 2 * seconds)) % 2, -(-rate // 2))[:samples, None]
    gated: Samples = noise(samples, channels, rate, seed) * gates
    return gated


SOUNDS: dict[str, Sound] = {
    "music": music,
    "speech": speech,
    "noise": noise,
    "silence": silence,
    "clicks": clicks,
    "square": square,
    "sweep": sweep,
    "alternating": alternating,
}

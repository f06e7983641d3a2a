"""Measuring in turns, so that whatever else the machine does hurts all alike."""

import subprocess
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeVar

from tests.programs import FFMPEG, on_path

Key = TypeVar("Key")

TYPED_FFMPEG = on_path("ffmpeg") or FFMPEG
"""The one that runs where somebody types its name; the package's starts faster, but nobody types that."""


def best_times(rounds: int, actions: Mapping[Key, Callable[[], object]]) -> dict[Key, float]:
    """The seconds of each action's fastest round; in every round each has its turn."""
    times: dict[Key, list[float]] = {key: [] for key in actions}
    for _ in range(rounds):
        for key, action in actions.items():
            times[key].append(_seconds(action))
    return {key: min(measured) for key, measured in times.items()}


def run_ffmpeg(wav: Path) -> None:
    """What everybody would type, at the bit rate that the service has by default."""
    mp3 = wav.with_suffix(".mp3")
    command = [TYPED_FFMPEG, "-nostdin", "-v", "error", "-y", "-i", str(wav), "-b:a", "128k", str(mp3)]
    subprocess.run(command, check=True)


def _seconds(action: Callable[[], object]) -> float:
    began = time.perf_counter()
    action()
    return time.perf_counter() - began

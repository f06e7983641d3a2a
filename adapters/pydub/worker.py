"""The process in which pydub runs: whatever it holds or starts ends with its process group.

Reads a JSON object as its only argument: `decode` (a command that turns standard input into 32-bit samples on
standard output), `channels`, `sample_rate` in Hz, `converter` (the ffmpeg for pydub), `parameters` (for that ffmpeg),
`output` (a file descriptor). Without an argument it only imports pydub. Imports nothing of the service.
"""

import ctypes
import json
import os
import signal
import subprocess
import sys
import warnings
from pathlib import Path
from typing import Any

_PR_SET_PDEATHSIG = 1


def main(arguments: list[str]) -> None:
    _end_together()
    with warnings.catch_warnings():
        # pydub warns on import when no ffmpeg is on PATH (it gets ours) and for its own regular expressions.
        warnings.simplefilter("ignore")
        from pydub import AudioSegment
    if arguments:
        _convert(AudioSegment, json.loads(arguments[0]))


def _end_together() -> None:
    """When the service dies or somebody sends TERM, take the ffmpeg that pydub started along."""
    signal.signal(signal.SIGTERM, lambda *_: os.killpg(0, signal.SIGKILL))
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


def _convert(segments: Any, order: dict[str, Any]) -> None:
    decoded = subprocess.run(order["decode"], stdout=subprocess.PIPE, check=False)
    if decoded.returncode < 0:
        signal.raise_signal(signal.Signals(-decoded.returncode))  # end as it did, so that it is seen to be no refusal
    if decoded.returncode != 0:
        # Its messages are ours already; a shell's codes for a program that does not start are passed on.
        sys.exit(max(1, decoded.returncode))
    segments.converter = order["converter"]
    segment = segments(data=decoded.stdout, sample_width=4, frame_rate=order["sample_rate"], channels=order["channels"])
    with Path(f"/dev/fd/{order['output']}").open("wb") as output:
        segment.export(output, format="mp3", parameters=order["parameters"])


if __name__ == "__main__":
    main(sys.argv[1:])

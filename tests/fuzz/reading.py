"""What the WAV reader makes of a mutant, and what that costs."""

import time
import tracemalloc
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from hashlib import sha256
from random import Random

from domain.errors import RecordingError
from domain.recording.reader import WavReader
from tests.fuzz.mutants import Mutant
from tests.wavs import wav

MOST_SECONDS = 0.002
"""Of CPU time, beyond what a plain recording of the same size takes."""
MOST_BYTES = 1 << 20
"""Of memory, beyond the file."""
PUSH_BYTES = 64 << 10
"""What an upload's body brings at once, at most."""
_ROUNDS = 40
"""At most, of one that seems slow: others have a share of the machine."""
_PAUSE_SECONDS = 0.05
"""Between them, so that what others do for a second is not in all of them."""
_STEP = 16 << 10
READ = "read"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the reader said: the error's class and text, or all that it found, as one digest."""

    verdict: str
    said: str


def outcome(file: bytes, pushes: Iterator[int]) -> Outcome:
    """Read a file in pushes of these sizes. Whatever is no error of a recording comes out."""
    reader, samples, at = WavReader(certain_bytes=len(file)), sha256(), 0
    try:
        while at < len(file):
            size = next(pushes)
            _run(reader.push_in_steps(file[at : at + size]))
            samples.update(reader.take())
            at += size
        _run(reader.finish_in_steps())
        samples.update(reader.take())
    except RecordingError as error:
        return Outcome(type(error).__name__, str(error))
    found = (reader.format, reader.samples, reader.with_padding, reader.repairs, reader.tags, reader.passport)
    return Outcome(READ, f"{samples.hexdigest()} {found} {reader.markers}")


def _run(steps: Iterator[None]) -> None:
    for _ in steps:
        pass


def whole_pushes() -> Iterator[int]:
    """As many as are wanted of the size in which uploads come."""
    while True:
        yield PUSH_BYTES


def uneven_pushes(random: Random) -> Iterator[int]:
    """From one byte on, as a client sends them that has little at a time."""
    while True:
        yield random.choice((1, 2, 7, 100, 1000, 5000))


def seconds(file: bytes) -> float:
    """CPU time of reading the file."""
    reader, began = WavReader(certain_bytes=len(file)), time.thread_time()
    try:
        for at in range(0, len(file), PUSH_BYTES):
            _run(reader.push_in_steps(file[at : at + PUSH_BYTES]))
            reader.take()
        _run(reader.finish_in_steps())
    except RecordingError:
        pass
    return time.thread_time() - began


@cache
def plain_seconds(steps: int) -> float:
    """CPU time of reading a plain recording of so many times 16 KiB."""
    file = wav(Random(steps).randbytes(steps * _STEP - 44))
    return min(seconds(file) for _ in range(_ROUNDS))


def slowness(file: bytes) -> float:
    """CPU time beyond that of a plain recording of this size: the best of some rounds, where the first is too much."""
    plain = plain_seconds(1 + len(file) // _STEP)
    best = seconds(file) - plain
    for _ in range(_ROUNDS):
        if best <= MOST_SECONDS:
            break
        time.sleep(_PAUSE_SECONDS)
        best = min(best, seconds(file) - plain)
    return best


def most_held(file: bytes) -> int:
    """The most bytes that there are at any moment of reading, beyond the file's own."""
    tracemalloc.start()
    try:
        outcome(file, whole_pushes())
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@dataclass
class Readings:
    """What was found out about all mutants."""

    verdicts: Counter[str] = field(default_factory=Counter)
    slowest: tuple[float, str] = (0.0, "none")
    largest: tuple[int, str] = (0, "none")
    faults: list[str] = field(default_factory=list)

    def add(self, mutant: Mutant, slowness: Callable[[bytes], float] = slowness) -> None:
        """Read one more."""
        try:
            found = outcome(mutant.file, whole_pushes())
            again = outcome(mutant.file, uneven_pushes(Random(mutant.number)))
        except Exception as error:  # noqa: BLE001 - that there is any is what is looked for
            self.verdicts["fault"] += 1
            self.faults.append(f"{mutant}: raised {error!r}")
            return
        self.verdicts[found.verdict] += 1
        if found != again:
            self.faults.append(f"{mutant}: {found} at once, {again} in pieces")
        self._weigh(mutant, slowness(mutant.file), most_held(mutant.file))

    def _weigh(self, mutant: Mutant, spent: float, held: int) -> None:
        self.slowest = max(self.slowest, (spent, str(mutant)))
        self.largest = max(self.largest, (held, str(mutant)))
        if spent > MOST_SECONDS:
            self.faults.append(f"{mutant}: took {spent * 1000:.2f} ms beyond a plain recording")
        if held > MOST_BYTES:
            self.faults.append(f"{mutant}: held {held} bytes")

    def lines(self) -> Sequence[str]:
        """The report."""
        return [
            *(f"{count:7} {verdict}" for verdict, count in self.verdicts.most_common()),
            f"slowest: {self.slowest[0] * 1000:.2f} ms beyond a plain recording: {self.slowest[1]}",
            f"largest: {self.largest[0] / 1024:.0f} KiB beyond the file: {self.largest[1]}",
            *self.faults,
        ]

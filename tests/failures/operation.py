"""What every operation that is tried has in common."""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.failures.faults import Fault
from tests.failures.strace import Seen, Watch, seen

TRACES = ("Traceback (most recent call last)", "Exception ignored in", '"exception":', "unexpected error")
"""What shows that nobody foresaw an error."""


@dataclass
class Book:
    """What was found wrong, each with what was made to fail: `now`."""

    violations: list[str] = field(default_factory=list)
    now: str = ""

    def require(self, holds: bool, otherwise: str) -> None:
        """Write `otherwise` down unless it holds."""
        if not holds:
            self.violations.append(f"{self.now}: {otherwise}")
            print(f"VIOLATION: {self.violations[-1]}", flush=True)

    def require_no_trace(self, said: str) -> None:
        """Nothing unforeseen is in what a program said."""
        self.require(not any(trace in said for trace in TRACES), f"it said\n{said}")


class Operation(ABC):
    """Something that the service or a command of it does, again and again, in a folder of its own."""

    name: str

    def __init__(self, folder: Path, book: Book) -> None:
        self.folder = folder
        self.book = book
        self._logs = 0

    @abstractmethod
    def opened(self) -> AbstractContextManager[None]:
        """What is there for all attempts; nothing is left of it in the end."""

    @property
    @abstractmethod
    def watches(self) -> Sequence[Watch]:
        """Which calls of which processes are made to fail; known once it is opened."""

    @property
    def sample(self) -> Sequence[Watch]:
        """Those of the watches that the short form tries; by default the first."""
        return self.watches[:1]

    @abstractmethod
    def attempt(self, watch: Watch, fault: Fault | None) -> Seen:
        """Do it, with the fault; see that all is as it must be; do it again, which must succeed."""

    @contextmanager
    def log(self, watch: Watch) -> Iterator[tuple[Path, Seen]]:
        """A new log for strace; what is in it afterwards."""
        self._logs += 1
        log, found = self.folder / f"strace-{self._logs}", Seen()
        try:
            yield log, found
            read = seen(watch, log)
            found.numbers, found.injected, found.killed = read.numbers, read.injected, read.killed
        finally:
            log.unlink(missing_ok=True)

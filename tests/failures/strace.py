"""Running programs under strace, which makes calls to the system fail, and reading what it saw.

It counts in each thread and for each call by itself: that is what `Fault.number` counts.
"""

import os
import re
import shutil
import signal
import subprocess
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from tests.failures.faults import KILL, Fault, known, name_of
from tests.processes import living
from tests.waiting import wait_until

_SECONDS = 20
ALONE = ("-b", "execve")
QUICK = ("--seccomp-bpf",)
"""No halt at calls that are not watched: neither with `ALONE`, nor with signals, nor in processes that run already."""
_CALL = re.compile(r"^(\d+) +(\w+)\((.*)$")
_REFUSED = re.compile(r"ptrace\(\w+, (\d+)\): ")
_RESUMED = re.compile(r"^(\d+) +<\.\.\. \w+ resumed>")
_INJECTED = "(INJECTED)"
_KILLED = ("+++ killed by SIGKILL +++", "= ?")
"""The end of the line of a call in which the process was ended, or of the line that says so."""


@dataclass(frozen=True)
class Watch:
    """The calls of a process that are looked at.

    Those with another name than one of `names` are left alone. So are, if there are `paths`, those that go to none of
    them; what has no name yet goes by what its line in the log holds: `ours`. Of the numbers of one name at most `most`
    are tried, evenly.
    """

    process: str
    names: tuple[str, ...]
    paths: tuple[Path, ...] = ()
    ours: str = ""
    most: int = 20


@dataclass
class Seen:
    """What strace saw: at which numbers there are calls that are ours, by name; and what it did to them."""

    numbers: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))
    injected: bool = False
    killed: bool = False


def options(watch: Watch, log: Path, fault: Fault | None) -> list[str]:
    """The arguments of strace but for the program or the processes: threads and children are followed."""
    names = watch.names if fault is None else (fault.name,)
    only = [f"--trace-path={path}" for path in watch.paths]
    inject = [] if fault is None else ["-e", fault.expression]
    return [
        *("-f", "-q", "-s", "0", "-o", str(log), "-e", f"signal={KILL}", "-e", f"trace={known(names)}"),
        *inject,
        *only,
    ]


def prefix(watch: Watch, log: Path, fault: Fault | None, *, alone: bool = False) -> list[str]:
    """What comes before a command to run it so, `alone` without the programs that it starts; it stays our child."""
    quick = () if fault is not None and fault.error == KILL else QUICK
    return ["strace", "-D", *(ALONE if alone else quick), *options(watch, log, fault)]


@contextmanager
def attached(processes: Iterable[int], watch: Watch, log: Path, fault: Fault | None) -> Iterator[None]:
    """Meanwhile these processes run so, with what they start but for other programs."""
    wanted = set(processes)
    command = ["strace", *ALONE, *options(watch, log, fault), *(f"--attach={process}" for process in wanted)]
    tracer = subprocess.Popen(command, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    try:
        wait_until(lambda: tracer.poll() is not None or all(map(_is_traced, wanted)))
        yield
    finally:
        tracer.send_signal(signal.SIGINT)
        try:
            _, said = tracer.communicate(timeout=_SECONDS)
        except subprocess.TimeoutExpired:
            tracer.kill()
            _, said = tracer.communicate()
        assert not living({int(process) for process in _REFUSED.findall(said)}), said


def seen(watch: Watch, log: Path) -> Seen:
    """What is in the log of strace."""
    found, counted, is_ours = Seen(), Counter[tuple[str, str]](), dict[str, bool]()
    for line in log.read_text("utf-8", "replace").splitlines() if log.exists() else ():
        found.killed |= line.endswith(_KILLED)
        if match := _CALL.match(line):
            thread, call, rest = match.groups()
            counted[thread, call] += 1
            is_ours[thread] = watch.ours in rest
            if is_ours[thread]:
                found.numbers[name_of(call)].add(counted[thread, call])
        elif match := _RESUMED.match(line):
            thread = match[1]
        found.injected |= bool(match) and line.endswith(_INJECTED) and is_ours.get(thread, False)
    return found


def ended(log: Path, process: int) -> bool:
    """Whether strace has told the end of this process, after which it says nothing more of it."""
    with suppress(FileNotFoundError):
        return bool(re.search(rf"^{process} +\+\+\+ (killed|exited) ", log.read_text("utf-8", "replace"), re.MULTILINE))
    return False


def why_not() -> str:
    """Why the calls of a running process cannot be made to fail here; empty where they can."""
    if not shutil.which("strace"):
        return "there is no strace; on Debian: apt-get install strace"
    with subprocess.Popen(["cat"], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as cat:
        try:
            with attached([cat.pid], Watch("cat", ("write",)), Path(os.devnull), Fault("write", "EIO", 1)):
                cat.communicate(b"to be written", timeout=_SECONDS)
        except AssertionError as error:
            return f"strace may not change what another process does here: {error}"
    return "" if cat.returncode else "strace changes nothing here"


def _is_traced(process: int) -> bool:
    """Whether all its threads are, or it has ended."""
    try:
        threads = list(Path(f"/proc/{process}/task").iterdir())
        return all("\nTracerPid:\t0\n" not in (thread / "status").read_text() for thread in threads)
    except (FileNotFoundError, ProcessLookupError):
        return True

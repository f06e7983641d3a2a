"""`python -m tests.failures [options]`: is anything lost, half-done or left when the n-th call to the system fails?

Each operation is done again and again: each time another one of its calls fails with ENOSPC, with EIO, or kills the
process, until all have. Exit code 1 where something that was acknowledged is not there with the same bytes, something
is half-done or left behind, a trace is printed, or the next try fails.
"""

import argparse
import signal
import sys
import tempfile
import time
import traceback
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from threading import Event

from tests.failures.commands import Backup, Migration, Restore
from tests.failures.downloads import Download
from tests.failures.first_start import FirstStart
from tests.failures.operation import Book, Operation
from tests.failures.strace import why_not
from tests.failures.trial import Report, Trial
from tests.failures.uploads import Upload, UploadByFfmpeg
from tests.temporary import use_memory_if_plenty

MOST = 1000
"""Of the numbers of one row; a `Watch` may have fewer."""
AT_ONCE = 2
"""Operations that are tried beside one another; each waits for the disk, for programs and for itself a lot."""
OPERATIONS: dict[str, Callable[[Path, Book], Operation]] = {
    "first-start": FirstStart,
    "restore": Restore,
    "backup": Backup,
    "migration": Migration,
    "download": Download,
    "upload": partial(Upload, first="credentials"),
    "upload-file-first": partial(Upload, first="file"),
    "upload-by-ffmpeg": UploadByFfmpeg,
}
"""The longest first."""


def main(arguments: list[str]) -> int:
    """Try everything, and print what came of it; 1 if something is wrong."""
    parser = argparse.ArgumentParser(prog="python -m tests.failures")
    parser.add_argument("operations", nargs="*", metavar="OPERATION", help=f"all, or some of {', '.join(OPERATIONS)}")
    parser.add_argument("--most", type=int, default=MOST, help="numbers of each row")
    parser.add_argument("--points", type=int, help="of each operation for each error, in place of all rows")
    options = parser.parse_args(arguments)
    if problem := why_not():
        print(problem, file=sys.stderr)
        return 1
    use_memory_if_plenty()
    began = time.monotonic()
    found = _try_all(options.operations or list(OPERATIONS), options.most, options.points)
    report, violations = Report(), [violation for book, _ in found for violation in book.violations]
    for _, part in found:
        report.add(part)
    print("\n".join(report.lines()))
    print(f"{len(violations)} violations, {time.monotonic() - began:.0f} s", flush=True)
    return 1 if violations else 0


def _try_all(names: list[str], most: int, points: int | None) -> list[tuple[Book, Report]]:
    ended = Event()

    def tried(name: str) -> tuple[Book, Report]:
        book, report = Book(), Report()
        with tempfile.TemporaryDirectory(prefix="music-app-failures-") as folder:
            trial = Trial(OPERATIONS[name](Path(folder), book), report, ended)
            try:
                trial.whole(most) if points is None else trial.short(points)
            except Exception:  # noqa: BLE001 - whatever it is, it is told, and the other operations are tried
                book.require(False, f"nothing more was tried:\n{traceback.format_exc()}")
        return book, report

    with ThreadPoolExecutor(AT_ONCE) as threads:
        try:
            return list(threads.map(tried, names))
        finally:
            ended.set()  # after Ctrl-C, too: what is under way ends, and leaves nothing


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # it ends as by Ctrl-C, and leaves nothing
    sys.exit(main(sys.argv[1:]))

"""`python -m tests.failures [options]`: is anything lost, half-done or left when the n-th call to the system fails?

Each operation is done again and again: each time another one of its calls fails with ENOSPC, with EIO, or kills the
process, until all have. Exit code 1 where something that was acknowledged is not there with the same bytes, something
is half-done or left behind, a trace is printed, or the next try fails.
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from tests.failures.commands import Backup, Migration, Restore
from tests.failures.downloads import Download
from tests.failures.first_start import FirstStart
from tests.failures.operation import Book, Operation
from tests.failures.strace import why_not
from tests.failures.trial import Report, Trial
from tests.failures.uploads import Upload, UploadByFfmpeg
from tests.temporary import use_memory_if_plenty

MOST = 40
"""Of the calls of one row, evenly, where there are more."""
OPERATIONS: dict[str, Callable[[Path, Book], Operation]] = {
    "upload": partial(Upload, first="credentials"),
    "upload-file-first": partial(Upload, first="file"),
    "upload-by-ffmpeg": UploadByFfmpeg,
    "download": Download,
    "backup": Backup,
    "restore": Restore,
    "migration": Migration,
    "first-start": FirstStart,
}


def main(arguments: list[str]) -> int:
    """Try everything, and print what came of it; 1 if something is wrong."""
    parser = argparse.ArgumentParser(prog="python -m tests.failures")
    parser.add_argument(
        "operations", nargs="*", choices=[*OPERATIONS, []], metavar="OPERATION", help=", ".join(OPERATIONS)
    )
    parser.add_argument("--most", type=int, default=MOST, help="points of each row, where there are more")
    parser.add_argument("--points", type=int, help="of an operation altogether; else all rows are tried")
    options = parser.parse_args(arguments)
    if problem := why_not():
        print(problem, file=sys.stderr)
        return 1
    use_memory_if_plenty()
    book, report, began = Book(), Report(), time.monotonic()
    for name in options.operations or OPERATIONS:
        with tempfile.TemporaryDirectory(prefix="music-app-failures-") as folder:
            trial = Trial(OPERATIONS[name](Path(folder), book), report)
            trial.whole(options.most) if options.points is None else trial.short(options.points)
    print("\n".join(report.lines()))
    print(f"{len(book.violations)} violations, {time.monotonic() - began:.0f} s", flush=True)
    return 1 if book.violations else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

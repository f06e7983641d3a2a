"""`python -m tests.benchmarks [part …]`: how the service compares with ffmpeg, what memory it takes,
and what recordings cost that are made to cost much.

The parts are those of `PARTS`; without any named, all are measured. The exit code is 0 whatever was found.
"""

import sys
import tempfile
import time
from pathlib import Path

from tests.benchmarks.accounts import measure_accounts
from tests.benchmarks.clips import measure_clips
from tests.benchmarks.converters import measure_converters
from tests.benchmarks.cost import measure_cost
from tests.benchmarks.lists import measure_lists
from tests.benchmarks.machine import describe_machine
from tests.benchmarks.memory import measure_memory
from tests.benchmarks.report import Report
from tests.benchmarks.resuming import measure_resumable
from tests.benchmarks.threads import measure_threads
from tests.benchmarks.uploading import measure_last_bytes, measure_uploads

PARTS = {
    "converter": measure_converters,
    "threads": measure_threads,
    "upload": measure_uploads,
    "resumable": measure_resumable,
    "paced": measure_last_bytes,
    "clips": measure_clips,
    "memory": measure_memory,
    "cost": measure_cost,
    "accounts": measure_accounts,
    "lists": measure_lists,
}


def main(arguments: list[str]) -> int:
    """Measure and print; 2 where a part is named that there is not."""
    if unknown := set(arguments) - set(PARTS):
        print(f"there is no {', '.join(sorted(unknown))}; the parts are {', '.join(PARTS)}", file=sys.stderr)
        return 2
    began, report = time.monotonic(), Report()
    print(describe_machine())
    for name in arguments or PARTS:
        with tempfile.TemporaryDirectory(prefix="music-app-benchmark-") as folder:
            PARTS[name](Path(folder), report)
    report.summary()
    print(f"\nMeasured in {(time.monotonic() - began) / 60:.0f} minutes.")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

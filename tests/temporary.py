"""Where the tests' temporary files go: into memory where there is plenty, since databases wait for their disk a lot.

What a killed process leaves behind is the same on either. TMPDIR says otherwise.
"""

import os
import re
import shutil
import tempfile
from pathlib import Path

IN_MEMORY = Path("/dev/shm")  # noqa: S108 - it is asked whether it will do
PLENTY_BYTES = 4 << 30


def use_memory_if_plenty() -> None:
    """For this process and those that it starts."""
    if "TMPDIR" not in os.environ and will_do(IN_MEMORY):
        os.environ["TMPDIR"] = str(IN_MEMORY)
        tempfile.tempdir = None  # asks again


def will_do(folder: Path) -> bool:
    """Whether there is room in the folder and in memory, and programs can be run from it."""
    if not folder.is_dir() or not os.access(folder, os.W_OK):
        return False
    available = re.search(r"^MemAvailable: +(\d+) kB$", Path("/proc/meminfo").read_text(), re.MULTILINE)
    room = min(shutil.disk_usage(folder).free, int(available[1]) * 1024 if available else 0)
    return room > PLENTY_BYTES and not os.statvfs(folder).f_flag & os.ST_NOEXEC

"""Advisory locks between programs."""

import fcntl
import os
from pathlib import Path


def try_lock(path: Path, flags: int = os.O_RDWR | os.O_CREAT) -> int | None:
    """A descriptor of the file or folder that holds its flock(2), or None where another one holds it.

    The lock belongs to the open file: processes that inherit the descriptor hold it until the last ends. Never waits.
    Raises OSError.
    """
    descriptor = os.open(path, flags | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return None
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor

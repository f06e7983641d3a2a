"""Files that appear under their name when they are whole, and are never seen there before."""

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from adapters.shared.durable import sync


@contextmanager
def whole_file(path: Path, mode: int = 0o600) -> Iterator[IO[bytes]]:
    """A file that takes its place at `path` when the body ends well, with the permissions `mode`; else it is removed.

    Raises OSError.
    """
    # The name is known before the file is there, so that a signal between the two leaves nothing.
    beside = path.absolute().with_name(f".music-app-{secrets.token_hex(8)}")
    try:
        with _opened(beside, path) as file:
            yield file
            file.flush()
            os.fchmod(file.fileno(), mode)
            os.fsync(file.fileno())
        _put(beside, path.absolute())
    except BaseException:
        beside.unlink(missing_ok=True)
        raise


def _put(beside: Path, path: Path) -> None:
    """Give the file its name. One that was not there before is removed where the disk does not take the name."""
    is_new = not os.path.lexists(path)
    beside.replace(path)
    try:
        sync(path.parent)
    except OSError:
        if is_new:
            path.unlink()
        raise


def _opened(beside: Path, path: Path) -> IO[bytes]:
    try:
        return os.fdopen(os.open(beside, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb")
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(path)) from error

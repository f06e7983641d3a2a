"""A service whose DATA_DIR is a small file system of its own."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.server import Server, running_server

DISK_BYTES = 64 << 20
_LEFT_BYTES = 1 << 19
"""Of a disk that is full: less than `SPOOL_MIN_FREE_BYTES` of the service."""


@contextmanager
def server_on_small_disk(folder: Path, **settings: str) -> Iterator[Server]:
    """The mount is in a namespace of the service's own, so that nothing is left of it."""
    unshare = ["unshare", "--mount"] if os.geteuid() == 0 else ["unshare", "--user", "--map-root-user", "--mount"]
    (folder / "data").mkdir(parents=True)
    mount = f'mount -t tmpfs -o size={DISK_BYTES} tmpfs "{folder / "data"}" && exec "$@"'
    prefix = [*unshare, "sh", "-c", mount, "sh"]
    with running_server(folder, prefix=prefix, SPOOL_MIN_FREE_BYTES=str(1 << 20), **settings) as running:
        yield running


def free_bytes(server: Server) -> int:
    """On the file system of DATA_DIR."""
    state = os.statvfs(_inside(server))
    return state.f_bavail * state.f_frsize


def fill(server: Server) -> Path:
    """Fill the disk; the file that does it."""
    filler = _inside(server) / "filler"
    with filler.open("wb") as file:
        os.posix_fallocate(file.fileno(), 0, free_bytes(server) - _LEFT_BYTES)
    return filler


def _inside(server: Server) -> Path:
    """DATA_DIR as the service sees it."""
    return Path(f"/proc/{server.process.pid}/root{server.data_dir}")

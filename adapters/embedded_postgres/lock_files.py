"""The files in a cluster's folder by which PostgreSQL itself keeps a second server out; each has a process number."""

from contextlib import suppress
from pathlib import Path

from adapters.embedded_postgres.socket_folder import SOCKET_NAME

_PROGRAM = "postgres"
_OF_FOLDER = "postmaster.pid"
_OF_SOCKET = f"{SOCKET_NAME}.lock"


def remove_stale_locks(data: Path) -> None:
    """Remove those that a server which has ended left, and with which the next one would not start.

    PostgreSQL takes over a file whose process is gone. It refuses where a process of that number lives, which may be no
    PostgreSQL, as after a container's restart; and where the file is empty, as after a kill just before the number was
    written. The caller holds the lock that says that none of our own servers lives.
    """
    for file in (data / _OF_FOLDER, data / _OF_SOCKET):
        with suppress(OSError):
            if file.stat().st_size == 0 or _process_name(file) not in (None, _PROGRAM):
                file.unlink()


def running_process_id(data: Path) -> int | None:
    """The number of the server in the folder, if that process is there and is a PostgreSQL."""
    with suppress(OSError):
        if _process_name(data / _OF_FOLDER) == _PROGRAM:
            return _process_id(data / _OF_FOLDER)
    return None


def _process_id(file: Path) -> int:
    """0 where there is none, as for a server of a single user, whose number is negative. Raises OSError."""
    first, _, _ = file.read_text(encoding="utf-8", errors="replace").partition("\n")
    return int(first) if first.isdecimal() else 0


def _process_name(file: Path) -> str | None:
    """What the process is called; None where it is gone, or the system does not tell. Raises OSError."""
    command = Path(f"/proc/{_process_id(file)}/comm")
    return command.read_text(encoding="utf-8", errors="replace").strip() if command.exists() else None

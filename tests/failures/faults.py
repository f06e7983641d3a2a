"""What is made to fail: which calls to the system, how, and the how-manieth."""

from dataclasses import dataclass

CALLS = {
    "write": ("write", "writev"),
    "pwrite64": ("pwrite64", "pwritev", "pwritev2"),
    "pread64": ("pread64", "preadv", "preadv2"),
    "fsync": ("fsync", "fdatasync", "sync_file_range"),
    "rename": ("rename", "renameat", "renameat2"),
    "openat": ("open", "openat", "openat2", "creat"),
    "ftruncate": ("ftruncate", "truncate", "fallocate", "copy_file_range"),
    "unlink": ("unlink", "unlinkat", "rmdir"),
    "mkdir": ("mkdir", "mkdirat"),
    "link": ("link", "linkat", "symlink", "symlinkat"),
}
"""By the name that stands for them. Which of them there are depends on the machine and on the C library."""
READING = "pread64"
CHANGING = tuple(name for name in CALLS if name != READING)
"""Those that change what is on the disk, or open it."""
KILL = "KILL"
ERRORS = ("ENOSPC", "EIO", KILL)
"""A full disk, a broken one, and the end of the process just before the call."""
_NAMES = {call: name for name, calls in CALLS.items() for call in calls}


def errors_of(name: str) -> tuple[str, ...]:
    """How calls of this name can fail: reading needs no space."""
    return tuple(error for error in ERRORS if name != READING or error != "ENOSPC")


def name_of(call: str) -> str:
    """The name that a call goes by; empty for one that is none of `CALLS`."""
    return _NAMES.get(call, "")


def known(names: tuple[str, ...]) -> str:
    """The calls of these names as strace wants them, which passes over those that this machine has not."""
    return ",".join(f"?{call}" for name in names for call in CALLS[name])


@dataclass(frozen=True, slots=True)
class Fault:
    """In each thread the `number`-th of each of these calls fails with `error`."""

    name: str
    error: str
    number: int

    @property
    def expression(self) -> str:
        """As strace wants it."""
        how = f"signal={KILL}" if self.error == KILL else f"error={self.error}"
        return f"inject={known((self.name,))}:{how}:when={self.number}"

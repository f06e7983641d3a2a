"""Where clients find the server's socket."""

import os
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from tempfile import gettempdir

from domain.errors import WrongSetting

PORT = 5432  # only a part of the socket's name: no TCP port is opened
SOCKET_NAME = f".s.PGSQL.{PORT}"
_MAX_SOCKET_PATH = 100  # bytes; the system's own limit is 108 on Linux and 104 on macOS


class SocketFolder:
    """The folder the server puts its socket in, or a short way to it where its path does not fit a socket's address.

    The short way is a symbolic link in a folder of mode 0700 below the temporary folder, named by a hash of the path
    and the user. The server itself reaches its socket through its working directory and needs no short way.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.made_here = False
        """Whether the short way was made by this object, and not found."""

    @property
    def path(self) -> Path:
        """What libpq is given as the host."""
        return self._link() or self._folder

    def keep(self) -> None:
        """Make the short way, where one is needed and not there (any more). Raises `WrongSetting`, OSError.

        A folder of that name that others could have made or could change is not used.
        """
        if (link := self._link()) is None:
            return
        with suppress(FileExistsError):
            link.parent.mkdir(mode=0o700)
        found = link.parent.lstat()
        if link.parent.is_symlink() or found.st_uid != os.geteuid() or found.st_mode & 0o077:
            raise WrongSetting(
                "DATA_DIR",
                f"the path {self._folder} does not fit a socket, and {link.parent}, the short way to it, is not "
                "a folder of the service's user alone; remove it or choose a shorter path",
            )
        with suppress(FileExistsError):
            link.symlink_to(self._folder)
            self.made_here = True

    def remove(self) -> None:
        """Undo `keep`. Safe to repeat."""
        if (link := self._link()) is not None:
            with suppress(OSError):
                link.unlink(missing_ok=True)
                link.parent.rmdir()

    def _link(self) -> Path | None:
        """None if the folder can be named as it is: short, and nothing that libpq reads as a list of hosts."""
        path = self._folder / SOCKET_NAME
        if len(os.fsencode(path)) <= _MAX_SOCKET_PATH and str(path).isprintable() and "," not in str(path):
            return None
        name = f"music-app-{sha256(os.fsencode(path) + b' %d' % os.geteuid()).hexdigest()[:16]}"
        temporary = Path(gettempdir())
        if len(os.fsencode(temporary / name / "data" / SOCKET_NAME)) > _MAX_SOCKET_PATH:
            temporary = Path("/tmp")  # noqa: S108 - the folder made in it is checked to be ours alone
        return temporary / name / "data"

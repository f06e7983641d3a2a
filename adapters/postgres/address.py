"""Which PostgreSQL is used: the one that is named, or a server of our own."""

from collections.abc import Iterator
from contextlib import contextmanager

from adapters.shared.own_server import OwnServer
from domain.errors import WrongSetting


class PostgresAddress:
    """The connection string of `url`, or where that is empty, of our own server while it runs."""

    def __init__(self, url: str, own_server: OwnServer) -> None:
        self._conninfo = url
        self._own_server = own_server

    @property
    def conninfo(self) -> str:
        """A URL or a connection string of libpq, password included."""
        if not self._conninfo:
            raise RuntimeError("the server of our own does not run")
        return self._conninfo

    @contextmanager
    def running(self, *, make: bool) -> Iterator[None]:
        """Run our own server if no other is named. Unless `make`, no folder without a database gets one.

        To be entered in the main thread, before the event loop. Raises `WrongSetting`.
        """
        if self._conninfo:
            yield
            return
        if not make and not self._own_server.made:
            problem = f"there is no database in {self._own_server.folder}; name the folder that the service has"
            raise WrongSetting("DATA_DIR", problem)
        with self._own_server as self._conninfo:
            try:
                yield
            finally:
                self._conninfo = ""

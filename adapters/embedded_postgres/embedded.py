"""A PostgreSQL server of our own, for when no other is named."""

from concurrent.futures import Future
from pathlib import Path
from threading import Thread
from types import TracebackType

from adapters.embedded_postgres.cluster import Cluster
from adapters.embedded_postgres.supervisor import Supervisor
from adapters.shared.own_server import OwnServer

_STOP_SECONDS = 60  # more than the bounds of stopping the server add up to


class EmbeddedPostgres(OwnServer):
    """A PostgreSQL server under DATA_DIR: the first program to start is its owner and runs it, others attach.

    One daemon thread does the work and lives from `start` to `stop`, because the server's parent-death signal is
    bound to the thread that started it: were that thread to end earlier, the server would stop. When the service is
    killed the thread ends too, and the server stops cleanly by itself.
    """

    def __init__(self, data_dir: Path) -> None:
        self._data_dir = data_dir
        self._supervisor: Supervisor | None = None
        self._thread: Thread | None = None

    @property
    def made(self) -> bool:
        """Whether there is a database under DATA_DIR, which `start` would make otherwise. Raises `WrongSetting`."""
        return Cluster(self._data_dir.absolute()).made

    @property
    def folder(self) -> str:
        """DATA_DIR from the root of the file system on."""
        return str(self._data_dir.absolute())

    def start(self) -> str:
        """Run or find the server; return libpq's connection string for `music_app_db`, user `postgres`, with password.

        Blocks: 1 s at first, 0.1 s later, minutes where PostgreSQL has to recover from a crash (bounded). Raises
        `WrongSetting`. Call it from the main thread, before the event loop and signal handlers of the service.
        """
        if self._supervisor is not None:
            raise RuntimeError("started already")
        self._supervisor = Supervisor(self._data_dir.absolute())
        started: Future[str] = Future()
        self._thread = Thread(
            target=_supervise, args=(self._supervisor, started), name="embedded-postgres", daemon=True
        )
        self._thread.start()
        try:
            return started.result()
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """Stop the server cleanly if it is ours, else let go of it. Bounded to a minute; safe to repeat."""
        if self._supervisor is not None and self._thread is not None:
            self._supervisor.stop()
            self._thread.join(_STOP_SECONDS)
        self._supervisor = self._thread = None

    def __enter__(self) -> str:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


def _supervise(supervisor: Supervisor, started: Future[str]) -> None:
    try:
        try:
            conninfo = supervisor.open()
        except Exception as error:  # noqa: BLE001 - raised again by `start`
            started.set_exception(error)
        else:
            started.set_result(conninfo)
            supervisor.guard()
    finally:
        supervisor.close()

"""One service for all end-to-end tests of a worker that do not need their own."""

import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.clusters import give_cluster
from tests.e2e.watched import Watched, watched_server
from tests.server import Server, running_server


@pytest.fixture(scope="session", autouse=True)
def _signals_are_heard() -> None:
    """Programs that are started below `nohup` or in the background would not hear these two, nor what they start."""
    for number, as_usual in ((signal.SIGINT, signal.default_int_handler), (signal.SIGHUP, signal.SIG_DFL)):
        if signal.getsignal(number) is signal.SIG_IGN:
            signal.signal(number, as_usual)


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A running service with its own data. Tests must not stop it nor rely on what others left in it."""
    folder = tmp_path_factory.mktemp("server")
    give_cluster(folder / "data")
    with running_server(folder) as running:
        yield running


@pytest.fixture(scope="session")
def watched(tmp_path_factory: pytest.TempPathFactory, postgres_server: str) -> Iterator[Watched]:
    """A running service that can be looked into. Tests must not stop it nor rely on what others left in it."""
    with watched_server(tmp_path_factory.mktemp("watched"), postgres_server) as running:
        yield running


@pytest.fixture
def with_cluster() -> Callable[[Path], Path]:
    """Gives a folder for a service whose first start, which takes long, is behind it."""

    def prepared(folder: Path) -> Path:
        give_cluster(folder / "data")
        return folder

    return prepared


_NOBODY = 65534


@pytest.fixture
def ordinary_prefix() -> list[str]:
    """What to put before a command to run it as an ordinary user; nothing where the tests run as one."""
    if os.geteuid() != 0:
        return []
    drop = ["setpriv", f"--reuid={_NOBODY}", f"--regid={_NOBODY}", "--clear-groups"]
    if subprocess.run([*drop, sys.executable, "-c", ""], capture_output=True, check=False).returncode == 0:
        return drop
    # This Python lies in a folder that is closed to others: such a user may read, and nothing more.
    return [*drop, "--inh-caps=+dac_read_search", "--ambient-caps=+dac_read_search"]


@pytest.fixture
def ordinary_folder() -> Iterator[Path]:
    """A folder that is the ordinary user's own, and within their reach."""
    with tempfile.TemporaryDirectory(prefix="music-app-") as name:
        if os.geteuid() == 0:
            os.chown(name, _NOBODY, _NOBODY)
        yield Path(name)

"""One service in one folder, started again after each kill."""

import contextlib
import os
import random
import subprocess
import time
from pathlib import Path

from tests.crash.victims import kill, left_behind
from tests.patience import await_ready
from tests.server import MUSIC_APP, Server, running_server


class Service:
    """`running` is the service as it is now; `stop` ends it as an operator would."""

    def __init__(self, folder: Path, settings: dict[str, str]) -> None:
        self.folder = folder
        self.data_dir = folder / "data"
        self.settings = settings
        self._running: Server | None = None
        self._life = contextlib.ExitStack()

    @property
    def running(self) -> Server:
        if self._running is None:
            raise RuntimeError("the service is not running")
        return self._running

    def start(self) -> None:
        """Return when it says that it serves."""
        self._life.close()
        self._running = self._life.enter_context(running_server(self.folder, **self.settings))

    def start_and_kill(self, seconds: float) -> None:
        """Start it, and kill it after so many seconds, wherever it is then. Whatever it has started ends by itself."""
        environment = {"PATH": os.environ["PATH"], "PORT": "0", "DATA_DIR": str(self.data_dir)} | self.settings
        with (self.folder / "log").open("a") as log:
            process = subprocess.Popen(
                [MUSIC_APP, "serve"], env=environment, stdout=subprocess.DEVNULL, stderr=log, start_new_session=True
            )
        time.sleep(seconds)
        process.kill()
        process.wait()

    def kill(self, kind: str, dice: random.Random) -> None:
        """End the service, its postmaster or one of its ffmpegs by SIGKILL."""
        kill(kind, self.running, dice)

    def await_ready(self) -> None:
        """Return when it says that all is well. Raises TimeoutError where it does not."""
        await_ready(self.running)

    def stop(self) -> list[str]:
        """End it; what was wrong about how it ended and what it has left."""
        wrong = []
        if (code := self.running.stop()) != 0:
            wrong.append(f"the service did not stop cleanly: exit code {code}")
        if left := left_behind(self.data_dir):
            wrong.append(f"processes are left: {sorted(left)}")
        if strange := {path.name for path in self.data_dir.iterdir()} - {"postgres", "spool", "uploads"}:
            wrong.append(f"files are left in DATA_DIR: {sorted(strange)}")
        return wrong

    def close(self) -> None:
        """End it, whatever state it is in. Safe to repeat."""
        self._life.close()

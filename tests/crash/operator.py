"""What an operator does between the kills: deletes tracks, makes backups, restores them."""

import os
import random
import subprocess
import time
from pathlib import Path

from tests.crash.database import delete, rows_of
from tests.crash.expected import Backup, Expected, backed_up
from tests.crash.plan import Restore
from tests.server import MUSIC_APP

COMMAND_SECONDS = 120


class Operator:
    """Works on the data of one service, and tells `expected` of it. Raises RuntimeError where a command fails."""

    def __init__(self, folder: Path, expected: Expected, dice: random.Random) -> None:
        self._folder = folder
        self._data_dir = folder / "data"
        self._expected = expected
        self._dice = dice
        self._backup: Backup | None = None
        self._certain = False
        self._restored: Backup | None = None
        self.killed_restores = 0
        """Those that had not come to their end by themselves."""

    def delete_track(self) -> bool:
        """Whether there was a track that has to be there, and now must never be seen again."""
        if not self._expected.present:
            return False
        track = self._dice.choice(sorted(self._expected.present))
        if delete(self._data_dir, track) != 1:
            raise RuntimeError(f"{track} could not be deleted: it is lost")
        self._expected.delete(track)
        return True

    def back_up(self) -> None:
        """Make a backup below the running service, in place of the one before."""
        path, before = self._folder / "backup.zip", sorted(self._expected.present)
        path.unlink(missing_ok=True)
        told = self._run("backup", path)
        self._backup = backed_up(path, told, before, rows_of(self._data_dir))

    def restore(self, how: Restore) -> bool:
        """Restore the last backup, or begin to; nothing may be uploaded meanwhile. Whether there is one.

        What is there afterwards is found by `settle`.
        """
        if self._backup is None:
            return False
        arguments = ("restore", "--replace", self._backup.path)
        if how.cut is None:
            self._run(*arguments)
        else:
            self._run_and_kill(how.cut, *arguments)
        self._restored, self._certain = self._backup, how.cut is None
        return True

    @property
    def is_settled(self) -> bool:
        """Whether it is known which tracks are there after the last restore."""
        return self._restored is None

    def settle(self) -> str:
        """Find out whether the last restore has come to pass, and what is wrong about that, as far as it had to."""
        if (backup := self._restored) is None:
            return ""
        self._restored, tracks = None, frozenset(rows_of(self._data_dir))
        problem = backup.problem(tracks)
        if problem and not self._certain:
            return ""  # as it was before, or it is found out by the next comparison
        self._expected.restore(tracks)
        self._backup = Backup(backup.path, tracks, tracks, len(tracks))
        return f"a backup was restored {problem}" if problem else ""

    def _run(self, *arguments: object) -> str:
        done = subprocess.run(
            [MUSIC_APP, *map(str, arguments)],
            env=self._environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=COMMAND_SECONDS,
            check=False,
        )
        if done.returncode != 0:
            raise RuntimeError(f"music-app {arguments[0]} failed with {done.returncode}: {done.stderr.strip()}")
        return done.stdout

    def _run_and_kill(self, seconds: float, *arguments: object) -> None:
        with (self._folder / "log").open("a") as log:
            process = subprocess.Popen(
                [MUSIC_APP, *map(str, arguments)],
                env=self._environment(),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=log,
                start_new_session=True,
            )
        time.sleep(seconds)
        self.killed_restores += process.poll() is None
        process.kill()
        process.wait()

    def _environment(self) -> dict[str, str]:
        return {"PATH": os.environ["PATH"], "DATA_DIR": str(self._data_dir), "LOG_LEVEL": "warning"}

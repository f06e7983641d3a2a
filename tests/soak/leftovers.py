"""What a service holds while nobody asks anything of it, and what of it must not be there."""

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

from tests.crash.victims import left_behind
from tests.processes import family, named
from tests.server import MUSIC_APP, Server
from tests.soak.samples import in_spool
from tests.waiting import wait_until

ALLOWED_DESCRIPTORS = 12
"""By which those of an idle service may differ: its connections to the database come and go, up to ten."""
CHECK_SECONDS = 600


@dataclass(frozen=True)
class Idle:
    """A service that nobody uses."""

    descriptors: int
    spooled: int
    """Files in the spool, with and without a name."""
    ffmpegs: int

    @classmethod
    def of(cls, server: Server) -> "Idle":
        """As it is now."""
        descriptors = len(list(Path(f"/proc/{server.process.pid}/fd").iterdir()))
        ffmpegs = len(named(family(server.process.pid), "ffmpeg"))
        return cls(descriptors, len(list(in_spool(server))), ffmpegs)

    def problems(self, before: "Idle") -> list[str]:
        """What it holds although it is idle, or more of than `before`."""
        problems = [f"files are left in the spool: {self.spooled}"] if self.spooled else []
        problems += [f"ffmpegs are left: {self.ffmpegs}"] if self.ffmpegs else []
        if self.descriptors > before.descriptors + ALLOWED_DESCRIPTORS:
            problems.append(f"descriptors are left: {self.descriptors}, {before.descriptors} before the load")
        return problems


def left_in(server: Server, before: Idle) -> list[str]:
    """What is left after the load, once it has had time to go, and what of the tracks is damaged."""
    try:
        wait_until(lambda: not Idle.of(server).problems(before))
    except AssertionError:
        return Idle.of(server).problems(before) + damaged(server)
    return damaged(server)


def damaged(server: Server) -> list[str]:
    """The last line of `music-app check`, unless it says that all is well."""
    done = subprocess.run(
        [MUSIC_APP, "check"],
        env={"PATH": os.environ["PATH"], "DATA_DIR": str(server.data_dir), "LOG_LEVEL": "error"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=CHECK_SECONDS,
        check=False,
    )
    return [] if done.returncode == 0 else [f"music-app check: {(done.stdout + done.stderr).strip()[-500:]}"]


def left_after(server: Server) -> list[str]:
    """Stop the service; what is wrong about how it ended, and what it has left."""
    code = server.stop()
    left = left_behind(server.data_dir)
    return [
        *([f"the service did not stop cleanly: exit code {code}"] if code else []),
        *([f"processes are left: {sorted(left)}"] if left else []),
    ]

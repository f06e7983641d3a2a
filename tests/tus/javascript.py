"""tus-js-client in Node: one process for an upload."""

import json
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from tests.node import NODE, ROOT

CLIENT = ROOT / "tests" / "tus" / "client.mjs"
AT_ONCE = [0, 0, 0, 0, 0]
"""Waits between tries, in milliseconds; those of the client are [0, 1000, 3000, 5000]."""
ENDS = ("success", "error")
Source = Literal["bytes", "file", "stream"]


@dataclass(frozen=True, slots=True)
class Upload:
    """What tus-js-client is to do. A `stream` needs a `chunk_size`; its length may be `deferred`."""

    endpoint: str
    token: str
    path: Path
    source: Source = "bytes"
    url: str | None = None
    """Of an upload that was begun before."""
    chunk_size: int | None = None
    retry_delays: list[int] = field(default_factory=lambda: list(AT_ONCE))
    deferred: bool = False
    during_creation: bool = False
    parallel: int = 1
    metadata: dict[str, str] = field(default_factory=lambda: {"filename": "talk.wav", "filetype": "audio/wav"})

    def begin(self) -> "subprocess.Popen[str]":
        """Start it; `outcome` ends it."""
        process = subprocess.Popen(
            [NODE, CLIENT], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        assert process.stdin is not None
        process.stdin.write(json.dumps(self._options()))
        process.stdin.close()
        process.stdin = None  # `communicate` is not to write
        return process

    def run(self) -> "Outcome":
        """Upload, and say what came of it."""
        return outcome(self.begin())

    def _options(self) -> dict[str, Any]:
        return {
            "endpoint": self.endpoint,
            "token": self.token,
            "path": str(self.path),
            "source": self.source,
            "uploadUrl": self.url,
            "chunkSize": self.chunk_size,
            "retryDelays": self.retry_delays,
            "deferred": self.deferred,
            "duringCreation": self.during_creation,
            "parallelUploads": self.parallel,
            "metadata": self.metadata,
        }


@dataclass(frozen=True, slots=True)
class Outcome:
    """All that the client told, in order; `last` is its `success` or its `error`, the first where there are more."""

    events: list[dict[str, Any]]

    @property
    def last(self) -> dict[str, Any]:
        return next(event for event in self.events if event["event"] in ENDS)

    @property
    def succeeded(self) -> bool:
        return bool(self.last["event"] == "success")

    @property
    def url(self) -> str:
        return str(self.last["url"])

    @property
    def link(self) -> str | None:
        """Where the record is, as the last answer says."""
        return self.last.get("link")

    @property
    def sha256(self) -> str | None:
        """Of the WAV, as the last answer says."""
        return self.last.get("sha256")

    @property
    def code(self) -> str:
        """Of the error that the client was answered last."""
        return str(json.loads(self.last["body"])["code"])

    def answers(self, method: str) -> list[int]:
        """The statuses that requests of this kind got."""
        return [event["status"] for event in self.events if (event["event"], event.get("method")) == ("answer", method)]


def outcome(process: "subprocess.Popen[str]", seconds: float = 100) -> Outcome:
    """Wait for a client's end. Raises where it ended without a word of how, or takes longer; none is left running."""
    try:
        told, errors = process.communicate(timeout=seconds)
    finally:
        process.kill()
        process.wait()
    events = [json.loads(line) for line in told.splitlines()]
    if not any(event["event"] in ENDS for event in events):
        raise RuntimeError(f"the client ended with {process.returncode} after {events}: {errors}")
    return Outcome(events)

"""What must hold after every kill, asked of the database, the links and the disk."""

import hashlib
import random
import subprocess
import tempfile
from collections.abc import Callable

import httpx

from tests.crash.book import Promise
from tests.crash.database import half_rows, rows_of
from tests.crash.expected import Expected, shortened
from tests.crash.victims import open_in_spool
from tests.patience import answered
from tests.programs import FFMPEG
from tests.server import Server
from tests.waiting import wait_until

SAMPLE = 6
"""Links that are downloaded again after each kill, and of those that are gone; in the end all are."""
ALLOWED_OFF = 0.05
"""Seconds by which an MP3 may differ from its WAV: less than two frames."""


class Checker:
    """Compares a service with what is `expected` of it, and calls `report` with what is wrong.

    `decoded` has the seconds of every MP3 that was decoded, by SHA-256; several checkers may share it.
    """

    def __init__(
        self, expected: Expected, dice: random.Random, report: Callable[[str], None], decoded: dict[str, float]
    ) -> None:
        self._expected = expected
        self._dice = dice
        self._report = report
        self._decoded = decoded
        self._downloaded: set[str] = set()
        self._last_row = 0

    def check(self, server: Server, *, every_row: bool = False, everything: bool = False) -> None:
        """Compare what is stored and served with what was promised up to now.

        The digests of all rows are compared, the bytes of new ones or of `every_row`. Links are asked for what is new
        and a sample, or `everything`.
        """
        promised = dict(self._expected.promised)
        rows = rows_of(server.data_dir)
        self._all(self._expected.compare(rows))
        half, self._last_row = half_rows(server.data_dir, 0 if every_row or everything else self._last_row)
        self._require(not half, f"rows without their audio: {shortened(half)}")
        self._ask(
            server, [promise for track, promise in promised.items() if track in self._expected.present], everything
        )
        self._ask_for_gone(server, everything)
        self._require(not list((server.data_dir / "spool").iterdir()), "a file is left in the spool")

    def check_idle(self, server: Server) -> None:
        """With no upload under way there is not even a nameless file, and every link works, or does not any more."""
        self.check(server, everything=True)
        try:
            wait_until(lambda: not open_in_spool(server))
        except AssertionError:
            self._report(f"files are left: {open_in_spool(server)}")

    def _ask(self, server: Server, promises: list[Promise], everything: bool) -> None:
        known = [promise for promise in promises if promise.track_uuid in self._downloaded]
        again = known if everything else self._dice.sample(known, min(SAMPLE, len(known)))
        new = [promise for promise in promises if promise.track_uuid not in self._downloaded]
        with server.client() as client:
            for promise in new + again:
                self._all(self._wrong_download(answered(client, promise.link), promise))
                self._downloaded.add(promise.track_uuid)

    def _wrong_download(self, answer: httpx.Response, promise: Promise) -> list[str]:
        track = promise.track_uuid
        if answer.status_code != 200:
            return [f"{track} cannot be downloaded: {answer.status_code}"]
        digest = hashlib.sha256(answer.content).hexdigest()
        if track in self._expected.rows and digest != self._expected.rows[track][0]:
            return [f"{track} is downloaded with other bytes than it was stored with"]
        if digest not in self._decoded:
            self._decoded[digest] = seconds_of(answer.content)
        off = abs(self._decoded[digest] - promise.clip.seconds)
        return [f"{track} is too short or too long by {off:.3f} s"] if off > ALLOWED_OFF else []

    def _ask_for_gone(self, server: Server, everything: bool) -> None:
        promised = self._expected.promised
        gone = [promised[track].link for track in sorted(self._expected.gone) if track in promised]
        with server.client() as client:
            for link in gone if everything else self._dice.sample(gone, min(SAMPLE, len(gone))):
                status = answered(client, link).status_code
                self._require(status == 404, f"a track that is gone is answered {status}: {link}")

    def _require(self, holds: bool, otherwise: str) -> None:
        if not holds:
            self._report(otherwise)

    def _all(self, wrong: list[str]) -> None:
        for text in wrong:
            self._report(text)


def seconds_of(mp3: bytes) -> float:
    """How long the MP3 plays, by decoding it whole; 0 if the decoder has anything to say."""
    with tempfile.NamedTemporaryFile(suffix=".mp3") as file:
        file.write(mp3)
        file.flush()
        command = [FFMPEG, "-v", "warning", "-i", file.name, "-f", "s16le", "-ac", "1", "-ar", "8000", "-"]
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, check=False)
    return 0 if done.returncode or done.stderr else len(done.stdout) / 16000

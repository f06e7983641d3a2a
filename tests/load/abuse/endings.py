"""Why the service has ended connections, by its log: a client that is ended for anything gets the same 400, or none."""

import json
from collections import Counter
from pathlib import Path

_EVENT = "connection ended"


class Endings:
    """Those of which the log tells from now on."""

    def __init__(self, log_file: Path) -> None:
        self._log_file = log_file
        self._begin = log_file.stat().st_size

    def count(self) -> Counter[str]:
        """How many there were up to now, by their reasons."""
        with self._log_file.open("rb") as log:
            log.seek(self._begin)
            lines = [json.loads(line) for line in log if _EVENT.encode() in line]
        return Counter(line["reason"] for line in lines if line["event"] == _EVENT)

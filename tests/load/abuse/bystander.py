"""Those who want nothing but to be served: one who uploads, one who downloads, and those who watch."""

import http
import http.client
import time
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field

from tests.load.abuse.attack import Window
from tests.load.abuse.requests import FORM
from tests.load.abuse.target import Bystander

PROBE_SECONDS = 0.02
"""Between two questions of the probe."""
_BETWEEN_SECONDS = 0.1
_AGAIN_SECONDS = 0.1
"""Who is refused comes back so soon, in seconds."""
_CALL_SECONDS = 20.0
"""Longer than this no answer is waited for."""


@dataclass
class Served:
    """How long it took to be served, in seconds, those times included that were refused before; and the refusals."""

    seconds: list[float] = field(default_factory=list)
    refusals: Counter[str] = field(default_factory=Counter)


def upload_all_the_while(bystander: Bystander, window: Window) -> Served:
    """Upload the recording over and over."""
    fields = {"Content-Type": FORM.decode()}
    return _be_served(lambda: _status(bystander, "POST", "/add_track", bystander.form, fields), 201, window)


def download_all_the_while(bystander: Bystander, window: Window) -> Served:
    """Download the record over and over."""
    return _be_served(lambda: _status(bystander, "GET", bystander.record, None, {}), 200, window)


def ask_for_readiness(bystander: Bystander, window: Window) -> Served:
    """Ask for `/health/ready`, which uses the database, over and over, as what watches a service does."""
    return _be_served(lambda: _status(bystander, "GET", "/health/ready", None, {}), 200, window)


def _be_served(call: Callable[[], int], wanted: int, window: Window) -> Served:
    """Call until the window ends, once at least; who is not served by then has waited for nothing until then."""
    window.wait()
    served = Served()
    while not served.seconds or time.monotonic() < window.end:
        began = time.monotonic()
        while (status := call()) != wanted:
            served.refusals[str(status or "closed")] += 1
            if time.monotonic() > window.end:
                break
            time.sleep(_AGAIN_SECONDS)
        served.seconds.append(time.monotonic() - began)
        time.sleep(_BETWEEN_SECONDS)
    return served


def _status(bystander: Bystander, method: str, path: str, body: bytes | None, fields: dict[str, str]) -> int:
    """The status of a whole answer on a connection of its own, 0 where there is none."""
    with closing(http.client.HTTPConnection(*bystander.address, timeout=_CALL_SECONDS)) as connection:
        return _ask(connection, method, path, body, fields)


def _ask(
    connection: http.client.HTTPConnection, method: str, path: str, body: bytes | None, fields: dict[str, str]
) -> int:
    """The status of a whole answer, 0 where there is none; then the next question opens the connection again."""
    try:
        connection.request(method, path, body, fields)
        answer = connection.getresponse()
        answer.read()
        return answer.status
    except (OSError, http.client.HTTPException):
        connection.close()
        return 0


def watch_live(bystander: Bystander, window: Window) -> list[float]:
    """Ask for `/health/live`, which does nothing, on one connection all the while: milliseconds until each answer.

    While an answer is late, the questions that would have been asked meanwhile count as well: each by what it would
    have waited. Else a stop of a second would be one answer among hundreds. What is no 200 counts as if no answer had
    come for as long as one is waited for.
    """
    window.wait()
    found: list[float] = []
    with closing(http.client.HTTPConnection(*bystander.address, timeout=_CALL_SECONDS)) as connection:
        while not found or time.monotonic() < window.end:
            asked = time.monotonic()
            status = _ask(connection, "GET", "/health/live", None, {})
            waited = time.monotonic() - asked
            late = questions(waited)
            found += late if status == http.HTTPStatus.OK else [_CALL_SECONDS * 1000] * len(late)
            time.sleep(max(0.0, PROBE_SECONDS - waited))
    return found


def questions(waited: float) -> list[float]:
    """Milliseconds of an answer, and of the questions that it kept from being asked."""
    late = int(waited / PROBE_SECONDS)
    return [(waited - number * PROBE_SECONDS) * 1000 for number in range(late + 1)]

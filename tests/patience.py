"""Waiting for a service that has been killed, or its PostgreSQL, until it is itself again."""

import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import httpx
import psycopg

from adapters.embedded_postgres.cluster import Cluster
from tests.server import Server

PATIENCE_SECONDS = 60
"""Twice as long as the service waits before it starts a PostgreSQL again that has kept ending."""
READY_SECONDS = 90
"""For PostgreSQL to be started again and to recover."""
_BETWEEN_SECONDS = 0.05


def await_ready(server: Server) -> None:
    """Return when it says that all is well. Raises `TimeoutError` after `READY_SECONDS`."""
    end = time.monotonic() + READY_SECONDS
    with server.client() as client:
        while not _is_ready(client):
            if time.monotonic() > end:
                raise TimeoutError("the service did not get ready again")
            time.sleep(_BETWEEN_SECONDS)


def _is_ready(client: httpx.Client) -> bool:
    with suppress(httpx.HTTPError):
        return client.get("/health/ready").status_code == 200
    return False


def answered(client: httpx.Client, link: str) -> httpx.Response:
    """The answer, once it is no 503, which asks to come again: readiness is kept for a moment after a kill."""
    end = time.monotonic() + PATIENCE_SECONDS
    while (answer := client.get(link)).status_code == 503 and time.monotonic() < end:
        time.sleep(_BETWEEN_SECONDS)
    return answer


@contextmanager
def connected(data_dir: Path) -> Iterator[psycopg.Connection[Any]]:
    """A connection, once the database is back: a service calls itself ready for a moment after a kill.

    Raises `psycopg.OperationalError` after `PATIENCE_SECONDS`.
    """
    end = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            connection = psycopg.connect(Cluster(data_dir).conninfo(), autocommit=True)
            break
        except psycopg.OperationalError:
            if time.monotonic() > end:
                raise
            time.sleep(_BETWEEN_SECONDS)
    with connection:
        yield connection

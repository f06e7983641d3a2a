"""What lists, searches and downloads take among a million tracks, beside a thousand."""

import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from itertools import count
from pathlib import Path
from typing import LiteralString

import httpx
import psycopg
from psycopg.conninfo import make_conninfo
from psycopg.sql import SQL, Identifier

from adapters.embedded_postgres.embedded import EmbeddedPostgres
from adapters.postgres.schema.migrate import migrate
from tests.benchmarks.report import Report
from tests.e2e.watched import connection_url
from tests.server import NO_TLS, running_server

TRACKS_OF_A_USER = 1000
_LARGE_USERS = 1000
_ASKED_USERS = 20
"""So many of them ask in turn."""
_ROUNDS, _WARMING_ROUNDS = 200, 40
_BOUND = 1.5

_USERS: LiteralString = """
    INSERT INTO users (user_name, token_sha256, created_at)
    SELECT 'user ' || n, sha256(('token-' || n)::bytea), now() FROM generate_series(1, %s) AS n"""
# A hundredth of a user's tracks have the same second word.
_TRACKS: LiteralString = """
    INSERT INTO tracks (track_uuid, user_id, track_file_name, duration, sample_rate, channels, bitrate, mp3_size,
                        mp3_sha256, wav_size, wav_sha256, repairs, created_at, texts, words, track_file_bin)
    SELECT gen_random_uuid(), u, 'talk-' || n || '.mp3', interval '12.5 s', 8000, 1, '32', 64,
           sha256(n::text::bytea), 1000, sha256('wav'), '{}', timestamptz '2026-01-01' + n * interval '1 s',
           jsonb_build_object('title', 't' || n / %(users)s %% 100, 'comment', repeat('so it goes ', 10)),
           ARRAY[u || ':talk', u || ':' || n, u || ':topic', u || ':t' || n / %(users)s %% 100, u || ':so', u || ':it',
                 u || ':goes'],
           decode(repeat('ff', 64), 'hex')
      FROM generate_series(1, %(tracks)s) AS n, LATERAL (SELECT 1 + n %% %(users)s AS u) AS owner"""
_TOTALS: LiteralString = """
    UPDATE user_totals SET tracks = counted.tracks, bytes = counted.bytes, duration = counted.duration
      FROM (SELECT user_id, count(*) AS tracks, sum(mp3_size) AS bytes, sum(duration) AS duration
              FROM tracks GROUP BY user_id) AS counted
     WHERE user_totals.user_id = counted.user_id"""
_INDEX: LiteralString = "SELECT pg_get_indexdef('tracks_words'::regclass)"


def measure_lists(folder: Path, report: Report) -> None:
    """Medians of calls in turns: the first list of one user, the thousandth page, searches, a download."""
    columns = ("tracks", "1,000", f"{TRACKS_OF_A_USER * _LARGE_USERS:,}", "ratio", "bound")
    report.table("Lists and downloads among many tracks", *columns)
    with ExitStack() as stack:
        server = stack.enter_context(EmbeddedPostgres(folder / "postgres"))
        small, large = [
            stack.enter_context(_service(folder, server, name, users))
            for name, users in (("small", 1), ("large", _LARGE_USERS))
        ]
        for name in small:
            times = _medians(small[name], large[name])
            verdict = report.verdict(name, times[1] / times[0], "≤", _BOUND)
            report.row(name, *(f"{took * 1000:.2f} ms" for took in times), f"{times[1] / times[0]:.2f}", verdict)


@contextmanager
def _service(folder: Path, server: str, name: str, users: int) -> Iterator[dict[str, Callable[[], object]]]:
    """What is to be measured of a service over a database of so many users with `TRACKS_OF_A_USER` each."""
    url = make_database(server, name, users, users * TRACKS_OF_A_USER)
    with (
        running_server(folder / name, DATABASE_URL=connection_url(url), LOG_LEVEL="error") as running,
        httpx.Client(base_url=running.url, timeout=60, trust_env=False, verify=NO_TLS) as client,
    ):
        askers = [_Asker(client, user) for user in range(1, min(users, _ASKED_USERS) + 1)]
        yield {
            "GET /tracks": _in_turns([asker.getting("/tracks") for asker in askers]),
            "its page 1,000": _in_turns([asker.getting(asker.page_1000()) for asker in askers]),
            "q=tal, all have it": _in_turns([asker.getting("/tracks?q=tal") for asker in askers]),
            "q=t7, 1 in 100 has it": _in_turns([asker.getting("/tracks?q=t7") for asker in askers]),
            "GET /record": _in_turns([asker.getting(asker.a_link()) for asker in askers]),
        }


class _Asker:
    def __init__(self, client: httpx.Client, user: int) -> None:
        self._client = client
        self._headers = {"Authorization": f"Bearer token-{user}"}

    def getting(self, url: str) -> Callable[[], object]:
        """What asks for it, and reads the whole answer."""
        return lambda: self._get(url)

    def page_1000(self) -> str:
        """Of one track each: what comes behind 999."""
        behind_500 = self._get("/tracks?limit=500").json()["next"]
        behind_999 = self._get(behind_500.replace("limit=500", "limit=499")).json()["next"]
        return str(behind_999.replace("limit=499", "limit=1"))

    def a_link(self) -> str:
        """Of a track somewhere in the middle."""
        return str(self._get("/tracks?limit=500").json()["items"][-1]["link"])

    def _get(self, url: str) -> httpx.Response:
        return self._client.get(url, headers=self._headers).raise_for_status()


def _in_turns(actions: list[Callable[[], object]]) -> Callable[[], object]:
    turns = count()
    return lambda: actions[next(turns) % len(actions)]()


def _medians(*actions: Callable[[], object]) -> list[float]:
    """In seconds; each has its turn in every round."""
    times: list[list[float]] = [[] for _ in actions]
    for number in range(_WARMING_ROUNDS + _ROUNDS):
        for action, measured in zip(actions, times, strict=True):
            began = time.perf_counter()
            action()
            if number >= _WARMING_ROUNDS:
                measured.append(time.perf_counter() - began)
    return [statistics.median(measured) for measured in times]


def make_database(server: str, name: str, users: int, tracks: int) -> str:
    """The connection string of a new database with so many of both; the tracks are the users' in turn.

    The index of words is made at the end, which takes a tenth of the time.
    """
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(SQL("CREATE DATABASE {}").format(Identifier(name)))
    url = make_conninfo(server, dbname=name)
    migrate(url)
    with psycopg.connect(url, autocommit=True) as connection:
        [(index,)] = connection.execute(_INDEX).fetchall()
        connection.execute("DROP INDEX tracks_words")
        connection.execute(_USERS, [users])
        # Counted in the end: a row that a transaction changes a thousand times takes longer each time.
        connection.execute("ALTER TABLE tracks DISABLE TRIGGER USER")
        connection.execute(_TRACKS, {"users": users, "tracks": tracks})
        connection.execute("ALTER TABLE tracks ENABLE TRIGGER USER")
        connection.execute(_TOTALS)
        connection.execute(index)
        connection.execute("VACUUM ANALYZE")
    return url

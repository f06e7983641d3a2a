"""`python -m tests.load [crowd] [outage] [disk] [lag] [abuse [kind …]]`: slow clients, the database away, a full disk,
a large upload, and the kinds of exhaustion of `tests/load/abuse/kinds/` that are named, or all of them.

Exit code 1 where something is not as it must be.
"""

import resource
import sys
import tempfile
from pathlib import Path

from tests.e2e.watched import connection_url
from tests.load.abuse.play import play_all
from tests.load.crowd import READERS, SENDERS, meet_crowd, print_crowd
from tests.load.disk import print_full_disk
from tests.load.lag import print_lag
from tests.load.outages import KINDS, ExternalDatabase, go_through
from tests.server import running_server

PARTS = ("crowd", "outage", "disk", "lag", "abuse")
OPEN_FILES = 4096
CROWD_SECONDS = 60.0
AWAY_SECONDS, ANSWER_SECONDS, BACK_SECONDS = 10.0, 2.5, 5.0
SPACE_SECONDS = 1.0
LAG_MILLISECONDS = 50.0


def main(arguments: list[str]) -> int:
    """Measure what is named, or all; 1 if something is wrong."""
    wanted = arguments or [*PARTS]
    kinds = wanted[wanted.index("abuse") + 1 :] if "abuse" in wanted else []
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(OPEN_FILES, most), most))
    right = True
    if "crowd" in wanted:
        right &= _crowd()
    if "outage" in wanted:
        right &= _outages()
    if "disk" in wanted:
        right &= print_full_disk(within=SPACE_SECONDS)
    if "lag" in wanted:
        right &= print_lag(within=LAG_MILLISECONDS)
    if "abuse" in wanted:
        right &= play_all(kinds)
    return 0 if right else 1


def _crowd() -> bool:
    print(f"{SENDERS} slow senders and {READERS} slow readers for {CROWD_SECONDS:.0f} s", flush=True)
    crowd = meet_crowd(CROWD_SECONDS)
    print_crowd(crowd)
    return not crowd.problems


def _outages() -> bool:
    print(f"the database is away for {AWAY_SECONDS:.0f} s")
    print("how        answers  other than 503   slowest   first success after")
    right = True
    with tempfile.TemporaryDirectory(prefix="music-app-load-") as name, ExternalDatabase(Path(name) / "db") as database:
        settings = {"DATABASE_URL": connection_url(database.conninfo), "REGISTER_RATE": "1000000", "LOG_LEVEL": "error"}
        with running_server(Path(name) / "served", **settings) as server:
            for kind in KINDS:
                outage = go_through(server, database, kind, AWAY_SECONDS)
                back = max(outage.first_success.values())
                others = len(outage.others_than_away)
                print(
                    f"{kind:9} {len(outage.answers):8d} {others:15d} {outage.slowest:7.2f} s {back:12.2f} s", flush=True
                )
                right &= not others and outage.slowest < ANSWER_SECONDS and back < BACK_SECONDS
    return right


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

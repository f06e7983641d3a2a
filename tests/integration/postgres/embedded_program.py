"""A program with a database of its own, for test_embedded.py: DATA_DIR, the user id to run as.

Tells in JSON lines what happens, and stops when its standard input ends.
"""

import json
import os
import sys
from contextlib import suppress
from pathlib import Path

import psycopg

from adapters.embedded_postgres.embedded import EmbeddedPostgres
from domain.errors import WrongSetting


def main(data_dir: str, user_id: str) -> None:
    with suppress(psycopg.OperationalError):
        psycopg.connect("host=/nowhere").close()  # loads what psycopg loads late: the user may not be able to read it
    if int(user_id) != os.geteuid():
        os.setgroups([])
        os.setgid(int(user_id))
        os.setuid(int(user_id))
    try:
        with EmbeddedPostgres(Path(data_dir)) as conninfo:
            _tell(conninfo=conninfo)
            sys.stdin.read()
    except WrongSetting as error:
        _tell(setting=error.setting, problem=error.problem)


def _tell(**facts: str) -> None:
    print(json.dumps(facts), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])

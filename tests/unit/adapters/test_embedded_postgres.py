"""What the keeper of the embedded PostgreSQL does about errors, without a server."""

import errno
import os
from pathlib import Path

import pytest

from adapters.embedded_postgres import supervisor
from adapters.embedded_postgres.cluster import reason
from adapters.embedded_postgres.supervisor import Supervisor

BY_INITDB = """\
2026-11-28 00:54:41.744 UTC [7] FATAL:  could not write to file "pg_wal/xlogtemp.7": No space left on device
2026-11-28 00:54:41.744 UTC [7] STATEMENT:  CREATE VIEW pg_seclabels AS
\tSELECT
\t    l.objoid, l.classoid
child process exited with exit code 1
initdb: removing contents of data directory "/proc/self/cwd"
"""


def test_why_a_program_failed_is_one_line_without_statements() -> None:
    assert reason(BY_INITDB) == BY_INITDB.split("\n", maxsplit=1)[0]


def test_a_program_that_told_no_error_is_told_by_its_last_words() -> None:
    assert reason("Killed\nchild process exited with exit code 137\n") == (
        "Killed; child process exited with exit code 137"
    )


def test_a_lock_that_cannot_be_opened_is_tried_again(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """As where no more files may be open: who watches another program's server goes on watching."""
    tried: list[None] = []

    def try_acquire() -> bool:
        tried.append(None)
        raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))

    watching = Supervisor(tmp_path)
    monkeypatch.setattr(supervisor, "_WATCH_SECONDS", 0)
    monkeypatch.setattr(watching._owner, "try_acquire", try_acquire)

    assert watching._watch()
    assert watching._watch()
    assert len(tried) == 2

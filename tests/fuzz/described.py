"""Schemathesis: made-up requests by the service's own description."""

import os
import random
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.fuzz.owner import Owner
from tests.server import Server, running_server

SCHEMATHESIS = str(Path(sys.executable).with_name("schemathesis"))
PROJECT = Path(__file__).parents[2]
CONFIGURATION = Path(__file__).with_name("schemathesis.toml")
EXAMPLES = 300
"""At most for each operation of one round; schemathesis ends sooner where it has nothing new to try."""
MOST_ROUNDS = 20
ROUND_SECONDS = 1800


_ENDS = ("delete_account", "replace_token", "delete_track")
"""Operations after which most others have nothing left to work with: they are tried by a user of their own."""


def by_description(wanted: int, seed: int) -> bool:
    """Rounds with seeds of their own until there are as many cases as are wanted; whether all is right.

    By turns by nobody, by a user who has something, and by one who brings it to an end.
    """
    with tempfile.TemporaryDirectory(prefix="music-app-fuzz-") as name:
        with running_server(Path(name), REGISTER_RATE="1000000") as server:
            cases, right = 0, True
            for number in range(MOST_ROUNDS):
                if cases >= wanted and number >= len(_ROUNDS):
                    break
                made, well = _ROUNDS[number % len(_ROUNDS)](server, Path(name), seed + number)
                cases, right = cases + made, right and well
            faults = faults_in_log(server)
    print(f"seed {seed}: {cases} cases, {len(faults)} answered 5xx", *faults, sep="\n", flush=True)
    return right and not faults and cases >= wanted


def _by_nobody(server: Server, _: Path, seed: int) -> tuple[int, bool]:
    return _round(server, CONFIGURATION, seed)


def _by_owner(server: Server, folder: Path, seed: int) -> tuple[int, bool]:
    owner = Owner.of(server)
    configuration = folder / "owner.toml"
    configuration.write_text(CONFIGURATION.read_text("utf-8") + owner.parameters(), "utf-8")
    ends = [option for name in _ENDS for option in ("--exclude-operation-id", name)]
    return _round(server, configuration, seed, *owner.header, *ends)


def _to_the_end(server: Server, folder: Path, seed: int) -> tuple[int, bool]:
    owner = Owner.of(server)
    configuration = folder / "end.toml"
    configuration.write_text(CONFIGURATION.read_text("utf-8") + owner.parameters(), "utf-8")
    ends = [option for name in _ENDS for option in ("--include-operation-id", name)]
    return _round(server, configuration, seed, *owner.header, *ends)


_ROUNDS = (_by_nobody, _by_owner, _to_the_end)


def faults_in_log(server: Server) -> list[str]:
    """Lines of what the service itself did wrong; that it is not ready for a moment is none of it."""
    return [line for line in server.log.splitlines() if is_fault(line)]


def is_fault(line: str) -> bool:
    """Whether this line of the log tells of an error of the service's own."""
    unready = '"path": "/health/ready"' in line and '"status": 503' in line
    return "Traceback" in line or ('"status": 5' in line and not unready)


def a_seed() -> int:
    """Another one each time."""
    return random.SystemRandom().randrange(1 << 32)


def _round(server: Server, configuration: Path, seed: int, *more: str) -> tuple[int, bool]:
    """How many cases were made, and whether all was as described."""
    command = [
        SCHEMATHESIS,
        "--config-file",
        str(configuration),
        "--no-color",
        "run",
        f"{server.url}/schema/openapi.json",
        *more,
    ]
    command += ["--max-examples", str(EXAMPLES), "--seed", str(seed), "--continue-on-failure", "--warnings", "off"]
    command += ["--phases", "coverage,fuzzing", "--generation-database", "none"]
    hooks = os.environ | {"SCHEMATHESIS_HOOKS": "tests.fuzz.serializers", "PYTHONPATH": str(PROJECT)}
    done = subprocess.run(command, env=hooks, capture_output=True, text=True, timeout=ROUND_SECONDS, check=False)
    found = re.search(r"([\d,]+) generated", done.stdout)
    if done.returncode or not found:
        print(done.stdout, done.stderr, flush=True)
    return (int(found[1].replace(",", "")) if found else 0), done.returncode == 0

"""`python -m tests.fuzz [--cases N] [--seed N]`: schemathesis against the running service.

Makes requests by the description at `/schema/openapi.json`, right and wrong ones, until there were `--cases`. Exit
code 1 where one of them was answered 5xx, or not as the description says.
"""

import argparse
import random
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.server import Server, running_server

SCHEMATHESIS = str(Path(sys.executable).with_name("schemathesis"))
CONFIGURATION = Path(__file__).with_name("schemathesis.toml")
EXAMPLES = 300
"""At most for each operation of one round; schemathesis ends sooner where it has nothing new to try."""
MOST_ROUNDS = 20
ROUND_SECONDS = 1800
# A schema cannot say that a form needs the credentials only without a Bearer token, nor that its file is a WAV.
_CHECKS = ["--checks", "all", "--exclude-checks", "positive_data_acceptance"]


def main(arguments: list[str]) -> int:
    """Rounds with seeds of their own until there are enough cases; 1 if something is wrong."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz")
    parser.add_argument("--cases", type=int, default=5000)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1 << 32))
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="music-app-fuzz-") as name:
        with running_server(Path(name), REGISTER_RATE="1000000") as server:
            cases, right = 0, True
            for number in range(MOST_ROUNDS):
                if cases >= options.cases:
                    break
                made, well = _round(server, options.seed + number)
                cases, right = cases + made, right and well
            faults = [line for line in server.log.splitlines() if '"status": 5' in line or "Traceback" in line]
        print(f"seed {options.seed}: {cases} cases, {len(faults)} answered 5xx", flush=True)
        for line in faults:
            print(line)
        return 0 if right and not faults and cases >= options.cases else 1


def _round(server: Server, seed: int) -> tuple[int, bool]:
    """How many cases were made, and whether all was as described."""
    command = [
        SCHEMATHESIS,
        "--config-file",
        str(CONFIGURATION),
        "--no-color",
        "run",
        f"{server.url}/schema/openapi.json",
        *_CHECKS,
    ]
    command += ["--max-examples", str(EXAMPLES), "--seed", str(seed), "--continue-on-failure", "--warnings", "off"]
    command += ["--phases", "coverage,fuzzing", "--generation-database", "none"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=ROUND_SECONDS, check=False)
    found = re.search(r"([\d,]+) generated", done.stdout)
    if done.returncode or not found:
        print(done.stdout, done.stderr, flush=True)
    return (int(found[1].replace(",", "")) if found else 0), done.returncode == 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

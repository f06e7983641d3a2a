"""`python -m tests.soak [options]`: does anything grow while the service is used for an hour?

The real service, with its own PostgreSQL, under a steady load of uploads of many kinds, downloads, calls that are cut
off and calls that are refused. What it takes is read every few seconds; the growth in an hour is that of a straight
line through what was seen after the warm-up, a sixth of the time. It has to be within its bound even if it is larger by
two standard errors, which a run of a few minutes cannot show.

Exit code 1 where something grows by more than it may, is answered in a way that was not to come, or is left in the end.
"""

import argparse
import random
import sys
import tempfile
from pathlib import Path

from tests.benchmarks.machine import describe_machine
from tests.benchmarks.report import Report
from tests.clusters import give_cluster
from tests.options import add_common
from tests.patience import connected
from tests.server import Server, running_server
from tests.soak.callers import Answers, calling
from tests.soak.calls import World, judged
from tests.soak.leftovers import Idle, left_after, left_in
from tests.soak.recordings import make_recordings
from tests.soak.report import print_answers, print_latency, print_slopes, print_violations
from tests.soak.watching import Probe, Samples, probing, watch

USERS = 8
WARM_UP = 1 / 6
"""Of the time: pools, caches and PostgreSQL's buffers fill."""


def main(arguments: list[str]) -> int:
    """Load, watch, print; 1 if something is wrong."""
    options = _parser().parse_args(arguments)
    print(f"seed {options.seed}; {describe_machine()}", flush=True)
    settings = {"LOG_LEVEL": "error"} | dict(options.set)
    with tempfile.TemporaryDirectory(prefix="music-app-soak-") as name:
        give_cluster(Path(name) / "data")
        with running_server(Path(name), **settings) as server:
            world = _world(server, Path(name), random.Random(options.seed))
            before = Idle.of(server)
            samples, answers, probe = _soak(world, options.seed, options.minutes, options.every)
            left = left_in(server, before) + left_after(server)
    report = Report()
    print_answers(answers)
    print_slopes(samples.since(options.minutes / 60 * WARM_UP), report)
    print_latency(probe.all, report)
    violations = [*left, *probe.errors, *(f"{count} × {answer}" for answer, count in answers.strange.items())]
    print_violations(violations)
    report.summary()
    return 1 if violations or report.missed else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.soak")
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--every", type=float, default=5, help="seconds between two looks at what the service takes")
    add_common(parser)
    return parser


def _world(server: Server, folder: Path, dice: random.Random) -> World:
    """Some users, and every recording uploaded once, so that there is something to download."""
    world = World(server, [server.register(f"User {number}") for number in range(USERS)], make_recordings(folder))
    with server.client() as client:
        for recording in world.recordings:
            user, file = dice.choice(world.users), {"wav_file": (f"{recording.name}.wav", recording.wav)}
            answer = client.post("/add_track", data=user, files=file)
            if answer.status_code != 201:
                raise RuntimeError(f"{recording.name}: {judged(answer, '201')}")
            world.keep(answer)
    return world


def _soak(world: World, seed: int, minutes: float, every: float) -> tuple[Samples, Answers, Probe]:
    with (
        connected(world.server.data_dir) as connection,
        probing(world.server) as probe,
        calling(world, seed) as answers,
    ):
        return watch(world.server, connection, probe, minutes, every), answers, probe


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

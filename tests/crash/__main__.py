"""`python -m tests.crash [options]`: is anything lost, changed or left when processes are killed?

Several services at once, each in a folder of its own, each with three clients that upload without end, the file first
or the credentials. At random moments a service, one of its ffmpegs (where it has any) or its postmaster gets SIGKILL,
as often each; so do some starts and some restores. Between the kills tracks are deleted, backups made and restored.

Exit code 1 where what was answered 201 is not there with the same bytes, what was deleted or is not in a restored
backup is there, a row has no audio, or a file or a process is left. The end lists each violation with the command that
tries its round again; its data are kept. By the same seed the same is done after the same pauses; where in the work of
the service a kill falls is up to the machine.
"""

import argparse
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from pathlib import Path

from adapters.system.cores import available_cores
from tests.crash.book import Clip
from tests.crash.plan import CONVERTERS, KILLS_A_ROUND, Round, rounds
from tests.crash.report import Outcome, summary
from tests.crash.trial import Trial
from tests.crash.uploads import make_clips
from tests.options import add_common
from tests.temporary import use_memory_if_plenty

SERVICES_A_CORE = 2
"""Half of the time a service waits: for its clients, for its PostgreSQL, for the next kill."""


def main(arguments: list[str]) -> int:
    """Kill, check, and print what came of it; 1 if something is wrong."""
    options = _parser().parse_args(arguments)
    use_memory_if_plenty()
    converters = CONVERTERS if options.converter == "both" else (options.converter,)
    planned = rounds(options.seed, options.kills, options.kills_a_round, converters, dict(options.set))
    if options.round is not None:
        planned = [Round(options.round, options.seed, converters[0], options.kills_a_round, dict(options.set))]
    print(f"seed {options.seed}, {len(planned)} rounds", flush=True)
    began = time.monotonic()
    with _folder() as folder:
        outcomes = _run(planned, folder, make_clips(folder), options.at_once)
        print(summary(outcomes, time.monotonic() - began), flush=True)
        if kept := sorted(path.name for path in folder.iterdir()):
            print(f"kept        {', '.join(kept)} in {folder}", flush=True)
    return 1 if any(outcome.violations for outcome in outcomes) else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.crash")
    parser.add_argument("--kills", type=int, default=3000)
    parser.add_argument("--kills-a-round", type=int, default=KILLS_A_ROUND)
    parser.add_argument("--converter", choices=(*CONVERTERS, "both"), default="both")
    parser.add_argument("--at-once", type=int, default=SERVICES_A_CORE * available_cores(), help="services")
    parser.add_argument("--round", type=int, help="only the one of this number, with the one --converter")
    add_common(parser)
    return parser


@contextmanager
def _folder() -> Iterator[Path]:
    """Where the rounds have their folders; it stays where one is left in it."""
    folder = Path(tempfile.mkdtemp(prefix="music-app-crash-"))
    try:
        yield folder
    finally:
        if not any(folder.iterdir()):
            folder.rmdir()


def _run(planned: list[Round], folder: Path, clips: list[Clip], at_once: int) -> list[Outcome]:
    """So many rounds at once; the outcomes in the order of the rounds."""
    decoded: dict[str, float] = {}
    outcomes = []
    with ThreadPoolExecutor(at_once) as lanes:
        under_way = [lanes.submit(_run_one, what, folder, clips, decoded) for what in planned]
        try:
            for done in as_completed(under_way):
                outcomes.append(done.result())
                print(outcomes[-1].line(), flush=True)
        finally:
            lanes.shutdown(wait=False, cancel_futures=True)  # after Ctrl-C, only what is under way comes to its end
    return sorted(outcomes, key=lambda outcome: outcome.round.number)


def _run_one(what: Round, folder: Path, clips: list[Clip], decoded: dict[str, float]) -> Outcome:
    own = folder / f"round-{what.number}"
    own.mkdir()
    outcome = Trial(what, own, clips, decoded).run()
    if not outcome.violations:
        shutil.rmtree(own)
    return outcome


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

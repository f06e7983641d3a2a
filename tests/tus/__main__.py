"""`python -m tests.tus [options]`: does an upload arrive whole, whatever happens to the service meanwhile?

Each upload, of a recording that no other one has, is by one of the clients that people use: tus-js-client in Node.js,
tuspy, curl. Meanwhile the service gets SIGKILL and is started again, all times but one at a random byte of what is
sent, that one soon after such a start; some of the last answers are lost. The client must end by itself, with a link;
the SHA-256 of the WAV must be the file's in the answer and in the database, where there must be no second track. Exit
code 1 where something is wrong; the folders of such services are kept.
"""

import argparse
import itertools
import os
import random
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.clusters import give_cluster
from tests.crash.service import Service
from tests.options import add_common
from tests.temporary import use_memory_if_plenty
from tests.tus.trial import CLIENTS, Lane, Result
from tests.tus.uploading import noise

SIZES = (200_000, 1_500_000, 4_000_000, 12_000_000)
"""Bytes: one to 68 seconds."""


def main(arguments: list[str]) -> int:
    """Upload, kill, compare, and print what came of it; 1 if something is wrong."""
    options = _parser().parse_args(arguments)
    os.environ["NO_PROXY"] = "*"
    use_memory_if_plenty()
    print(f"seed {options.seed}, {options.uploads} uploads, {options.kills} kills in each", flush=True)
    began = time.monotonic()
    numbers = range(options.uploads)
    folder = Path(tempfile.mkdtemp(prefix="music-app-tus-"))
    with ThreadPoolExecutor(options.at_once) as lanes:
        shares = [numbers[lane :: options.at_once] for lane in range(options.at_once)]
        jobs = [lanes.submit(_lane, folder / str(lane), share, options) for lane, share in enumerate(shares)]
        results = list(itertools.chain.from_iterable(job.result() for job in jobs))
    wrong = [result for result in results if result.problem]
    kills = sum(result.kills for result in results)
    if wrong:
        print(*(result.line() for result in wrong), f"kept        {folder}", sep="\n")
    else:
        shutil.rmtree(folder)
    print(
        f"{options.uploads} uploads, {kills} kills, {time.monotonic() - began:.0f} s; wrong  {len(wrong)}", flush=True
    )
    return 1 if wrong else 0


def _lane(folder: Path, numbers: range, options: argparse.Namespace) -> list[Result]:
    give_cluster(folder / "data")
    service = Service(folder, dict(options.set))
    dice = random.Random(f"{options.seed} {folder.name}")
    try:
        service.start()
        results = list(_uploads(Lane(service, dice, options.kills), folder, numbers, options.seed))
        left = service.stop()
    finally:
        service.close()
    results += [Result("the end", 0, 0, problem=text) for text in left]
    if not any(result.problem for result in results):
        shutil.rmtree(folder)
    return results


def _uploads(lane: Lane, folder: Path, numbers: range, seed: int) -> Iterator[Result]:
    names = list(CLIENTS)
    for number in numbers:
        what = noise(folder, SIZES[number % len(SIZES)], seed + number)
        result = lane.upload(names[number % len(names)], what)
        what.path.unlink()
        print(result.line(), flush=True)
        yield result


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.tus")
    parser.add_argument("--uploads", type=int, default=50)
    parser.add_argument("--kills", type=int, default=3, help="in each upload")
    parser.add_argument("--at-once", type=int, default=2, help="services")
    add_common(parser)
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

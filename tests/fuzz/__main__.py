"""`python -m tests.fuzz [--cases N] [--mutants N] [--uploads N] [--seed N] [FOLDER…]`: what nobody thought of.

Requests by the description at `/schema/openapi.json`, right and wrong ones, to the running service, until there were
`--cases`. Recordings with a few things changed about their chunks, those of the tests and those of the folders:
`--mutants` of them through the WAV reader, `--uploads` through the service with each converter. Exit code 1 where a
request was answered 5xx, or not as the description says, or where a recording raised what is no error of a recording,
was read otherwise in pieces than at once, or took more than 2 ms of CPU time beyond a plain one of its size, or more
than 1 MiB of memory beyond the file. A mutant is named by its number: with the same seed and the same folders it is
made again.
"""

import argparse
import sys
from collections.abc import Mapping
from pathlib import Path

from tests.fuzz.described import a_seed, by_description
from tests.fuzz.mutants import Mutants
from tests.fuzz.originals import originals
from tests.fuzz.reading import Readings
from tests.fuzz.uploads import CONVERTERS, by_http


def main(arguments: list[str]) -> int:
    """0 if all that was asked for is right."""
    options = _parser().parse_args(arguments)
    files = originals(options.folders)
    right = [_read(files, options.seed, options.mutants)] if options.mutants else []
    if options.uploads:
        right += [_upload(files, options.seed, options.uploads, converter) for converter in options.converters]
    if options.cases:
        right += [by_description(options.cases, options.seed)]
    return 0 if right and all(right) else 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz")
    parser.add_argument("--cases", type=int, default=5000)
    parser.add_argument("--mutants", type=int, default=20_000)
    parser.add_argument("--uploads", type=int, default=1000)
    parser.add_argument("--converters", nargs="*", choices=CONVERTERS, default=CONVERTERS)
    parser.add_argument("--seed", type=int, default=a_seed())
    parser.add_argument("folders", type=Path, nargs="*", metavar="FOLDER")
    return parser


def _read(files: Mapping[str, bytes], seed: int, count: int) -> bool:
    """Through the reader."""
    mutants, readings = Mutants(files, seed), Readings()
    for number in range(count):
        readings.add(mutants.mutant(number))
    print(f"seed {seed}: {count} mutants of {len(files)} recordings", *readings.lines(), sep="\n", flush=True)
    return not readings.faults


def _upload(files: Mapping[str, bytes], seed: int, count: int, converter: str) -> bool:
    """Through the service: each converter gets others."""
    mutants = Mutants(files, seed)
    first = CONVERTERS.index(converter) * count
    return by_http((mutants.mutant(number) for number in range(first, first + count)), converter)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""Options that the long trials have in common."""

import argparse
import random


def add_common(parser: argparse.ArgumentParser) -> None:
    """`--seed`, a random one by default, and `--set NAME=VALUE`, a setting of the service."""
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1 << 32))
    parser.add_argument(
        "--set", type=_setting, action="append", default=[], metavar="NAME=VALUE", help="a setting of the service"
    )


def _setting(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals:
        raise argparse.ArgumentTypeError("must be NAME=VALUE")
    return name, value

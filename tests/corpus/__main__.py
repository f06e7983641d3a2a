"""`python -m tests.corpus FOLDER [--url URL | --converter ffmpeg|pydub]`."""

import argparse
import sys
import tempfile
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import httpx

from tests.corpus.judge import UPLOAD_SECONDS, Judgement, judge
from tests.server import NO_TLS, running_server

AT_ONCE = 3
_COLUMNS = "{:9} {:<44.44} {:7} {:12} {:>4} {:24} {:>9} {:>9} {:>8} {:>6} {:>7} {:>5} {}"


def main(arguments: list[str] | None = None) -> int:
    """Print the table; 1 if anything is wrong."""
    options = _parser().parse_args(arguments)
    files = sorted(path for path in options.folder.rglob("*") if path.is_file() and path.name != "README.md")
    print(_head())
    with _service(options.url, options.converter) as url:
        judgements = list(_shown(judged(url, files)))
    wrong = [one for one in judgements if not one.right]
    failed = sum(one.status >= 500 or one.status == 0 for one in judgements)
    print(f"{len(judgements) - len(wrong)} right, {len(wrong)} wrong, {failed} of these with 5xx or no answer")
    return 1 if wrong or not judgements else 0


def judged(url: str, files: Iterable[Path]) -> Iterator[Judgement]:
    """The judgements of a running service on files, in order."""
    with httpx.Client(base_url=url, timeout=UPLOAD_SECONDS, trust_env=False, verify=NO_TLS) as client:
        user = client.post("/register", json={"user_name": "corpus"}).raise_for_status().json()
        credentials = {name: str(user[name]) for name in ("user_id", "user_access_token")}
        with ThreadPoolExecutor(AT_ONCE) as pool:
            yield from pool.map(lambda path: judge(client, credentials, path), files)


def _shown(judgements: Iterable[Judgement]) -> Iterator[Judgement]:
    for one in judgements:
        print(line(one), flush=True)
        yield one


def _head() -> str:
    lengths = ("WAV", "MP3", "samples", "frames", "alike", "shift")
    return _COLUMNS.format("", "file", "owed", "because", "got", "code", *lengths, "repairs")


def line(one: Judgement) -> str:
    """One line of the table."""
    return _COLUMNS.format(
        "right" if one.right else "WRONG",
        one.path.name,
        one.expected.owed,
        one.expected.reason,
        one.status,
        one.code,
        _number(one.wav_length),
        _number(one.mp3_length),
        _number(one.difference, "+.1f"),
        _number(one.frames, "+.2f"),
        _number(one.alike.correlation if one.alike else None, ".4f"),
        _number(one.alike.shift if one.alike else None),
        "; ".join(filter(None, [one.problem, one.repairs])),
    ).rstrip()


def _number(value: float | None, form: str = "") -> str:
    return "-" if value is None else format(value, form)


@contextmanager
def _service(url: str | None, converter: str) -> Iterator[str]:
    """The address of the service: the given one, or one of our own meanwhile."""
    if url:
        yield url
        return
    with (
        tempfile.TemporaryDirectory(prefix="music-app-corpus-") as folder,
        running_server(Path(folder), CONVERTER=converter) as server,
    ):
        yield server.url


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.corpus", description="Judge the service on recordings.")
    parser.add_argument("folder", type=Path, help="searched through for files")
    parser.add_argument("--url", help="of a running service; without it one is started")
    parser.add_argument(
        "--converter", choices=("lame", "ffmpeg", "pydub"), default="lame", help="of the service started"
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())

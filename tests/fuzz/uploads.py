"""Mutants on their way through the running service, with each of its converters."""

import tempfile
from collections import Counter
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx

from tests.fuzz.described import faults_in_log
from tests.fuzz.mutants import Mutant
from tests.server import path_of, running_server

CONVERTERS = ("lame", "ffmpeg", "pydub")
AT_ONCE = 3
UPLOAD_SECONDS = 120
"""Of one upload, after which it hangs."""
_ACCEPTED = 201


def by_http(mutants: Iterable[Mutant], converter: str) -> bool:
    """Upload all of them and download what comes of them; whether none was answered 5xx, or not at all."""
    with tempfile.TemporaryDirectory(prefix="music-app-fuzz-") as name:
        with running_server(Path(name), CONVERTER=converter) as server:
            with server.client() as client:
                answers, faults = uploaded(client, server.register(), mutants)
            faults += faults_in_log(server)
    told = ", ".join(f"{count} {answer}" for answer, count in answers.most_common())
    print(f"{converter}: {answers.total()} uploads: {told}; {len(faults)} faults", *faults, sep="\n", flush=True)
    return not faults


def uploaded(
    client: httpx.Client, user: Mapping[str, str], mutants: Iterable[Mutant]
) -> tuple[Counter[str], list[str]]:
    """How often each answer came, and what was wrong."""
    answers: Counter[str] = Counter()
    faults: list[str] = []
    with ThreadPoolExecutor(AT_ONCE) as threads:
        for mutant, answer in threads.map(lambda mutant: (mutant, _answer(client, user, mutant)), mutants):
            answers[answer] += 1
            if not answer.startswith((str(_ACCEPTED), "4")):
                faults.append(f"{mutant}: {answer}")
    return answers, faults


def _answer(client: httpx.Client, user: Mapping[str, str], mutant: Mutant) -> str:
    """Status and code of an upload; of one that was accepted, what is wrong with the download, if anything is."""
    try:
        answer = client.post(
            "/add_track", data=user, files={"wav_file": ("a.wav", mutant.file)}, timeout=UPLOAD_SECONDS
        )
        if answer.status_code != _ACCEPTED:
            return f"{answer.status_code} {answer.json()['code']}"
        mp3 = client.get(path_of(answer))
    except httpx.HTTPError as error:
        return f"no answer: {error!r}"
    return str(_ACCEPTED) if mp3.status_code == httpx.codes.OK and mp3.content else f"download {mp3.status_code}"

"""Recordings as real recorders and programs write them get their answer, with each converter."""

from pathlib import Path

import httpx
import numpy as np
import pytest

from tests.integration.test_clients import client_of
from tests.players import by_libsndfile, shown_texts
from tests.recorders import RECORDINGS, Answer
from tests.unit.http.test_app_in_memory import fields


@pytest.mark.parametrize("converter", ["lame", "ffmpeg", "pydub"])
async def test_each_recording_is_heard_as_it_was_recorded_or_refused_by_name(tmp_path: Path, converter: str) -> None:
    async with client_of(tmp_path, converter) as client:
        sender = await fields(client)
        wrong = {}
        for name, (recording, right) in RECORDINGS.items():
            answer = await client.post("/add_track", data=sender, files={"wav_file": ("a.wav", recording)})
            if found := refused(answer, right) if right.words else await heard(client, answer, right, tmp_path):
                wrong[name] = found

    assert wrong == {}


def refused(answer: httpx.Response, right: Answer) -> str:
    """What is wrong with a refusal."""
    told = answer.status_code == 415 and right.words.lower() in answer.json()["message"].lower()
    return "" if told else f"{answer.status_code} {answer.text}"


async def heard(client: httpx.AsyncClient, answer: httpx.Response, right: Answer, folder: Path) -> str:
    """What is wrong with a recording that is to be taken."""
    if answer.status_code != 201 or right.repair not in answer.headers.get("x-audio-repairs", ""):
        return f"{answer.status_code} {answer.text} {answer.headers.get('x-audio-repairs')}"
    file = folder / "heard.mp3"
    file.write_bytes((await client.get(answer.headers["location"])).content)
    sound, rate = by_libsndfile(file.read_bytes(), 1)[0], 48_000 if right.seconds == 0.5 else 16_000
    if abs(len(sound) - right.seconds * rate) > 1:
        return f"{len(sound)} samples"
    level = np.sqrt(np.mean(sound**2))
    if abs(level - right.level) > 0.1 * right.level:
        return f"level {level}"
    shown = shown_texts(file) if right.title else {}
    return "" if shown.get("title", "") == right.title else str(shown)

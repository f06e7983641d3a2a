"""What an operator does beside a running service, and what the audit trail has of it all."""

import json
import os
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

import httpx

from tests.server import MUSIC_APP, Server, path_of
from tests.wavs import pcm, tone, wav

RECORDING = wav(pcm(tone(8000)))
SECONDS = 60
QUOTA, AT_ONCE = 3, 8


def music_app(server: Server, *arguments: str) -> str:
    """What the command prints; it works on the data of that service."""
    environment = {"PATH": os.environ["PATH"], "DATA_DIR": str(server.data_dir)}
    command = [MUSIC_APP, *arguments]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=True, timeout=SECONDS).stdout


def uploaded(server: Server, user: dict[str, str]) -> httpx.Response:
    with server.client() as client:
        return client.post("/add_track", data=user, files={"wav_file": ("a.wav", RECORDING)})


def events(server: Server, user_id: str, count: int) -> list[dict[str, str | int | None]]:
    """The events of a user, the oldest first, once there are so many."""
    ends = time.monotonic() + SECONDS
    while True:
        lines = music_app(server, "audit", "--json", "--user", user_id).splitlines()
        if len(lines) >= count or time.monotonic() > ends:
            return [json.loads(line) for line in reversed(lines)]


def test_an_operator_bounds_and_deletes_a_user_and_all_is_told(server: Server) -> None:
    user = server.register("Ann of the audit")
    shown = json.loads(music_app(server, "users", "quota", user["user_id"], "--tracks", str(QUOTA), "--json"))
    assert (shown["user_name"], shown["tracks"], shown["quota"]["tracks"]) == ("Ann of the audit", 0, QUOTA)

    with ThreadPoolExecutor(AT_ONCE) as pool:
        answers = [*pool.map(lambda _: uploaded(server, user), range(AT_ONCE))]
    assert sorted(answer.status_code for answer in answers) == [201] * QUOTA + [403] * (AT_ONCE - QUOTA)
    assert {answer.json()["code"] for answer in answers if answer.status_code == 403} == {"quota.tracks"}
    link = path_of(next(answer for answer in answers if answer.status_code == 201))
    with server.client() as client:
        assert client.get(link).status_code == 200
        music_app(server, "users", "delete", user["user_id"], "--yes")
        assert client.get(link).status_code == 404
    assert uploaded(server, user).status_code == 401

    told = events(server, user["user_id"], 4 + QUOTA)
    here = "127.0.0.0/24"
    assert sorted((str(event["action"]), event["address_prefix"] or "") for event in told) == [
        ("download.permanent_link", here),
        ("register", here),
        *[("upload", here)] * QUOTA,
        ("user.delete", ""),
        ("user.quota", ""),
    ]
    tracks = {event["track_uuid"] for event in told if event["action"] == "upload"}
    assert len(tracks) == QUOTA
    assert {UUID(str(track)).version for track in tracks} == {4}
    everything = json.dumps(told)
    assert not [word for word in (user["user_access_token"], "Ann", "a.wav", "127.0.0.1") if word in everything]

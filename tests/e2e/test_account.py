"""An account over HTTP, on the real program: looked at, taken along, ended."""

import io
import json
import zipfile

import psycopg

from tests.e2e.watched import Watched
from tests.server import path_of
from tests.waiting import wait_until
from tests.wavs import pcm, tone, wav

RECORDING = wav(pcm(tone(8000)))
ME = "/users/me"


def bearer(user: dict[str, str]) -> dict[str, str]:
    return {"Authorization": f"Bearer {user['user_access_token']}"}


def test_an_account_is_looked_at_taken_along_and_ended(watched: Watched) -> None:
    with watched.server.client() as client:
        user = watched.server.register()
        old = bearer(user)
        links = [
            path_of(client.post("/add_track", files={"wav_file": (name, RECORDING)}, headers=old).raise_for_status())
            for name in ("зап.wav", "Зап.wav")
        ]
        mp3s = [client.get(link).content for link in links]
        renamed = client.patch(ME, json={"user_name": "Grace"}, headers=old).json()
        assert (renamed["user_name"], renamed["tracks"]) == ("Grace", 2)
        assert renamed["bytes"] == sum(map(len, mp3s))
        token = client.post(f"{ME}/token", headers=old).json()["user_access_token"]
        new = bearer({"user_access_token": token})
        assert client.get(ME, headers=old).status_code == 401
        assert client.get(ME, headers=new).json() == renamed

        with zipfile.ZipFile(io.BytesIO(client.get(f"{ME}/export", headers=new).content)) as archive:
            assert archive.namelist() == ["зап.mp3", "Зап (2).mp3", "tracks.json", "account.json"]
            assert [archive.read(name) for name in archive.namelist()[:2]] == mp3s
            assert json.loads(archive.read("account.json")) == renamed
            told = json.loads(archive.read("tracks.json"))
            assert [track["link"].endswith(link) for track, link in zip(told, links, strict=True)] == [True] * 2

        assert client.delete(ME, headers=new).status_code == 204
        assert client.get(ME, headers=new).status_code == 401
        assert [client.get(link).status_code for link in links] == [404] * 2
    number = int(user["user_id"])
    wait_until(lambda: watched.query("SELECT count(*) FROM users WHERE user_id = %s", number) == 0)
    assert watched.query("SELECT count(*) FROM tracks WHERE user_id = %s", number) == 0


def test_who_leaves_in_the_middle_of_an_export_leaves_nothing(watched: Watched) -> None:
    user = watched.server.register()
    with psycopg.connect(watched.database_url) as connection:
        connection.execute(
            "INSERT INTO tracks (track_uuid, user_id, track_file_name, duration, sample_rate, channels, bitrate,"
            " mp3_size, mp3_sha256, wav_size, wav_sha256, repairs, created_at, track_file_bin)"
            " SELECT gen_random_uuid(), %s, 'long.mp3', '1 s', 8000, 1, '64', octet_length(bytes), sha256(bytes), 1,"
            " sha256('wav'), '{}', now(), bytes"
            " FROM (SELECT convert_to(repeat('sound', 6000000), 'UTF8') AS bytes) AS made",
            [int(user["user_id"])],
        )
    with watched.server.client() as client:
        with client.stream("GET", f"{ME}/export", headers=bearer(user)) as answer:
            assert next(answer.iter_raw(1000)).startswith(b"PK")
            assert watched.leftovers(), "what is known of the tracks waits in the spool"
        wait_until(lambda: watched.leftovers() == [])
        client.delete(ME, headers=bearer(user)).raise_for_status()
